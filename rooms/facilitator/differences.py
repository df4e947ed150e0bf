"""What a policy would have said beside the one in force: what both say, and what one alone does. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Literal

from msgspec import Struct

from domain.interventions import HOUR, InterventionDecided
from rooms.facilitator.rehearsal import Rehearsed

By = Literal["both", "new", "in-force"]


class Difference(Struct, frozen=True, kw_only=True):
    """One thing that is said, by whom, and by how much (ms) the new policy says it later, if both do."""

    by: By
    said: Rehearsed
    later: int | None = None

    @property
    def moment(self) -> int:
        """When it is said, in ms since the epoch."""
        return self.said.decided.moment


class Habit(Struct, frozen=True, kw_only=True):
    """How much a policy decides to say: pauses are the shortest, in ms, and None where there is none.

    Of what was `decided` some was `held_out`, left unsaid by lot; it counts as if it had been said.
    """

    decided: int
    held_out: int
    hourly: float
    most_within_an_hour: int
    shortest_pause: int | None
    shortest_pause_for_a_person: int | None
    patterns: dict[str, int]


def differences(new: Sequence[Rehearsed], in_force: Sequence[Rehearsed], near: int) -> list[Difference]:
    """In order of time. The same is said if it has the same person and pattern, less than `near` ms apart.

    With the shorter of the two cool-downs for `near` a thing that was said has one counterpart at most.
    """
    rest = list(in_force)
    found: list[Difference] = []
    for said in new:
        same = [other for other in rest if alike(said.decided, other.decided, near)]
        if same:
            other = min(same, key=lambda each: abs(each.decided.moment - said.decided.moment))
            rest.remove(other)
            later = said.decided.moment - other.decided.moment
            found.append(Difference(by="both", said=said, later=later))
        else:
            found.append(Difference(by="new", said=said))
    found += [Difference(by="in-force", said=other) for other in rest]
    return sorted(found, key=lambda each: each.moment)


def alike(one: InterventionDecided, other: InterventionDecided, near: int) -> bool:
    """Whether two decisions are about the same, and less than `near` ms apart."""
    same = (one.person, one.detector) == (other.person, other.detector)
    return same and abs(one.moment - other.moment) < near


def habit(rooms: Iterable[Sequence[Rehearsed]], together: int) -> Habit:
    """What a policy does in some rooms, in which people were together for so long (ms)."""
    kept = list(rooms)
    decided = [[said.decided for said in room] for room in kept]
    patterns = Counter(each.detector for room in decided for each in room)
    number = sum(map(len, decided))
    return Habit(
        decided=number,
        held_out=sum(said.held_out for room in kept for said in room),
        hourly=number * HOUR / together if together else 0.0,
        most_within_an_hour=max(map(_most, decided), default=0),
        shortest_pause=min((pause for room in decided for pause in _pauses(room)), default=None),
        shortest_pause_for_a_person=min(
            (pause for room in decided for own in _by_person(room) for pause in _pauses(own)), default=None
        ),
        patterns=dict(patterns),
    )


def _pauses(decided: Sequence[InterventionDecided]) -> Iterable[int]:
    return (later.moment - earlier.moment for earlier, later in pairwise(decided))


def _by_person(decided: Sequence[InterventionDecided]) -> Iterable[list[InterventionDecided]]:
    return ([each for each in decided if each.person == who] for who in {each.person for each in decided})


def _most(decided: Sequence[InterventionDecided]) -> int:
    moments = [each.moment for each in decided]
    return max((sum(first <= other < first + HOUR for other in moments) for first in moments), default=0)
