"""webrtcvad: the voice detector of WebRTC, in a package that is installed into a folder of its own."""

import importlib
import subprocess
import sys
from pathlib import Path
from typing import Any

VERSION = "2.0.14.post1"
FOLDER = Path(__file__).parents[2] / ".cache" / "peers" / f"webrtcvad-{VERSION}"
STRICTEST = 3
RATE = 16_000
FRAME = 640
"""Bytes: 20 ms of 16-bit samples."""
PAUSE = 25
"""Frames: as with us, a shorter pause is part of a turn."""


class WebrtcVadMissing(Exception):
    """The peer cannot be had."""


class WebrtcVad:
    """The package, installed once. Raises `WebrtcVadMissing`."""

    def __init__(self) -> None:
        _install()
        sys.path.insert(0, str(FOLDER))
        try:
            self._module: Any = importlib.import_module("webrtcvad")
        except ImportError as error:
            raise WebrtcVadMissing(f"webrtcvad does not run on this Python: {error}") from error
        finally:
            sys.path.remove(str(FOLDER))

    def speaks(self, samples: bytes) -> list[bool]:
        """For each 20 ms of 16-bit samples at 16 kHz whether it is speech, short pauses included."""
        vad = self._module.Vad(STRICTEST)
        frames = [samples[at : at + FRAME] for at in range(0, len(samples) - FRAME + 1, FRAME)]
        speech = [n for n, frame in enumerate(frames) if vad.is_speech(frame, RATE)]
        found = [False] * len(frames)
        for n, after in zip(speech, [*speech[1:], len(frames) + PAUSE], strict=True):
            upto = after if after - n < PAUSE else n + 1
            found[n:upto] = [True] * (upto - n)
        return found


def _install() -> None:
    """Into `FOLDER`, with the pip of this Python; once."""
    if (FOLDER / "webrtcvad.py").exists():
        return
    command = (sys.executable, "-m", "pip", "install", "-q", "--only-binary=:all:", "--target", str(FOLDER))
    ended = subprocess.run(
        [*command, f"webrtcvad-wheels=={VERSION}"], capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise WebrtcVadMissing(f"webrtcvad {VERSION} could not be installed: {ended.stderr.strip()[-200:]}")
