"""What follows from turns of speech: overlaps, interruptions, backchannels, silences. Pure, incremental.

Edges of turns are folded in the order in which they happened, `LAG` after they did: by then whatever else
happened before is known, so that nothing that is told has to be taken back. All times are integer ms.
"""

from dataclasses import dataclass, field
from heapq import heappop, heappush

from msgspec import Struct

LAG = 800
"""How long an edge may take to become known: the pause that ends a turn, and the engine's own clock."""
BACKCHANNEL = 700
"""A turn shorter than this within that of somebody else is a backchannel."""
YIELDING = 300
"""Two speak together for at least so long before one is said to have interrupted the other."""
SILENCE = 1500
"""Nobody speaks for so long before it is a silence."""
MOST = 4096
"""Edges that may wait; what is more is dropped."""


class Overlapping(Struct, frozen=True, tag="overlapping"):
    """Two or more people began to speak at once, at `at` ms since the epoch; these did so first."""

    people: tuple[str, ...]
    at: int


class Overlapped(Struct, frozen=True, tag="overlapped"):
    """Two or more of these people spoke at once, from `started` to `ended`."""

    people: tuple[str, ...]
    started: int
    ended: int


class Interrupted(Struct, frozen=True, tag="interrupted"):
    """A person began at `at` while another spoke, who stopped while the person went on."""

    person: str
    other: str
    at: int


class Backchannel(Struct, frozen=True, tag="backchannel"):
    """A person said something short, as "yes", while another was speaking and went on."""

    person: str
    other: str
    started: int
    ended: int


class Silent(Struct, frozen=True, tag="silent"):
    """Nobody has spoken since `at`, where somebody did before."""

    at: int


class Silence(Struct, frozen=True, tag="silence"):
    """Nobody spoke from `started` to `ended`."""

    started: int
    ended: int


Followed = Overlapping | Overlapped | Interrupted | Backchannel | Silent | Silence

END, START = 0, 1


@dataclass
class Talk:
    """The talk of one room. Tell it what begins and ends, and `tick` it; it says what followed."""

    _edges: list[tuple[int, int, str]] = field(default_factory=list[tuple[int, int, str]])
    _begun: dict[str, str] = field(default_factory=dict[str, str])
    """The turn of each person whose start is known and whose end is not."""
    _open: dict[str, int] = field(default_factory=dict[str, int])
    """Who speaks at the moment up to which all is folded, and since when; who began first is first."""
    _together: tuple[list[str], int] | None = None
    _yielded: list[tuple[str, str, int]] = field(default_factory=list[tuple[str, str, int]])
    """Who went on when whom stopped, and since when they had spoken: not long enough yet."""
    _quiet: int | None = None
    _silent: bool = False
    _upto: int = 0

    def speaking(self, person: str, turn: str, at: int) -> None:
        """A turn has started."""
        self._begun[person] = turn
        self._edge(at, START, person)

    def spoke(self, person: str, turn: str, started: int, ended: int) -> None:
        """A turn is over, whose start need not have been told."""
        if self._begun.pop(person, None) != turn:
            self._edge(started, START, person)
        self._edge(ended, END, person)

    def tick(self, now: int) -> list[Followed]:
        """Time has passed: what is certain by now."""
        return self._fold(now - LAG)

    def close(self, now: int) -> list[Followed]:
        """Nobody is left: all that is known is folded, and what goes on ends."""
        upto = max([now, *(at for at, _, _ in self._edges)])
        found = self._fold(upto)
        for person in list(self._open):
            found += self._end(person, upto)
        return [*found, *self._sound(upto)]

    def _edge(self, at: int, kind: int, person: str) -> None:
        if len(self._edges) < MOST:
            heappush(self._edges, (max(at, self._upto), kind, person))

    def _fold(self, upto: int) -> list[Followed]:
        found: list[Followed] = []
        while self._edges and self._edges[0][0] <= upto:
            at, kind, person = heappop(self._edges)
            found += self._pass(at)
            found += self._start(person, at) if kind == START else self._end(person, at)
        found += self._pass(upto)
        return found

    def _pass(self, upto: int) -> list[Followed]:
        """Time alone: a silence becomes one, and somebody who went on has spoken long enough."""
        self._upto = max(self._upto, upto)
        found: list[Followed] = []
        if self._quiet is not None and not self._silent and upto - self._quiet >= SILENCE:
            self._silent = True
            found.append(Silent(self._quiet))
        for person, other, since in [each for each in self._yielded if upto - each[2] >= BACKCHANNEL]:
            self._yielded.remove((person, other, since))
            found.append(Interrupted(person, other, since))
        return found

    def _start(self, person: str, at: int) -> list[Followed]:
        if person in self._open:
            return []
        self._open[person] = at
        if self._together is not None:
            people, _ = self._together
            people += [] if person in people else [person]
        elif len(self._open) == 2:
            self._together = list(self._open), at
            return [Overlapping(tuple(self._open), at)]
        return self._sound(at)

    def _end(self, person: str, at: int) -> list[Followed]:
        started = self._open.pop(person, None)
        if started is None:
            return []
        self._yielded = [each for each in self._yielded if each[0] != person]
        found = self._within(person, started, at)
        if len(self._open) < 2 and self._together is not None:
            (people, since), self._together = self._together, None
            found.append(Overlapped(tuple(people), since, at))
        if not self._open:
            self._quiet = at
        return found

    def _within(self, person: str, started: int, ended: int) -> list[Followed]:
        """What this turn was among those that go on: a backchannel to one, or interrupted by one."""
        before = [other for other, since in self._open.items() if since < started]
        if ended - started < BACKCHANNEL:
            return [Backchannel(person, before[0], started, ended)] if before else []
        for other, since in self._open.items():
            if since > started and ended - since >= YIELDING:
                self._yielded.append((other, person, since))
                break
        return self._pass(ended)

    def _sound(self, at: int) -> list[Followed]:
        """A silence, if there is one, is over."""
        quiet, self._quiet = self._quiet, None
        silent, self._silent = self._silent, False
        return [Silence(quiet, at)] if silent and quiet is not None else []
