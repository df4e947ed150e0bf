"""What stands between the voice engine and those who are told of turns of speech."""

from adapters.silero import Silero, SpeechCheckMissing
from infra.settings import Settings, SettingsInvalid
from rooms.voice.checking import SpeechCheck
from rooms.voice.engine import VoiceListener


def speech_check(settings: Settings, listener: VoiceListener) -> SpeechCheck | None:
    """The second stage of telling speech, if it is wished for. Raises `SettingsInvalid` without its extra."""
    if settings.speech_check == "none":
        return None
    try:
        Silero()
    except SpeechCheckMissing as missing:
        raise SettingsInvalid(f"LYCEUM_SPEECH_CHECK: {missing}") from missing
    return SpeechCheck(listener, Silero)
