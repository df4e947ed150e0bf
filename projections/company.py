"""Who learns with whom: what each person has said, who seeks partners on a path, and how well two fit."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from domain.company import PartnersDeclined, PartnersSought, PersonBlocked, PersonUnblocked
from domain.events import Recorded
from domain.people import PersonErased
from projections.keys import by
from projections.view import View

KEPT = 2000
"""People who seek partners on one path; whoever said so longest ago is let go of."""
GROUP = 4
"""People in a room, at most, where each still has their say."""
SKILLS_COUNT, HOURS_COUNT = 3, 6
"""In a score a skill with which one can help counts as three hours in common, and six hours at most count."""
SIMILAR = 14
"""Days between two goals that count as one."""


class Sought(Struct, frozen=True):
    """When somebody has time, in hours of the week on their own clock."""

    hours: tuple[int, ...]
    zone: str


class Person(Struct):
    """What one person has said about company, by path."""

    sought: dict[str, Sought] = field(default_factory=dict[str, Sought])
    blocked: dict[str, None] = field(default_factory=dict[str, None])


class Seekers(Struct):
    """Who seeks partners on a path, in the order in which they said so last."""

    persons: dict[str, None] = field(default_factory=dict[str, None])


class Learner(Struct, frozen=True):
    """What of somebody matters here: skills that are passed, and that are not; hours of the week in UTC."""

    person: str
    passed: frozenset[str]
    missing: frozenset[str]
    hours: frozenset[int]
    until: int
    """The day of their goal, as an ordinal; 0 without one."""
    blocked: frozenset[str]


class Match(Struct, frozen=True):
    """Somebody to learn with, and why: skills each can help the other with, and hours in common."""

    person: str
    they_help: tuple[str, ...]
    you_help: tuple[str, ...]
    hours: int
    same_goal: bool
    score: int
    why: str


def may_meet(one: Learner, other: Learner) -> bool:
    """Whether neither has blocked the other."""
    return one.person not in other.blocked and other.person not in one.blocked


def matches(me: Learner, others: Sequence[Learner], titles: Mapping[str, str]) -> list[Match]:
    """Whoever fits, the best first; those whom one can neither help, nor be helped by, nor meet, do not."""
    found = [
        _match(me, other, titles)
        for other in others
        if other.person != me.person and may_meet(me, other) and me.hours & other.hours
    ]
    helpful = [each for each in found if each.they_help or each.you_help]
    return sorted(helpful, key=lambda each: (-each.score, each.person))


def _match(me: Learner, other: Learner, titles: Mapping[str, str]) -> Match:
    they = tuple(sorted(me.missing & other.passed))
    you = tuple(sorted(other.missing & me.passed))
    hours = len(me.hours & other.hours)
    same = bool(me.until and other.until) and abs(me.until - other.until) <= SIMILAR
    # Complementary: help that goes both ways counts for more than twice as much as help that goes one way.
    score = SKILLS_COUNT * (len(they) + len(you) + 2 * min(len(they), len(you)))
    score += min(hours, HOURS_COUNT) + SKILLS_COUNT * same
    return Match(other.person, they, you, hours, same, score, _why(they, you, hours, same, titles))


def _why(they: Sequence[str], you: Sequence[str], hours: int, same: bool, titles: Mapping[str, str]) -> str:
    def named(skills: Sequence[str]) -> str:
        return ", ".join(titles.get(skill, skill) for skill in skills)

    told = [
        f"they can help you with {named(they)}" if they else "",
        f"you can help them with {named(you)}" if you else "",
        "your goals are close" if same else "",
        f"{hours} hour{'' if hours == 1 else 's'} of the week in common",
    ]
    return "; ".join(part for part in told if part)


def group(me: Learner, found: Sequence[Match], others: Mapping[str, Learner]) -> tuple[str, ...]:
    """Who could share a room: the best matches who may all meet, at an hour that all have; else nobody."""
    chosen = [me]
    for match in found:
        trying = [*chosen, others[match.person]]
        together = set(me.hours).intersection(*(each.hours for each in trying))
        if together and all(may_meet(*pair) for pair in combinations(trying, 2)):
            chosen = trying
        if len(chosen) == GROUP:
            break
    return tuple(each.person for each in chosen[1:]) if len(chosen) > 2 else ()


def hours_in_utc(sought: Sought, now: datetime) -> frozenset[int]:
    """The same hours of this week, as UTC counts them: summer time moves them."""
    zone = ZoneInfo(sought.zone)
    local = now.astimezone(zone)
    monday = datetime.combine(local.date() - timedelta(days=local.weekday()), time(), zone)
    return frozenset(_hour(monday + timedelta(hours=hour)) for hour in sought.hours)


def _hour(at: datetime) -> int:
    utc = datetime.fromtimestamp(at.timestamp(), ZoneInfo("UTC"))
    return 24 * utc.weekday() + utc.hour


def _say(state: Person, key: str, recorded: Recorded) -> None:
    match recorded.event:
        case PartnersSought() as event:
            state.sought[event.path] = Sought(event.hours, event.zone)
        case PartnersDeclined() as event:
            state.sought.pop(event.path, None)
        case PersonBlocked() as event:
            state.blocked[event.whom] = None
        case PersonUnblocked() as event:
            state.blocked.pop(event.whom, None)
        case PersonErased():
            state.sought.clear()
        case _:
            pass


def _seek(state: Seekers, key: str, recorded: Recorded) -> None:
    match recorded.event:
        case PartnersSought() as event:
            state.persons.pop(event.person, None)
            state.persons[event.person] = None
            if len(state.persons) > KEPT:
                del state.persons[next(iter(state.persons))]
        case PartnersDeclined() as event:
            state.persons.pop(event.person, None)
        case _:
            pass


COMPANY = View(
    name="company",
    version=1,
    state=Person,
    reads=(PartnersSought, PartnersDeclined, PersonBlocked, PersonUnblocked, PersonErased),
    keys=by("person"),
    apply=_say,
)
SEEKERS = View(
    name="seekers",
    version=1,
    state=Seekers,
    reads=(PartnersSought, PartnersDeclined),
    keys=by("path"),
    apply=_seek,
)
