"""Simulated groups with a known response: what a rule for speaking up does to how the talk is shared.

**Groups.** Four people talk for an hour. Turns last 6 seconds on average (exponentially), with half a second
between them; the next speaker is drawn by weight. *Uneven*: weights of e^z, z normal with deviation 1.
*Dominant*: one has six times the weight of each other. *Balanced*: equal weights.

**Response.** A word to somebody is heeded with probability 0.7, halved for each other word to the group
within the last three minutes. Whoever heeds it takes the next turn, and their weight is doubled from then
on, which wears off with a half-life of three minutes; nothing happens otherwise. Whoever is called on while
they have an even share or more heeds it in the same way: a word to the wrong person makes the talk less even.

**Figure.** G* (0 even, 1 one has all) over windows of five minutes, averaged, less that of the same group,
with the same random numbers, to which nobody says anything: for each ten words. Below 0 is more even.

**Rules.** *always*: each 30 seconds to whoever talked least in the last three minutes. *random*: to anybody,
eight times an hour. *Bazaar*: each three minutes to whoever had fewest turns, if 2·fewest < most. *budgeted
cool-down*: to whoever talked least in the last three minutes, if less than half an even share, at most each
three minutes and eight times an hour. *ours*: the standard policy, on the picture of the room.

The random numbers of whose turn it is, how long it is, and whether a word is heeded are three streams, so
that a word changes nothing but through the response.
"""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import accumulate
from math import exp
from random import Random
from statistics import mean

from benchmarks.measuring.facilitator_meetings import ROOM, SECOND, ZERO, Meeting
from benchmarks.measuring.facilitator_picture import decision
from benchmarks.report import Row, at_most
from domain.events import Recorded
from domain.rooms import TurnTaken
from rooms.facilitator.arbitration import choose
from rooms.facilitator.measures import gini
from rooms.facilitator.picture import EPOCH, Picture
from rooms.facilitator.policy import STANDARD

HOUR = 3_600 * SECOND
MINUTES = 180 * SECOND
FIVE = 300 * SECOND
TURN, GAP = 6 * SECOND, SECOND // 2
HEEDED, DOUBLED = 0.7, 1.0
PEOPLE: tuple[str, ...] = ("p1", "p2", "p3", "p4")
GROUPS = 40
KINDS = ("uneven", "dominant", "balanced")


