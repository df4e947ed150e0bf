"""What is known of somebody's turns."""

from dataclasses import dataclass, field

from rooms.voice.turns import TurnDetector

SMOOTHING = 16
"""Packets over which loudness is a moving mean: about a third of a second."""
SILENT = 127


@dataclass(slots=True)
class Speech:
    """A person's turns: the detector, the number of the open turn, when they last began to speak."""

    detector: TurnDetector = field(default_factory=TurnDetector)
    turns: int = 0
    last: int = 0
    sixteenths: int = SILENT * SMOOTHING
    """The moving mean of the levels of all packets, times SMOOTHING."""

    @property
    def level(self) -> int:
        """The mean level, 0 (loudest) to 127."""
        return self.sixteenths // SMOOTHING
