"""Teams: what each is called, and who belongs to it."""

from msgspec import Struct, field

from domain.events import Recorded
from domain.teams import TeamFormed, TeamJoined, TeamLeft
from projections.keys import by
from projections.view import View


class Team(Struct):
    """One team. `members` is who belongs to it, with the position at which each came."""

    title: str = ""
    founder: str = ""
    members: dict[str, int] = field(default_factory=dict[str, int])


def apply(state: Team, key: str, recorded: Recorded) -> None:
    """Fold one event."""
    match recorded.event:
        case TeamFormed() as event:
            state.title = event.title
            state.founder = event.person
        case TeamJoined() as event:
            state.members.setdefault(event.person, recorded.position)
        case TeamLeft() as event:
            state.members.pop(event.person, None)
        case _:
            pass


TEAMS = View(
    name="teams",
    version=1,
    state=Team,
    reads=(TeamFormed, TeamJoined, TeamLeft),
    keys=by("team"),
    apply=apply,
)
