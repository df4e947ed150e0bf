"""What the facilitator notices at a moment, and what keeps it from saying so. Pure."""

from collections.abc import Collection
from typing import Literal

from msgspec import Struct

from domain.interventions import Detector
from rooms.facilitator.arbitration import DETECTORS, in_force
from rooms.facilitator.detectors import Finding
from rooms.facilitator.picture import Picture
from rooms.facilitator.policy import Policy

HeldBack = Literal[
    "muted", "turned-off", "break", "warm-up", "awaits-approval", "cool-down", "budget", "person-cool-down"
]
"""Why nothing is said of what shows. The first that applies; None if it is about to be said."""


class Noticed(Struct, frozen=True, kw_only=True):
    """Something that shows, whom it would be said to, and what holds it back."""

    pattern: Detector
    person: str
    evidence: str
    held_back: HeldBack | None


def noticed(picture: Picture, now: int, policy: Policy, exempt: Collection[str] = ()) -> list[Noticed]:
    """All that the detectors find at `now` (ms), the most severe first."""
    if not picture.open or picture.together is None:
        return []
    policy = in_force(picture, policy)
    held_back = _room_held_back(picture, now, policy)
    return [
        Noticed(
            pattern=finding.detector,
            person=finding.person,
            evidence=finding.evidence,
            held_back=held_back or _finding_held_back(picture, finding, now, policy),
        )
        for _, _, detect in DETECTORS
        for finding in detect(picture, now, policy, exempt)
    ]


def _room_held_back(picture: Picture, now: int, policy: Policy) -> HeldBack | None:
    said = picture.said
    if picture.guidance.mode == "muted":
        return "muted"
    if now < picture.break_until:
        return "break"
    if picture.together is not None and now - picture.together < policy.warm_up:
        return "warm-up"
    if said.busy(now, policy.stale):
        return "awaits-approval"
    if said.rests(now, policy.group_cooldown, hourly=1 << 30):
        return "cool-down"
    return "budget" if said.rests(now, 0, policy.hourly) else None


def _finding_held_back(picture: Picture, finding: Finding, now: int, policy: Policy) -> HeldBack | None:
    if finding.detector in policy.off:
        return "turned-off"
    spared = picture.said.spares(finding.person, now, policy.person_cooldown)
    return "person-cool-down" if spared else None
