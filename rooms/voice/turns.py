"""Who speaks when: a pure detector of speech turns over (time in ms, RFC 6464 level)."""

from dataclasses import dataclass

from rooms.voice.background import Background, Margin

PACKET = 20
"""Milliseconds of sound in a packet: what arrives at `t` was said in the 20 ms before `t`."""
LONGEST_GAP = 200
"""Loud packets further apart than this (ms) are no run."""
LONGEST_STEP = 2 * PACKET
"""What one packet adds to a run at most (ms), however long it took to come."""

BEGINS, GOES_ON, FADES = Margin(2.0, 1.25), Margin(2.0, 1.0), Margin(1.0, 0.25)


@dataclass(frozen=True, slots=True)
class Tuning:
    """What counts as speech. A level is dB below overload: 0 loudest; times in ms."""

    margin: Margin = BEGINS
    """How much louder than the background speech begins."""
    sustain: Margin = GOES_ON
    """How much louder it goes on."""
    edge: Margin = FADES
    """How much louder its first and last sounds are, if they join what is surely speech."""
    quietest: int = 57
    """Nothing quieter than this level is speech, however silent the room; edges may be by 3 dB."""
    loudest_floor: int = 28
    """The background is never taken to be louder than this level, however long a noise lasts."""
    attack: int = 80
    """How long it must be loud without a break before a turn starts: longer than the click of a key."""
    renewal: int = 60
    """How long it must be loud without a break for a turn to go on."""
    widest_edge: int = 100
    hangover: int = 500
    """How long a pause may be within one turn."""


@dataclass(frozen=True, slots=True)
class Started:
    """A turn has started, at `at` ms."""

    at: int


@dataclass(frozen=True, slots=True)
class Ended:
    """A turn lasted from `started` to `ended` ms; the hangover is not part of it."""

    started: int
    ended: int


Mark = Started | Ended
NOTHING: tuple[Mark, ...] = ()


class Run:
    """Packets without a break: since when (ms), and how much sound they are at least (ms); 0 ends it."""

    __slots__ = ("_last", "length", "since")

    def __init__(self) -> None:
        self.length = self.since = self._last = 0

    def take(self, at: int) -> None:
        """One more packet."""
        if self.length and at - self._last <= LONGEST_GAP:
            self.length += min(at - self._last, LONGEST_STEP)
        else:
            self.since, self.length = at - PACKET, PACKET
        self._last = at


class TurnDetector:
    """Turns of one person. Feed it every packet, and `tick` it now and then: packets may stop."""

    __slots__ = (
        "_audible",
        "_background",
        "_ended",
        "_free",
        "_loud",
        "_loud_last",
        "_now",
        "_started",
        "_tuning",
    )

    def __init__(self, tuning: Tuning | None = None) -> None:
        self._tuning = tuning or Tuning()
        self._background = Background(self._tuning.loudest_floor)
        self._loud, self._audible = Run(), Run()
        self._now = 0
        self._free = 0
        """When the next turn may start."""
        self._started: int | None = None
        self._ended = self._loud_last = 0

    @property
    def speaking(self) -> bool:
        """Whether a turn is open."""
        return self._started is not None

    def heard(self, at: int, level: int) -> tuple[Mark, ...]:
        """A packet of this level (0 loudest to 127 silent) arrived at `at`; a time in the past means now."""
        marks = self.tick(at)
        tuning, background = self._tuning, self._background
        background.heard(self._now, level)
        # Whoever listens is far below all limits, and most packets are theirs.
        if level > tuning.quietest + 3 or level > background.below(tuning.edge):
            self._audible.length = 0
        else:
            self._audible.take(self._now)
        margin = tuning.margin if self._started is None else tuning.sustain
        if level <= tuning.quietest and level <= background.below(margin):
            return marks + self._is_loud()
        self._loud.length = 0
        if self._started is None:
            background.settle(level)
        else:
            self._lengthen()
        return marks

    def tick(self, now: int) -> tuple[Mark, ...]:
        """Time has passed: ends a turn whose pause was too long."""
        self._now = now if now > self._now else self._now
        if self._started is None or self._now - self._loud_last < self._tuning.hangover:
            return NOTHING
        return self.close()

    def close(self) -> tuple[Mark, ...]:
        """Ends the open turn, if there is one, where it was last loud."""
        started, self._started = self._started, None
        self._loud.length = self._audible.length = 0
        if started is None:
            return NOTHING
        self._free = self._ended + 1
        return (Ended(started, self._ended),)

    def _is_loud(self) -> tuple[Mark, ...]:
        self._loud.take(self._now)
        if self._started is not None:
            if self._loud.length >= self._tuning.renewal:
                self._ended = self._loud_last = self._now
            else:
                self._lengthen()
            return NOTHING
        if self._loud.length < self._tuning.attack:
            return NOTHING
        self._ended = self._loud_last = self._now
        earliest = self._loud.since - self._tuning.widest_edge
        self._started = max(self._free, min(self._loud.since, max(self._audible.since, earliest)))
        return (Started(self._started),)

    def _lengthen(self) -> None:
        """A turn fades out: what is audible without a break since it was surely loud, is part of it."""
        audible = self._audible
        if audible.length and audible.since < self._loud_last >= self._now - self._tuning.widest_edge:
            self._ended = self._now
