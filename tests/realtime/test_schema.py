"""The running house against its own OpenAPI document: what is promised is answered, to good and bad input."""

import httpx
import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig

from infra.documents import openapi

CHECKS = (
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "ignored_auth",
    "allow_header_conformance",
)
CONFIG = {
    "seed": 2026,
    "generation": {"max-examples": 6, "deterministic": True, "database": "none"},
    "phases": {"coverage": {"enabled": False}},
    "checks": {
        "enabled": False,
        **{check: {"enabled": True} for check in CHECKS},
        # What is not there yet, or not available, is promised to be a 503; anything else is a fault.
        "not_a_server_error": {"enabled": True, "expected-statuses": ["2xx", "3xx", "4xx", 503]},
    },
}


@schemathesis.serializer("application/sdp", "application/trickle-ice-sdpfrag")
def as_text(context: object, value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")


promised = schemathesis.openapi.from_dict(openapi(), config=SchemathesisConfig.from_dict(CONFIG))
# Streams do not end; they have their own tests.
promised = promised.exclude(path_regex="/(live|feed)$")


@promised.parametrize()
def test_the_house_answers_as_it_promises(house, case):
    headers = {"Authorization": f"Bearer {house.token('root', 'admin')}"}
    case.call_and_validate(base_url=house.url, headers=headers)


def test_the_house_serves_the_document_that_is_in_the_repository(house):
    assert httpx.get(f"{house.url}/schema").json() == openapi()


@pytest.mark.parametrize(
    "path", ["/rooms/{room}/feed", "/learners/{person}/live", "/leaderboards/{board}/live"]
)
def test_streams_are_promised_as_streams(path):
    answers = openapi()["paths"][path]["get"]["responses"]
    assert answers["200"]["content"] == {"text/event-stream": {"schema": {"type": "string"}}}
