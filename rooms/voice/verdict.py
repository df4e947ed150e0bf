"""Whether what is loud is speech: turns as levels have them, and as a judge lets them be. Pure."""

from dataclasses import dataclass, field

VOICED, STILL = 0.5, 0.35
"""How likely it must be speech for a turn to begin, and to go on."""
NEEDED = 3
"""Packets of speech before a turn is believed."""
NEAR = 300
"""Milliseconds: what is surely speech may begin so much later than the turn, and end so much earlier."""
BEFORE = 80
"""Milliseconds by which a turn precedes the first packet that is surely speech, if noise came before."""
PAUSE = 500
"""Milliseconds without speech after which a turn is over, however loud it is."""


@dataclass(frozen=True, slots=True)
class Believed:
    """It is speech: the turn has started at `at`."""

    turn: str
    at: int


@dataclass(frozen=True, slots=True)
class Over:
    """A turn that was believed lasted from `started` to `ended` ms."""

    turn: str
    started: int
    ended: int


Told = Believed | Over


@dataclass
class Verdict:
    """Of one person. In order: `opened`, `judged` for each packet, `closed`; and so on."""

    _turn: str = ""
    _opened: int | None = None
    _started: int | None = None
    _parts: int = 0
    _free: int = 0
    _voiced: list[int] = field(default_factory=list[int])
    _last: int = 0

    def opened(self, turn: str, at: int) -> None:
        """A turn has started, by its levels."""
        self._turn, self._opened, self._started, self._parts = turn, at, None, 0
        self._voiced.clear()

    def judged(self, at: int, likely: float | None) -> list[Told]:
        """A packet that arrived at `at`; without a judgement levels are believed."""
        if self._opened is None or at < self._opened:
            return []
        if likely is None or likely >= (VOICED if self._started is None else STILL):
            return self._is_voiced(at)
        if self._started is None:
            self._voiced.clear()
        elif at - self._last >= PAUSE:
            return self._over(self._last)
        return []

    def closed(self, ended: int) -> list[Told]:
        """The turn is over, by its levels."""
        self._opened = None
        self._voiced.clear()
        if self._started is None:
            return []
        near = ended - self._last <= NEAR
        return self._over(ended if near else self._last)

    def _is_voiced(self, at: int) -> list[Told]:
        self._last = at
        if self._started is not None:
            return []
        self._voiced.append(at)
        if len(self._voiced) < NEEDED:
            return []
        opened, first = self._opened or 0, self._voiced[0]
        self._voiced.clear()
        near = self._parts == 0 and first - opened <= NEAR
        self._started = max(self._free, opened if near else first - BEFORE)
        self._parts += 1
        return [Believed(self._name(), self._started)]

    def _over(self, ended: int) -> list[Told]:
        started, self._started = self._started or 0, None
        ended = max(ended, started + 1)
        self._free = ended + 1
        return [Over(self._name(), started, ended)]

    def _name(self) -> str:
        return self._turn if self._parts == 1 else f"{self._turn}-{self._parts}"
