"""The settings of what becomes of speech: who writes it down, and who speaks for the facilitator."""

from collections.abc import Sequence

from infra import parsing
from infra.variable import Variable

SPOKEN: Sequence[Variable] = (
    Variable(
        "LYCEUM_RECOGNISER",
        "recogniser",
        "none",
        "What writes speech down in rooms that want it: none, faster-whisper, hosted, or scripted.",
        parsing.one_of("none", "scripted", "faster-whisper", "hosted"),
    ),
    Variable(
        "LYCEUM_RECOGNISER_MODEL",
        "recogniser_model",
        "",
        "Its model: a folder or size (small), the name of a hosted one (whisper-1), the file of a script.",
    ),
    Variable(
        "LYCEUM_RECOGNISER_LANGUAGE",
        "recogniser_language",
        "",
        "The language that is spoken, such as en; found out by itself if empty.",
        parsing.language,
    ),
    Variable(
        "LYCEUM_RECOGNISER_URL",
        "recogniser_url",
        "https://api.openai.com",
        "Where the hosted recogniser is: sound is sent there, and answered as OpenAI's API does.",
        parsing.url("https", "http"),
    ),
    Variable("LYCEUM_RECOGNISER_KEY", "recogniser_key", "", "Key of the hosted recogniser."),
    Variable(
        "LYCEUM_RECOGNISER_DOWNLOAD",
        "recogniser_download",
        "no",
        "Whether faster-whisper may download a model that is not here: yes or no.",
        parsing.yes,
    ),
    Variable(
        "LYCEUM_SYNTHESISER",
        "synthesiser",
        "espeak-ng",
        "What speaks for the facilitator in rooms that want it: espeak-ng, if it is installed, or none.",
        parsing.one_of("none", "espeak-ng"),
    ),
    Variable(
        "LYCEUM_SYNTHESISER_VOICE",
        "synthesiser_voice",
        "en",
        "Its voice: one of espeak-ng --voices.",
        parsing.voice,
    ),
)
"""In the order in which help shows them."""
