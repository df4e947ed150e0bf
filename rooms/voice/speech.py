"""What is known of somebody's turns."""

from dataclasses import dataclass, field

from rooms.voice.turns import TurnDetector


@dataclass
class Speech:
    """A person's turns: the detector, the id of the open turn, and when they last began to speak."""

    detector: TurnDetector = field(default_factory=TurnDetector)
    turns: int = 0
    last: int = 0
