"""How people guide the facilitator in a room, and by which policy it said that it watches. Pure."""

from domain.guidance import (
    FacilitatorBegun,
    FacilitatorMode,
    FacilitatorModeSet,
    FacilitatorTuned,
    ReadingSet,
    Tuning,
)


class Guidance:
    """Mode, thresholds that were changed (so often), whether messages may be read, and the policy."""

    def __init__(self) -> None:
        self.begun: FacilitatorBegun | None = None
        self.mode: FacilitatorMode = "on"
        self.tuning = Tuning()
        self.version = 0
        self.reading = False

    def fold(self, event: FacilitatorBegun | FacilitatorModeSet | FacilitatorTuned | ReadingSet) -> None:
        """Take one wish in."""
        match event:
            case FacilitatorBegun():
                self.begun = event
            case FacilitatorModeSet():
                self.mode = event.mode
            case FacilitatorTuned():
                self.tuning, self.version = event.tuning, event.version
            case ReadingSet():
                self.reading = event.on
