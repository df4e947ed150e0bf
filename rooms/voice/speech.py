"""What is known of somebody's turns."""

from dataclasses import dataclass, field

from rooms.voice.turns import NOTHING, Mark, Tuning, TurnDetector

SMOOTHING = 16
"""Packets over which loudness is a moving mean: about a third of a second."""
SILENT = 127
QUIETEST = Tuning().quietest
"""With a level above this no turn begins."""


@dataclass(slots=True)
class Speech:
    """A person's turns: the detector, the number of the open turn, when they last began to speak.

    Nothing can come of what is quiet, or said within a turn, before the next tick: until then it waits, since
    a few packets at once cost hardly more than one whose turn it is among those of hundreds.
    """

    turns: int = 0
    last: int = 0
    _detector: TurnDetector = field(default_factory=TurnDetector)
    _sixteenths: int = SILENT * SMOOTHING
    """The moving mean of the levels of all packets, times SMOOTHING."""
    _waiting: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])

    @property
    def level(self) -> int:
        """The mean level, 0 (loudest) to 127."""
        return self._sixteenths // SMOOTHING

    @property
    def speaking(self) -> bool:
        """Whether a turn is open."""
        return self._detector.speaking

    def heard(self, at: int, level: int) -> tuple[Mark, ...]:
        """A packet of this level arrived at `at`, in ms."""
        self._waiting.append((at, level))
        return NOTHING if level > QUIETEST or self._detector.speaking else self._catch_up()

    def tick(self, now: int) -> tuple[Mark, ...]:
        """Time has passed, in ms: to be called every so often."""
        return self._catch_up() + self._detector.tick(now)

    def close(self) -> tuple[Mark, ...]:
        """Ends the open turn, if there is one."""
        return self._catch_up() + self._detector.close()

    def _catch_up(self) -> tuple[Mark, ...]:
        marks, mean, heard = NOTHING, self._sixteenths, self._detector.heard
        for at, level in self._waiting:
            mean += level - (mean >> 4)
            marks += heard(at, level)
        self._waiting.clear()
        self._sixteenths = mean
        return marks
