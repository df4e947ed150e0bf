"""Whether to speak at all, which finding comes first, and by which move. Pure."""

from collections.abc import Collection
from hashlib import sha256

from domain.interventions import DecideIntervention, Detector, InterventionDecided
from rooms.facilitator.detectors import Finding, dominated, quiet
from rooms.facilitator.learning import CERTAIN, Tally, chance, move
from rooms.facilitator.patterns import (
    Detect,
    alone,
    consensus,
    drift,
    overlap,
    silence,
    stuck,
    without_reasons,
)
from rooms.facilitator.picture import Picture
from rooms.facilitator.policy import Policy
from rooms.facilitator.words import FITTING

DETECTORS: tuple[tuple[Detector, int, Detect], ...] = (
    ("consensus", 90, consensus),
    ("stuck", 80, stuck),
    ("quiet", 60, quiet),
    ("dominance", 50, dominated),
    ("overlap", 40, overlap),
    ("reasons", 35, without_reasons),
    ("alone", 30, alone),
    ("silence", 20, silence),
    ("drift", 10, drift),
)
"""Each with its severity, the most severe first: a shared error before a dead end before a share of talk."""
SEVERITY = {detector: severity for detector, severity, _ in DETECTORS}
NOTHING_KNOWN = Tally()
DAY = 86_400_000
"""Milliseconds after which it is not measured any more what came of an intervention."""


def choose(picture: Picture, now: int, policy: Policy, exempt: Collection[str] = ()) -> Finding | None:
    """The one finding to act on at `now` (ms), if guidance, warm-up, cool-downs and budget allow any.

    Whoever is `exempt` (a tutor) is neither addressed nor counted as dominating.
    """
    policy = in_force(picture, policy)
    if not picture.open or picture.together is None or now - picture.together < policy.warm_up:
        return None
    if picture.guidance.mode == "muted" or now < picture.break_until:
        return None
    said = picture.said
    if said.busy(now, policy.stale) or said.rests(now, policy.group_cooldown, policy.hourly):
        return None
    for detector, _, detect in DETECTORS:
        if detector in policy.off:
            continue
        for finding in detect(picture, now, policy, exempt):
            if not said.spares(finding.person, now, policy.person_cooldown):
                return finding
    return None


def in_force(picture: Picture, policy: Policy) -> Policy:
    """The policy with what a tutor changed for this room."""
    return policy.tuned(picture.guidance.tuning, picture.guidance.version)


def is_due(picture: Picture, found: int, now: int, policy: Policy) -> bool:
    """Whether to act on a finding that has shown since `found`: it waits a while for nobody to speak."""
    talking = any(picture.speaks(person, now) for person in picture.members)
    return not talking or now - found >= policy.gap


def unsaid(picture: Picture, now: int, policy: Policy) -> InterventionDecided | None:
    """A decision that somebody took and did not get to say, though its person is still there to hear it."""
    if picture.guidance.mode == "muted":
        return None
    for decided in picture.said.pending.values():
        waited = now - decided.moment
        if policy.patience <= waited <= policy.stale and decided.person in picture.members:
            return decided
    return None


def unmeasured(picture: Picture, now: int, policy: Policy) -> InterventionDecided | None:
    """What was said or held out so long ago that it can be seen what came of it."""
    for decided in picture.said.unmeasured.values():
        if policy.outcome + policy.settle <= now - decided.moment < DAY:
            return decided
    return None


def wish(
    picture: Picture, finding: Finding, now: int, policy: Policy, tally: Tally = NOTHING_KNOWN, seen: int = 0
) -> DecideIntervention:
    """The wish to act on a finding at `now` (ms): the log agrees, or says why not.

    `tally` is what had helped in the organisation by position `seen`, up to which the log has been read.
    """
    policy = in_force(picture, policy)
    intervention = identify(picture, finding)
    return DecideIntervention(
        intervention=intervention,
        room=picture.room,
        person=finding.person,
        detector=finding.detector,
        evidence=finding.evidence,
        policy=policy.label,
        seen=max(seen, picture.position),
        moment=now,
        group_cooldown=policy.group_cooldown,
        person_cooldown=policy.person_cooldown,
        hourly=policy.hourly,
        move=move(finding.detector, FITTING[finding.detector], tally, f"{policy.salt}/move/{intervention}"),
        severity=SEVERITY[finding.detector],
        speaking=picture.speaking(),
        drawn=chance(policy.salt, "hold-out", intervention),
        hold_out=round(policy.hold_out * CERTAIN),
    )


def identify(picture: Picture, finding: Finding) -> str:
    """The intervention's id: the same for everybody who finds the same in the same picture."""
    parts = (picture.org, picture.room, str(picture.position), finding.detector, finding.person)
    return sha256("/".join(parts).encode()).hexdigest()[:32]
