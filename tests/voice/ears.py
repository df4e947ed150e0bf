"""A VoiceListener that remembers, and lets a test wait for what it is told."""

import asyncio
from collections.abc import Callable, Sequence
from typing import NamedTuple

from rooms.voice.engine import SlotContent


class Turn(NamedTuple):
    person: str
    turn: str
    started: int
    ended: int


class Ears:
    def __init__(self) -> None:
        self.began: list[tuple[str, str, int]] = []
        self.turns: list[Turn] = []
        self.bound: dict[str, dict[str, str | None]] = {}
        self.held: dict[str, list[SlotContent]] = {}
        self.gone: list[tuple[str, str]] = []
        self._told = asyncio.Event()

    def speaking(self, room: str, person: str, turn: str, at: int) -> None:
        self.began.append((person, turn, at))
        self._told.set()

    def spoke(self, room: str, person: str, turn: str, started: int, ended: int) -> None:
        self.turns.append(Turn(person, turn, started, ended))
        self._told.set()

    def slots(self, room: str, person: str, slots: Sequence[SlotContent]) -> None:
        self.held[person] = list(slots)
        self.bound[person] = {slot.mid: slot.person for slot in slots}
        self._told.set()

    def left(self, room: str, person: str, voice: str, why: str) -> None:
        self.gone.append((person, why))
        self._told.set()

    def hears(self, person: str) -> set[str]:
        """Who is in this listener's slots."""
        return {speaker for speaker in self.bound.get(person, {}).values() if speaker}

    def sees(self, person: str) -> set[tuple[str, str]]:
        """Whose pictures are in this listener's slots, and which."""
        held = self.held.get(person, [])
        return {(slot.person, slot.what) for slot in held if slot.person and slot.what != "voice"}

    async def until(self, true: Callable[[], bool], seconds: float = 10.0) -> None:
        """Waits until it is so; fails if it takes longer."""
        async with asyncio.timeout(seconds):
            while not true():
                self._told.clear()
                await self._told.wait()
