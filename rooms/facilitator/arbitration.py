"""Whether to speak at all, and which finding comes first. Pure."""

from collections.abc import Collection, Iterator
from hashlib import sha256

from domain.interventions import DecideIntervention, InterventionDecided
from rooms.facilitator.detectors import Finding, dominated, quiet
from rooms.facilitator.picture import Picture
from rooms.facilitator.policy import Policy


def choose(picture: Picture, now: int, policy: Policy, exempt: Collection[str] = ()) -> Finding | None:
    """The one finding to act on at `now` (ms), if warm-up, cool-downs and budget allow any.

    Whoever is `exempt` (a tutor) is neither addressed nor counted as dominating.
    """
    if not picture.open or picture.together is None or now - picture.together < policy.warm_up:
        return None
    if picture.said.rests(now, policy.group_cooldown, policy.hourly):
        return None
    for finding in _findings(picture, now, policy, exempt):
        if not picture.said.spares(finding.person, now, policy.person_cooldown):
            return finding
    return None


def unsaid(picture: Picture, now: int, policy: Policy) -> InterventionDecided | None:
    """A decision that somebody took and did not get to say, though its person is still there to hear it."""
    for decided in picture.said.pending.values():
        waited = now - decided.moment
        if policy.patience <= waited <= policy.stale and decided.person in picture.members:
            return decided
    return None


def wish(picture: Picture, finding: Finding, now: int, policy: Policy) -> DecideIntervention:
    """The wish to act on a finding at `now` (ms): the log agrees, or says why not."""
    return DecideIntervention(
        intervention=identify(picture, finding),
        room=picture.room,
        person=finding.person,
        detector=finding.detector,
        evidence=finding.evidence,
        policy=policy.label,
        seen=picture.position,
        moment=now,
        group_cooldown=policy.group_cooldown,
        person_cooldown=policy.person_cooldown,
        hourly=policy.hourly,
    )


def identify(picture: Picture, finding: Finding) -> str:
    """The intervention's id: the same for everybody who finds the same in the same picture."""
    parts = (picture.org, picture.room, str(picture.position), finding.detector, finding.person)
    return sha256("/".join(parts).encode()).hexdigest()[:32]


def _findings(picture: Picture, now: int, policy: Policy, exempt: Collection[str]) -> Iterator[Finding]:
    yield from quiet(picture, now, policy, exempt)
    yield from dominated(picture, now, policy, exempt)
