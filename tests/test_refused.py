"""What the house refuses to build: scores of emotion or engagement, voiceprints, a ranking by talk."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from infra.asyncapi import asyncapi
from infra.documents import openapi

REFUSED = re.compile(
    r"emotion|engagement|engaged|mood|sentiment|arousal|valence|attentiv|boredom|frustrat|voice.?print|biometr"
    r"|speaker.?(id|embedding|profile)",
    re.IGNORECASE,
)
RANKS = re.compile(r"rank|grade|score|place|percentile|quartile", re.IGNORECASE)
TALK = re.compile(r"talk|turns|spoke|spoken", re.IGNORECASE)


def schemas(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return document["components"]["schemas"]


def names(part: Any) -> Iterator[str]:
    """Every name of a field, a parameter, a path, a schema or an enumerated value; no descriptions."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key not in ("description", "title", "summary", "example", "examples"):
                yield key
                yield from names(value)
    elif isinstance(part, list):
        for each in part:
            yield from names(each)
    elif isinstance(part, str):
        yield part


@pytest.fixture(scope="module", params=[openapi, asyncapi], ids=["openapi", "asyncapi"])
def document(request) -> dict[str, Any]:
    return request.param()


def test_nothing_that_goes_in_or_out_scores_emotion_or_engagement_or_knows_a_voice(document):
    assert sorted({name for name in names(document) if REFUSED.search(name)}) == []


def test_whatever_shows_how_much_somebody_talked_ranks_nobody(document):
    for name, schema in schemas(document).items():
        fields = list(schema.get("properties", {}))
        if any(TALK.search(field) for field in fields):
            assert not any(RANKS.search(field) for field in fields), name


def test_the_test_would_see_them():
    assert all(REFUSED.search(name) for name in ("emotion_score", "engagementIndex", "voice_print", "mood"))
    assert RANKS.search("talk_rank")
    assert TALK.search("talk_ms")