@dataclass
class Group:
    """One group in the course of its hour."""

    kind: str
    seed: int
    turns: list[tuple[int, int, str]] = field(default_factory=list[tuple[int, int, str]])
    said: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])

    def __post_init__(self) -> None:
        self._speaker, self._length = Random(f"speaker{self.seed}"), Random(f"length{self.seed}")
        self._heeds, first = Random(f"heeds{self.seed}"), Random(f"weights{self.seed}")
        self._next: str | None = None
        self._lifted: dict[str, list[int]] = {person: [] for person in PEOPLE}
        drawn = {person: exp(first.gauss(0, 1)) for person in PEOPLE}
        even: dict[str, float] = dict.fromkeys(PEOPLE, 1.0)
        self.weights = {"uneven": drawn, "dominant": even | {"p1": 6.0}, "balanced": even}[self.kind]

    def turn(self, now: int) -> tuple[int, int, str]:
        """The turn that begins at `now`."""
        weights = [self._weight(person, now) for person in PEOPLE]
        drawn = self._speaker.random() * sum(weights)
        person = PEOPLE[min(len(PEOPLE) - 1, bisect_right(list(accumulate(weights)), drawn))]
        person, self._next = self._next or person, None
        length = max(SECOND // 2, round(self._length.expovariate(1 / TURN)))
        self.turns.append((now, now + length, person))
        return self.turns[-1]

    def hear(self, person: str, now: int) -> None:
        """A word to somebody."""
        others = sum(now - at < MINUTES for at, _ in self.said)
        self.said.append((now, person))
        if self._heeds.random() < HEEDED * 0.5**others:
            self._next = person
            self._lifted[person].append(now)

    def talk(self, after: int, upto: int) -> dict[str, int]:
        """Milliseconds that each one spoke in (after, upto]."""
        amounts: dict[str, int] = dict.fromkeys(PEOPLE, 0)
        for start, end, person in self.turns:
            amounts[person] += max(0, min(end, upto) - max(start, after))
        return amounts

    def counts(self, after: int, upto: int) -> dict[str, int]:
        """How many turns each one ended in (after, upto]."""
        counts: dict[str, int] = dict.fromkeys(PEOPLE, 0)
        for _, end, person in self.turns:
            counts[person] += after < end <= upto
        return counts

    def unevenness(self) -> float:
        """G* over five minutes, on average."""
        return mean(gini(self.talk(start, start + FIVE)) for start in range(0, HOUR, FIVE))

    def _weight(self, person: str, now: int) -> float:
        lift = sum(DOUBLED * 0.5 ** ((now - at) / MINUTES) for at in self._lifted[person])
        return self.weights[person] * (1 + lift)


Rule = Callable[[Group, int], str | None]
"""Whom to speak to at the end of a turn, if anybody."""


def nobody(group: Group, now: int) -> str | None:
    """Nothing is ever said."""


def always(group: Group, now: int) -> str | None:
    """Each 30 seconds."""
    return _least(group, now) if _rested(group, now, 30 * SECOND) else None


def at_random(group: Group, now: int) -> str | None:
    """Eight times an hour."""
    drawn = Random(f"random{group.seed}")
    moments = sorted(drawn.randrange(HOUR) for _ in range(8))
    return drawn.choice(PEOPLE) if sum(at <= now for at in moments) > len(group.said) else None


def bazaar(group: Group, now: int) -> str | None:
    """The dormant one of each pulse of three minutes."""
    if now // MINUTES == (group.turns[-2][1] if len(group.turns) > 1 else 0) // MINUTES:
        return None
    upto = now // MINUTES * MINUTES
    counts = group.counts(upto - MINUTES, upto)
    return min(counts, key=counts.__getitem__) if 2 * min(counts.values()) < max(counts.values()) else None


def budgeted(group: Group, now: int) -> str | None:
    """Whoever talked least, within cool-down and budget."""
    if now < MINUTES or not _rested(group, now, MINUTES) or len(group.said) >= 8:
        return None
    talk = group.talk(now - MINUTES, now)
    least = _least(group, now)
    return least if 2 * len(PEOPLE) * talk[least] < sum(talk.values()) else None


def groups(number: int) -> list[Row]:
    """How much more even the talk becomes by each rule."""
    rows: list[Row] = []
    peers = {"always": always, "random": at_random, "Bazaar": bazaar, "budgeted cool-down": budgeted}
    for kind in KINDS:
        quiet = [_lived(kind, seed, nobody).unevenness() for seed in range(number)]
        change, words = _change(kind, quiet, None)
        what = f"simulated, {number} {kind} groups, {words / number:.1f} words an hour: G*·1000 for ten words"
        if kind == "balanced":
            rows.append(at_most(f"{what}", "", change))
            rows.append(
                at_most("the same: change of G*·1000 in an hour", "", abs(change * words / 10 / number), 5)
            )
            continue
        for name, rule in peers.items():
            theirs, _ = _change(kind, quiet, rule)
            rows.append(at_most(f"{what}; {name}", "", change, theirs, theirs))
    return rows


def _change(kind: str, quiet: list[float], rule: Rule | None) -> tuple[float, int]:
    """The change of G* for each ten words, and how many there were; by our policy without a rule."""
    lived = [_lived(kind, seed, rule or Ours()) for seed in range(len(quiet))]
    words = sum(len(group.said) for group in lived)
    change = sum(group.unevenness() - before for group, before in zip(lived, quiet, strict=True))
    return (10_000 * change / words if words else 0.0), words


def _lived(kind: str, seed: int, rule: Rule) -> Group:
    group, now = Group(kind, seed), 0
    while now < HOUR:
        _, end, _ = group.turn(now)
        if (person := rule(group, end)) is not None:
            group.hear(person, end)
        now = end + GAP
    return group


class Ours:
    """The standard policy, which looks at the end of each turn."""

    def __init__(self) -> None:
        self._picture = Picture("main", ROOM, STANDARD.reach)
        for recorded in Meeting("", [(0, 1, person) for person in PEOPLE], HOUR).beginning():
            self._picture.fold(recorded)

    def __call__(self, group: Group, now: int) -> str | None:
        """See whether there is anything to say."""
        start, end, person = group.turns[-1]
        self._picture.fold(_taken(len(group.turns), start, end, person))
        finding = choose(self._picture, ZERO + now, STANDARD)
        if finding is None:
            return None
        self._picture.said.fold(decision(finding, ZERO + now))
        return finding.person


def _taken(number: int, start: int, end: int, person: str) -> Recorded:
    turn = TurnTaken(room=ROOM, person=person, turn=f"t{number}", started=ZERO + start, ended=ZERO + end)
    at = EPOCH + timedelta(milliseconds=ZERO + end)
    return Recorded(position=100 + number, at=at, org="main", actor=person, cause=None, tags=(), event=turn)


def _least(group: Group, now: int) -> str:
    talk = group.talk(now - MINUTES, now)
    return min(talk, key=talk.__getitem__)


def _rested(group: Group, now: int, pause: int) -> bool:
    return not group.said or now - group.said[-1][0] >= pause
