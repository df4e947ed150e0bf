"""A fresh problem: the model's, if its answer was worked out here and holds, else one of the generators'."""

from collections.abc import Collection
from itertools import count

from domain.called import Call
from domain.fresh_problems import MakeProblem, ProblemWished
from rooms.facilitator.help.calls import identity, on_record
from rooms.facilitator.help.checking import Made, accepted
from rooms.facilitator.help.making import make
from rooms.facilitator.help.ports import ProblemRequest, Sources, Tutor
from rooms.facilitator.help.reading import read_problems, read_work

REMEMBERED = 20
"""Problems of the room that must not come again."""


async def fresh(sources: Sources, org: str, wished: ProblemWished) -> MakeProblem | None:
    """A problem with a checked answer, None if there is one already. Raises `LogUnavailable`."""
    work = await read_work(sources.log, org, wished.room)
    if wished.wish in work.made:
        return None
    had = await read_problems(sources.log, org, list(work.problems)[-REMEMBERED:])
    before = tuple(each.prompt for each in had.values())
    name = identity(org, wished.room, wished.wish)
    made, call = await _proposed(sources.tutor, wished, name, before) if sources.tutor else (None, None)
    source = "model" if made else "template"
    made = made or generated(wished, name, before)
    return MakeProblem(
        room=wished.room,
        wish=wished.wish,
        problem=f"made-{name}",
        prompt=made.prompt,
        key=made.key,
        hints=made.hints,
        source=source,
        checks=made.checks,
        call=call,
    )


def generated(wished: ProblemWished, name: str, before: Collection[str]) -> Made:
    """One that the room has not had, if there are any left."""
    tries = (make(wished.family, wished.level, f"{name} {number}") for number in count())
    first = next(tries)
    others = (made for made, _ in zip(tries, range(REMEMBERED), strict=False) if made.prompt not in before)
    return first if first.prompt not in before else next(others, first)


async def _proposed(
    tutor: Tutor, wished: ProblemWished, name: str, before: tuple[str, ...]
) -> tuple[Made | None, Call]:
    request = ProblemRequest(family=wished.family, skill=wished.skill, level=wished.level, before=before)
    proposed = await tutor.propose(request)
    proposal = proposed.proposal
    found = accepted(proposal) if proposal else None
    wrong = found if isinstance(found, str) else None
    if proposal and proposal.prompt in before:
        found, wrong = None, "repeated"
    call = on_record(name, wished.room, proposed.call, proposal.prompt if proposal else "", wrong)
    return (found if isinstance(found, Made) else None), call
