"""Help in a room as its view has it: what was asked for, and what each helper answered."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct, field

from domain.events import Recorded
from domain.helping import HelpAsked, HelpGiven
from domain.identity import ERASED

KEPT = 30


class Given(Struct):
    """What one helper answered; `shapes` are the ids of what it drew on the board."""

    position: int
    text: str
    source: str
    variant: int
    shapes: tuple[str, ...] = ()


class Help(Struct):
    """One request for help, and the answers by kind."""

    help: str
    position: int
    at: datetime
    person: str
    problem: str | None
    kinds: tuple[str, ...]
    work: str
    given: dict[str, Given] = field(default_factory=dict[str, Given])


def fold_help(helps: list[Help], recorded: Recorded) -> None:
    """Fold one event."""
    match recorded.event:
        case HelpAsked() as event:
            asked = Help(
                help=event.help,
                position=recorded.position,
                at=recorded.at,
                person=event.person,
                problem=event.problem,
                kinds=event.kinds,
                work=event.work,
            )
            helps.append(asked)
            del helps[:-KEPT]
        case HelpGiven() as event:
            for asked in helps:
                if asked.help == event.help:
                    asked.given[event.kind] = Given(
                        position=recorded.position,
                        text=event.text,
                        source=event.source,
                        variant=event.variant,
                        shapes=event.shapes,
                    )
        case _:
            pass


def erase_help(helps: list[Help], person: str) -> None:
    """What they wrote, and what was said to them, is known no more."""
    for asked in helps:
        if asked.person == person:
            asked.work = ERASED
            for given in asked.given.values():
                given.text = ERASED


def for_whom(helps: list[Help], asking: str, *, all_of_them: bool) -> Iterator[Help]:
    """Who asked for help sees it, and who teaches or looks after them; nobody else in the room."""
    return (asked for asked in helps if all_of_them or asked.person == asking)
