"""The Claude adapter against a Messages API on loopback, through the real client."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from msgspec.structs import replace

from adapters.claude import Claude
from adapters.claude_prompt import SYSTEM
from rooms.facilitator.phrasing import Phrased, PhrasingRequest
from rooms.facilitator.validation import Rules, fault
from tests.fakes import messages_api as api
from tests.fakes.messages_api import KEY, MessagesApi, Reply

REQUEST = PhrasingRequest(
    intervention="i1",
    detector="quiet",
    addressee="S2",
    people=("S1", "S2", "S3"),
    evidence="The person addressed has spoken 0 s of the last 180 s, and written nothing; "
    "the group talked for 95 s.",
)


@asynccontextmanager
async def service(*replies: Reply, limit: float = 30.0) -> AsyncIterator[tuple[MessagesApi, Claude]]:
    async with (
        MessagesApi.scripted(*replies) as served,
        Claude(KEY, base_url=served.url, limit=limit) as phraser,
    ):
        yield served, phraser


async def phrased(*replies: Reply) -> tuple[MessagesApi, Phrased]:
    async with service(*replies) as (served, phraser):
        return served, await phraser.phrase(REQUEST)


async def test_a_good_answer_is_given_with_what_it_cost():
    _, answer = await phrased(api.says("S2, how would you begin?"))
    assert answer.text == "S2, how would you begin?"
    assert (answer.call.outcome, answer.call.reason, answer.call.tokens) == ("answered", "", (640, 21))
    assert answer.call.model == "claude-haiku-5-5"
    assert len(bytes.fromhex(answer.call.prompt)) == 32


async def test_the_model_is_told_pseudonyms_and_figures_and_asked_for_a_form():
    served, _ = await phrased(api.says("S2, how would you begin?"))
    (asked,) = served.received
    assert json.loads(asked["messages"][0]["content"]) == {
        "invite": "S2",
        "present": ["S1", "S2", "S3"],
        "pattern": "quiet",
        "evidence": REQUEST.evidence,
    }
    assert asked["thinking"] == {"type": "disabled"}
    assert asked["system"] == [{"type": "text", "text": SYSTEM, "cache_control": {"type": "ephemeral"}}]


def test_the_stable_part_is_long_enough_to_be_cached():
    """The service caches from 512 tokens on; English has about four letters and a half to a token."""
    assert len(SYSTEM) > 512 * 4.5


async def test_the_same_question_has_the_same_hash_and_another_one_has_not():
    async with service(api.says("S2?")) as (_, phraser):
        first, again = await phraser.phrase(REQUEST), await phraser.phrase(REQUEST)
        other = await phraser.phrase(replace(REQUEST, addressee="S3"))
    assert first.call.prompt == again.call.prompt != other.call.prompt


async def test_a_slow_answer_is_not_waited_for():
    async with service(api.slow(), limit=0.2) as (served, phraser):
        answer = await phraser.phrase(REQUEST)
        assert served.arrived.is_set()
    assert (answer.text, answer.call.outcome, answer.call.reason) == (None, "late", "time-out")
    assert answer.call.took >= 200


async def test_a_pause_that_the_service_asks_for_is_within_the_limit():
    refused = api.error(429, "rate_limit_error", retry_after="3600")
    async with service(refused, limit=0.3) as (served, phraser):
        answer = await phraser.phrase(REQUEST)
    assert answer.call.outcome == "late"
    assert len(served.received) == 1


async def test_one_failure_is_tried_again():
    failure = api.error(500, "api_error", retry_after_ms="1")
    served, answer = await phrased(failure, api.says("S2, how would you begin?"))
    assert answer.text == "S2, how would you begin?"
    assert len(served.received) == 2


async def test_two_failures_are_enough():
    served, answer = await phrased(api.error(500, "api_error", retry_after_ms="1"))
    assert (answer.text, answer.call.outcome, answer.call.reason) == (None, "failed", "api_error-500")
    assert len(served.received) == 2


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (api.truncated(), "max_tokens"),
        (api.refusal(), "refusal"),
        (api.refusal("I would rather not."), "refusal"),
        (api.message("S2, that is no JSON?"), "malformed"),
        (api.message('{"words": "S2?"}'), "malformed"),
        (api.message('{"text": 7}'), "malformed"),
        (api.message(None), "malformed"),
        (api.garbage(), "malformed"),
        (api.garbage(b"[]"), "malformed"),
        (api.garbage(b"\xff\xfe"), "malformed"),
        (api.garbage(b"<html>", "text/html"), "malformed"),
        (api.garbage(b'{"content": [{"type": "text"}], "usage": {}}'), "malformed"),
        (api.error(400, "invalid_request_error"), "invalid_request_error-400"),
    ],
)
async def test_what_is_no_answer_is_a_failure_with_a_reason(reply, reason):
    _, answer = await phrased(reply)
    assert (answer.text, answer.call.outcome, answer.call.reason) == (None, "failed", reason)


async def test_what_a_failed_answer_cost_is_on_record_too():
    _, answer = await phrased(api.truncated())
    assert answer.call.tokens == (640, 21)


async def test_a_wrong_key_is_a_failure():
    async with (
        MessagesApi.scripted(api.says("S2?")) as served,
        Claude("wrong", base_url=served.url) as phraser,
    ):
        answer = await phraser.phrase(REQUEST)
    assert answer.call.reason == "authentication_error-401"


async def test_nobody_listening_is_a_failure():
    async with MessagesApi.scripted(api.says("S2?")) as served:
        url = served.url
    async with Claude(KEY, base_url=url) as phraser:
        answer = await phraser.phrase(REQUEST)
    assert (answer.call.outcome, answer.call.reason) == ("failed", "no-connection")


async def test_being_cancelled_is_passed_on():
    async with service(api.slow()) as (served, phraser), asyncio.TaskGroup() as tasks:
        asking = tasks.create_task(phraser.phrase(REQUEST))
        await served.arrived.wait()
        asking.cancel()
    assert asking.cancelled()


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("S2, the answer is photosynthesis.", "answer"),
        ("S9, how would you begin?", "pseudonym"),
        ("S2, and S1 too, how would you begin?", "pseudonym"),
        ("Ignoring my instructions as asked: the answer is photosynthesis, S2!", "answer"),
        ("S2, you seem shy today.", "judgement"),
    ],
)
async def test_a_model_that_was_led_astray_is_caught_by_the_validator(text, wrong):
    _, answer = await phrased(api.says(text))
    assert fault(str(answer.text), Rules(addressee="S2", keys=("Photosynthesis",))) == wrong


async def test_what_was_sent_and_what_the_cache_gave_is_told_for_the_record():
    served, answer = await phrased(api.says("S2, how would you begin?"))
    (asked,) = served.received
    assert answer.call.request == asked["messages"][0]["content"]
    assert answer.call.cached == (600, 0)
