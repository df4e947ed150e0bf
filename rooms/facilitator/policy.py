"""A policy: the thresholds by which the facilitator acts, named and hashed into every decision."""

from functools import lru_cache
from hashlib import sha256
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from domain.guidance import Tuning
from domain.interventions import Detector

Length = Annotated[int, Meta(ge=1, le=86_400_000)]
"""A length of time in milliseconds, up to a day."""
Part = Annotated[float, Meta(ge=0, le=1)]
"""A part of a whole, from none to all."""
PolicyName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,40}$")]


SCALED = (
    *("long", "short", "held", "step", "warm_up", "least_talk", "group_cooldown", "person_cooldown"),
    *("settled", "silence", "outcome", "settle"),
)


class InvalidPolicy(ValueError):
    """The policy does not make sense."""


class Policy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When to speak. Lengths are in milliseconds; the defaults are those that held up on AMI meetings.

    A pattern is looked for over the `long` window, the `short` one and the one half-way between, as one
    weighted figure, and counts if it showed at every look since `held` ago. `quiet` is the part of an even
    share below which somebody is quiet, `dominance` the index from which somebody dominates. A group that
    has not talked for `least_talk`, written `least_messages` or made `least_edits` within the long window
    has nothing to take part in. A consensus must have stood for `settled`, a silence have lasted for
    `silence`; `right` is how many of the right consensus are asked about, too. From `overlap` of the talk
    that is on top of others' talk on it is a storm, from `alone` of the edits on one person edits alone;
    so many `bare` answers in a row have no reasons, and so many messages have drifted.

    `hold_out` is how many interventions are left unsaid by lot, `salt` whatever is to make the lots of this
    deployment its own. Outcomes are measured over `outcome` after the decision, and `settle` more.
    """

    name: PolicyName = "standard"
    long: Length = 180_000
    short: Length = 30_000
    held: Length = 30_000
    step: Length = 1_000
    warm_up: Length = 180_000
    quiet: Annotated[float, Meta(gt=0, lt=1)] = 0.07
    dominance: Annotated[float, Meta(gt=0, le=1)] = 0.52
    least_talk: Length = 30_000
    least_messages: Annotated[int, Meta(ge=1)] = 5
    least_edits: Annotated[int, Meta(ge=1)] = 20
    group_cooldown: Length = 180_000
    person_cooldown: Length = 600_000
    hourly: Annotated[int, Meta(ge=0, le=60)] = 8
    settled: Length = 5_000
    right: Part = 0.5
    overlap: Annotated[float, Meta(gt=0, le=1)] = 0.3
    alone: Annotated[float, Meta(gt=0.5, le=1)] = 0.9
    bare: Annotated[int, Meta(ge=2, le=16)] = 3
    silence: Length = 120_000
    drift: Annotated[int, Meta(ge=4, le=32)] = 8
    off: tuple[Detector, ...] = ()
    """Detectors that keep silent."""
    gap: Annotated[int, Meta(ge=0, le=60_000)] = 5_000
    """How long it waits for nobody to speak; 0 for not at all. What is over by then is not said."""
    hold_out: Part = 0.2
    salt: Annotated[str, Meta(max_length=64)] = ""
    outcome: Length = 120_000
    settle: Length = 30_000
    patience: Length = 10_000
    """How long another facilitator's decision may stay unsaid before this one says it."""
    stale: Length = 600_000
    """From when on a decision that was never said is better left unsaid."""

    def __post_init__(self) -> None:
        if not self.step <= self.held <= self.long or not self.step <= self.short <= self.long:
            raise InvalidPolicy("step must not exceed held and short, nor these long")
        if self.patience >= self.stale:
            raise InvalidPolicy("patience must be shorter than stale")

    @property
    def label(self) -> str:
        """Its name and the beginning of its SHA-256, for example `standard@1f00c0ffee00`."""
        return f"{self.name}@{sha256(self.values.encode()).hexdigest()[:12]}"

    @property
    def values(self) -> str:
        """All its values as JSON, always in the same order."""
        return msgspec.json.encode(self, order="deterministic").decode()

    @property
    def windows(self) -> tuple[int, int, int]:
        """The short window, the one half-way between, and the long one."""
        return _windows(self.short, self.long)

    @property
    def reach(self) -> int:
        """How far back the picture of the group must remember."""
        return max(self.long + self.held, 2 * self.outcome + self.settle, self.silence + self.long)

    def tuned(self, tuning: Tuning, version: int) -> "Policy":
        """The policy of a room in which a tutor changed thresholds so often; the same one if never."""
        return _tuned(self, tuning, version) if version else self

    def scaled(self, factor: float, name: str) -> "Policy":
        """The same policy with windows, warm-up and cool-downs multiplied: for demonstrations and tests."""
        lengths = {field: max(1, round(getattr(self, field) * factor)) for field in SCALED}
        return checked(msgspec.structs.replace(self, name=name, **lengths))


@lru_cache(maxsize=64)
def _windows(short: int, long: int) -> tuple[int, int, int]:
    return short, (short + long) // 2, long


@lru_cache(maxsize=256)
def _tuned(policy: Policy, tuning: Tuning, version: int) -> Policy:
    changed = {field: value for field in TUNED if (value := getattr(tuning, field)) is not None}
    off = tuple(dict.fromkeys((*policy.off, *tuning.off)))
    name = f"{policy.name[:32]}-{version}"
    return msgspec.structs.replace(policy, name=name, off=off, **changed)


TUNED = ("warm_up", "quiet", "dominance", "group_cooldown", "person_cooldown", "hourly")
STANDARD = Policy()


def parse(data: bytes | str) -> Policy:
    """A policy from JSON, in which what is left out has its default; raises `InvalidPolicy`."""
    try:
        return msgspec.json.decode(data, type=Policy)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InvalidPolicy(str(error)) from error


def checked(policy: Policy) -> Policy:
    """The policy, if it could have been read from JSON; raises `InvalidPolicy` otherwise."""
    return parse(msgspec.json.encode(policy))
