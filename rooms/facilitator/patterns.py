"""What shows in the group as a whole: pure detectors over the picture, each with its evidence.

A word about it goes to one person all the same, whoever took part least: that is whose view is missing.
Each answers findings at `now` (ms), none or one for each person who may be addressed, the first one first.
"""

from collections.abc import Callable, Collection

from domain.interventions import Detector
from rooms.facilitator.answers import Attempt
from rooms.facilitator.detectors import Finding, least_first, seconds, to_invite
from rooms.facilitator.learning import CERTAIN, chance
from rooms.facilitator.measures import shares
from rooms.facilitator.picture import Picture
from rooms.facilitator.policy import Policy

BARE_TALK = 3_000
"""Answers between which the group talked no longer than this (ms), and wrote nothing, have no reasons."""
BARE_WINDOW = 60_000

Detect = Callable[[Picture, int, Policy, Collection[str]], list[Finding]]


def consensus(picture: Picture, now: int, policy: Policy, exempt: Collection[str] = ()) -> list[Finding]:
    """All gave the same answer, and it is wrong; now and then also if it is right, by lot.

    Each consensus is asked about once. What is said of it is the same in both cases.
    """
    agreed = picture.consensus(exempt)
    if agreed is None:
        return []
    problem = picture.problems[-1]
    formed = picture.answers.attempts(problem)[-1].at
    asked = picture.said.last_by.get("consensus", 0)
    if now - formed < policy.settled or asked > formed:
        return []
    if agreed == "right" and _spared(picture, problem, policy):
        return []
    people = sum(person not in exempt for person in picture.members)
    evidence = f"All {people} people have given the same answer, and none of them another since."
    return _said("consensus", evidence, picture, now, policy, exempt)


def stuck(picture: Picture, now: int, policy: Policy, exempt: Collection[str] = ()) -> list[Finding]:
    """Somebody said that the group is stuck, or it tried in vain what it had tried before."""
    since = picture.said.last_by.get("stuck", 0)
    if picture.stuck is not None and picture.stuck > since and now - picture.stuck <= policy.long:
        ago = seconds(now - picture.stuck)
        evidence = f"Somebody said {ago} s ago that the group is stuck."
        return _said("stuck", evidence, picture, now, policy, exempt)
    tried = _latest(picture)
    if not tried or tried[-1].at <= since or now - tried[-1].at > policy.long:
        return []
    if not picture.answers.stuck(picture.problems[-1]):
        return []
    evidence = "The last 4 attempts were wrong, and said what had been said before."
    return _said("stuck", evidence, picture, now, policy, exempt)


def without_reasons(
    picture: Picture, now: int, policy: Policy, exempt: Collection[str] = ()
) -> list[Finding]:
    """Answer upon answer, with next to nothing said or written between them."""
    tried = _latest(picture)[-policy.bare :]
    since = picture.said.last_by.get("reasons", 0)
    if len(tried) < policy.bare or tried[0].at <= since or now - tried[-1].at > BARE_WINDOW:
        return []
    if any(attempt.correct for attempt in tried) or len({attempt.answer for attempt in tried}) < 2:
        return []
    if now - tried[-1].at < policy.settled or not bare(picture, tried[0].at - BARE_WINDOW, now):
        return []
    evidence = (
        f"The last {policy.bare} answers came within {seconds(tried[-1].at - tried[0].at)} s, "
        f"and next to nothing was said or written between them."
    )
    return _said("reasons", evidence, picture, now, policy, exempt)


def alone(picture: Picture, now: int, policy: Policy, exempt: Collection[str] = ()) -> list[Finding]:
    """One person makes next to all the edits, while the others neither edit nor talk much."""
    edits = picture.edits(policy.long, now)
    if len(edits) < 2 or sum(edits.values()) < policy.least_edits:
        return []
    if sum(picture.talk(policy.long, now).values()) >= policy.least_talk:
        return []  # one writes down what all of them say
    share = shares(edits)
    over = next((p for p in edits if share[p] >= policy.alone and p not in exempt), None)
    if over is None or shares(picture.edits(policy.short, now))[over] < policy.alone:
        return []
    evidence = (
        f"One of {len(edits)} people has made {share[over]:.0%} of the {sum(edits.values())} edits "
        f"of the last {seconds(policy.long)} s."
    )
    return _said("alone", evidence, picture, now, policy, [*exempt, over])


def overlap(picture: Picture, now: int, policy: Policy, exempt: Collection[str] = ()) -> list[Finding]:
    """Much of the talk is on top of others' talk, in the long window and in the short one."""
    over = overlapping(picture, now - policy.long, now)
    if over < policy.overlap or overlapping(picture, now - policy.short, now) < policy.overlap:
        return []
    if sum(picture.talk(policy.long, now).values()) < policy.least_talk:
        return []
    evidence = f"{over:.0%} of the talk of the last {seconds(policy.long)} s was while somebody else spoke."
    return _said("overlap", evidence, picture, now, policy, exempt)


def silence(picture: Picture, now: int, policy: Policy, exempt: Collection[str] = ()) -> list[Finding]:
    """Nobody has spoken, written, edited or answered for long, in a group that was at work before."""
    last = picture.last_act()
    if not policy.silence <= now - last <= policy.silence + policy.long:
        return []
    if last <= picture.said.last_by.get("silence", 0):
        return []
    if any(picture.speaks(person, now) for person in picture.members):
        return []
    evidence = f"Nobody has spoken, written, edited or answered for {seconds(now - last)} s."
    return _said("silence", evidence, picture, now, policy, exempt)


def drift(picture: Picture, now: int, policy: Policy, exempt: Collection[str] = ()) -> list[Finding]:
    """None of the latest messages shares a word with the problem. Only where the room lets them be read."""
    if not picture.guidance.reading:
        return []
    shared = picture.reading.shared(now - policy.long, now)[-policy.drift :]
    if len(shared) < policy.drift or any(shared):
        return []
    evidence = f"None of the last {policy.drift} messages shares a word with the problem."
    return _said("drift", evidence, picture, now, policy, exempt)


def overlapping(picture: Picture, after: int, upto: int) -> float:
    """The part of the talk in (after, upto] that was while somebody else spoke, of turns on record."""
    talk = sum(track.talk.within(after, upto) for track in picture.known().values())
    return 1 - picture.anybody(after, upto) / talk if talk else 0.0


def bare(picture: Picture, after: int, upto: int) -> bool:
    """Whether next to nothing was said, and nothing written, in (after, upto]."""
    tracks = picture.known().values()
    talk = sum(track.spoken(after, upto) for track in tracks)
    return talk <= BARE_TALK and not any(track.messages.within(after, upto) for track in tracks)


def _spared(picture: Picture, problem: str, policy: Policy) -> bool:
    """Whether the lot is that a right consensus is left alone: one lot for each consensus."""
    about = (picture.org, picture.room, problem, str(picture.answers.given(problem)))
    return chance(policy.salt, "right", *about) >= round(policy.right * CERTAIN)


def _latest(picture: Picture) -> list[Attempt]:
    return picture.answers.attempts(picture.problems[-1]) if picture.problems else []


def _said(
    detector: Detector, evidence: str, picture: Picture, now: int, policy: Policy, exempt: Collection[str]
) -> list[Finding]:
    people = to_invite(picture, now, policy, exempt)
    return [
        Finding(detector=detector, person=person, evidence=evidence)
        for person in least_first(picture, people, now, policy.long)
    ]
