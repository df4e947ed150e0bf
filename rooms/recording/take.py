"""A take: one person's sound in one recording, as a row of segment files."""

import secrets
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from rooms.recording.files import Finished, Key, Sounds, Whose, Writing
from rooms.recording.sound import Sound
from rooms.voice.rtp import Packet

WAITING = 15_000
"""Packets that may wait for the disk, five minutes; what comes then is lost."""


def _nothing() -> None:
    """There is nothing to end."""


class Take:
    """`hear` is called by the loop; `beat` and `abandon` block, and are called by one thread."""

    def __init__(self, sounds: Sounds, whose: Whose, longest: int, new_id: Callable[[], str]) -> None:
        """`whose` says what it is of; each segment gets an id of its own. `longest` in ms."""
        self.whose = whose
        self.key: Key | None = None
        self.over = False
        """Nothing more is taken; what was taken is still written."""
        self.forgotten = False
        """Nothing that is not finished yet is to be kept."""
        self.lost = 0
        self._sounds = sounds
        self._longest = longest
        self._new_id = new_id
        self._untap = _nothing
        self._queue: deque[tuple[Packet, int]] = deque()
        self._sound: Sound | None = None
        self._file: Writing | None = None
        self._written = 0

    def begin(self, tap: Callable[[Callable[[Packet, int], None]], Callable[[], None]]) -> None:
        """Hear from now on."""
        self._untap = tap(self.hear)

    def hear(self, packet: Packet, at: int) -> None:
        """A packet of the person, heard at `at` (ms since the epoch)."""
        if self.over:
            return
        if len(self._queue) < WAITING:
            self._queue.append((packet, at))
        else:
            self.lost += 1

    def end(self, since: int | None = None) -> None:
        """Nothing is heard from now on; what waits and was heard after `since` (ms) is not kept."""
        self.over = True
        with suppress(IndexError):  # the thread may take the last one meanwhile
            while since is not None and self._queue[-1][1] > since:
                self._queue.pop()
        self._untap()
        self._untap = _nothing

    @property
    def done(self) -> bool:
        """Whether nothing is left to be written."""
        return self.over and not self._queue and self._sound is None

    def beat(self, now: int) -> list[Finished]:
        """Write what can be written by now; the segments that are whole. Raises `OSError`."""
        if self.forgotten:
            self._discard()
        if self.key is None:
            return []
        finished: list[Finished] = []
        while self._queue:
            packet, at = self._queue.popleft()
            if self._sound is None or not self._sound.add(packet, at):
                before = self._sound
                finished += self._close(now)
                serial = secrets.randbits(31)
                self._sound = Sound(packet, at, serial, longest=self._longest, follows=before)
                self._sound.add(packet, at)
        if self._sound is not None and (self.over or self._sound.silent_at(now)):
            finished += self._close(now)
        elif self._sound is not None:
            self._put(self._sound, self._sound.pages(now))
        return finished

    def abandon(self) -> list[Finished]:
        """The disk has failed: what is whole of the open segment, and nothing after it. Raises `OSError`."""
        self._queue.clear()
        file, self._sound, self._file = self._file, None, None
        return [] if file is None else [file.finish(self._written)]

    def _close(self, now: int) -> list[Finished]:
        sound, self._sound = self._sound, None
        if sound is None:
            return []
        last = sound.pages(now, closing=True)
        if sound.ended == sound.started:  # there was no Opus in any packet
            self._discard()
            return []
        self._put(sound, last)
        assert self._file is not None
        file, self._file = self._file, None
        return [file.finish(sound.ended)]

    def _put(self, sound: Sound, pages: bytes) -> None:
        if not pages:
            return
        if self._file is None:
            assert self.key is not None
            whose = self.whose._replace(segment=self._new_id())
            self._file = self._sounds.begin(whose, sound.started, self.key)
            self._written = sound.started
        self._file.write(pages)
        self._written = sound.written

    def _discard(self) -> None:
        self._queue.clear()
        self._sound = None
        if self._file is not None:
            self._file.discard()
            self._file = None
