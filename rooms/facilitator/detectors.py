"""Who is left out, and on what evidence: pure detectors over the picture of the group.

Each answers what it found at `now` (ms), the most left out first; nothing is remembered between two
calls. That a pattern has held for a while is found by looking at the same picture some moments ago.
"""

from collections.abc import Callable, Collection, Iterable

from msgspec import Struct

from domain.interventions import Detector
from rooms.facilitator.measures import lasting_dominance, lasting_share, shares
from rooms.facilitator.picture import Picture
from rooms.facilitator.policy import Policy

LOOKS = 6
"""How often a pattern is looked back at, evenly, to see that it held."""


class Finding(Struct, frozen=True, kw_only=True):
    """Whom to invite, and why: one sentence with figures, without names and without anybody's words."""

    detector: Detector
    person: str
    evidence: str


def quiet(picture: Picture, now: int, policy: Policy, exempt: Collection[str] = ()) -> list[Finding]:
    """Those who take next to no part in speech and messages and edits, in a group that is active."""
    low = left_out(picture, now, policy, to_invite(picture, now, policy, exempt))
    return [
        Finding(detector="quiet", person=person, evidence=_of_quiet(picture, person, now, policy))
        for person in least_first(picture, low, now, policy.long)
    ]


def dominated(picture: Picture, now: int, policy: Policy, exempt: Collection[str] = ()) -> list[Finding]:
    """If one person dominates the talk: the others, who are to be invited. The dominant is never named."""
    over = dominating(picture, now, policy, [person for person in picture.members if person not in exempt])
    if not over:
        return []
    others = [p for p in to_invite(picture, now, policy, exempt) if p not in over]
    return [
        Finding(detector="dominance", person=p, evidence=_of_dominance(picture, over[0], p, now, policy))
        for p in least_first(picture, others, now, policy.long)
    ]


def left_out(picture: Picture, now: int, policy: Policy, people: list[str]) -> list[str]:
    """Those of `people` who have been quiet for a while."""
    if len(picture.members) < 2 or not _active(picture, now, policy):
        return []
    return _held(policy, now, people, lambda t, p: _low(picture, t, p, policy))


def dominating(picture: Picture, now: int, policy: Policy, people: list[str]) -> list[str]:
    """Those of `people` who have dominated the talk for a while: one at most, but for odd policies."""
    if sum(picture.talk(policy.long, now).values()) < policy.least_talk:
        return []
    return _held(policy, now, people, lambda t, p: _dominant(picture, t, p, policy))


def _held(
    policy: Policy, now: int, people: list[str], show: Callable[[int, list[str]], list[str]]
) -> list[str]:
    """Those of `people` who show the pattern at every look from `now` back to `held` ago."""
    for moment in range(now, now - policy.held - 1, -max(policy.step, policy.held // LOOKS)):
        if not people:
            break
        people = show(moment, people)
    return people


def _low(picture: Picture, moment: int, people: list[str], policy: Policy) -> list[str]:
    for channel in (picture.talk_over, picture.messages_over, picture.edits_over):
        over = channel(policy.windows, moment)
        if not any(map(any, over.values())):
            continue
        share = lasting_share(over)
        people = [person for person in people if share[person] < policy.quiet]
        if not people:
            break
    return people


def _dominant(picture: Picture, moment: int, people: list[str], policy: Policy) -> list[str]:
    index = lasting_dominance(picture.talk_over(policy.windows, moment))
    return [person for person in people if index[person] >= policy.dominance]


def _channels(picture: Picture, window: int, moment: int) -> Iterable[dict[str, int]]:
    yield picture.talk(window, moment)
    yield picture.messages(window, moment)
    yield picture.edits(window, moment)


def _active(picture: Picture, now: int, policy: Policy) -> bool:
    least = (policy.least_talk, policy.least_messages, policy.least_edits)
    channels = _channels(picture, policy.long, now)
    return any(sum(amounts.values()) >= enough for amounts, enough in zip(channels, least, strict=True))


def to_invite(picture: Picture, now: int, policy: Policy, exempt: Collection[str]) -> list[str]:
    """Members who may be invited: willing, in for long enough to be judged, and not speaking right now."""
    return [
        person
        for person, since in picture.members.items()
        if person not in exempt
        and person not in picture.spared
        and now - since >= policy.warm_up
        and not picture.speaks(person, now)
    ]


def least_first(picture: Picture, people: Iterable[str], now: int, window: int) -> list[str]:
    """The people, whoever took part least first."""
    channels = list(_channels(picture, window, now))
    return sorted(people, key=lambda person: [amounts[person] for amounts in channels])


def _of_quiet(picture: Picture, person: str, now: int, policy: Policy) -> str:
    talk, messages, edits = _channels(picture, policy.long, now)
    wrote = _wrote("written", messages[person], edits[person]) or "written nothing"
    group = [f"talked for {seconds(sum(talk.values()))} s"] if any(talk.values()) else []
    group += [written] if (written := _wrote("wrote", sum(messages.values()), sum(edits.values()))) else []
    return (
        f"The person addressed has spoken {seconds(talk[person])} s of the last {seconds(policy.long)} s, "
        f"and {wrote}; the group {' and '.join(group)}."
    )


def _of_dominance(picture: Picture, dominant: str, person: str, now: int, policy: Policy) -> str:
    talk = picture.talk(policy.long, now)
    share = shares(talk)[dominant]
    return (
        f"One of {len(talk)} people has had {share:.0%} of the talk of the last {seconds(policy.long)} s; "
        f"the person addressed has spoken {seconds(talk[person])} s."
    )


def _wrote(verb: str, messages: int, edits: int) -> str:
    done = [f"{verb} {_count(messages, 'message')}"] if messages else []
    done += [f"made {_count(edits, 'edit')}"] if edits else []
    return " and ".join(done)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def seconds(length: int) -> int:
    """A length of time in whole seconds."""
    return round(length / 1000)
