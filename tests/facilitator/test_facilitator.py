"""The facilitator at work, on a real log and in virtual time."""

import asyncio
import logging
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest

from adapters.claude import Claude
from domain.deciding import Command
from domain.errors import LogUnavailable
from domain.events import Context, Recorded
from domain.guidance import FacilitatorBegun
from domain.interventions import (
    DeliverIntervention,
    InterventionDecided,
    InterventionDelivered,
    ModelAnswered,
    ModelAsked,
)
from domain.practice import ProblemAdded
from rooms.facilitator.arbitration import choose
from rooms.facilitator.delivery import Performed
from rooms.facilitator.policy import STANDARD, parse
from rooms.facilitator.ports import FACTS_WANTED, Fact, Mark
from tests.facilitator.house import SAYS_ALL, House, Time, given, silence
from tests.facilitator.script import Script, lecture, ms
from tests.fakes import messages_api as api
from tests.fakes.messages_api import KEY, MessagesApi

NAMES = {"ada": "Ada Lovelace", "bo": "Bo Diddley", "cy": "Cy Twombly", "tutor": "Tilda Tutor"}


@pytest.fixture
async def house(log) -> House:
    house = House(log)
    await house.register(**NAMES)
    return house


def names(events):
    return [type(event).__name__ for event in events]


async def test_the_quiet_student_is_addressed_by_name_with_a_reason_that_anyone_can_read(house):
    await house.play(lecture("ada", "tutor"))
    time = Time(300)
    async with house.facilitator(time) as facilitator:
        await time.looked()
    decided, delivered = await house.said()
    assert isinstance(decided, InterventionDecided)
    assert isinstance(delivered, InterventionDelivered)
    assert (decided.person, decided.detector, decided.moment) == ("ada", "quiet", ms(300))
    assert decided.policy.startswith("standard@")
    assert "Ada Lovelace" in delivered.text
    assert delivered.why.startswith("The person addressed has spoken 0 s of the last 180 s")
    assert delivered.source == "template"
    assert facilitator.counts["template"] == 1


async def test_the_decision_says_up_to_where_the_log_had_been_seen_and_acts_as_the_facilitator(house):
    await house.play(lecture("ada"))
    before = await house.log.head()
    time = Time(300)
    async with house.facilitator(time):
        await time.looked()
    (begun, decided, *_) = await house.happened(FacilitatorBegun, InterventionDecided)
    assert isinstance(begun, FacilitatorBegun)
    assert parse(begun.values) == SAYS_ALL
    assert decided.seen == before + 1
    recorded = [r async for batch in house.log.read(after=before) for r in batch]
    assert {r.actor for r in recorded} == {"facilitator"}
    causes = [f"position:{before}", f"position:{before + 1}", decided.intervention]
    assert [r.cause for r in recorded] == causes


async def test_cool_downs_are_kept_and_the_next_one_in_need_comes_next(house):
    script, time = lecture("ada", "cy", seconds=1000), Time(0)
    async with house.facilitator(time):
        for until in range(0, 1000, 30):
            await house.play(script, after=until - 30, upto=until)
            await house.heard()
            await time.move(30)
    decided = await house.happened(InterventionDecided)
    moments = [event.moment for event in decided]
    assert [event.person for event in decided] == ["ada", "cy", "ada", "cy"]
    assert all(later - earlier >= 180_000 for earlier, later in pairwise(moments))
    assert all(later - earlier >= 600_000 for earlier, later in zip(moments, moments[2:], strict=False))


async def test_what_happens_while_it_runs_is_heard_from_facts(house):
    time = Time(0)
    async with house.facilitator(time) as facilitator:
        await time.looked()
        await house.play(lecture("ada"))
        await house.heard()
        await time.move(300)
        await time.move(1)
    assert names(await house.said()) == ["InterventionDecided", "InterventionDelivered"]
    assert facilitator.counts["template"] == 1


async def test_a_room_without_any_fact_is_found_in_the_log(house):
    await house.play(lecture("ada"))
    time = Time(300)
    async with house.facilitator(time, facts=silence):
        await time.looked()
    assert names(await house.said()) == ["InterventionDecided", "InterventionDelivered"]


async def test_facts_that_come_twice_and_out_of_order_do_no_harm(house):
    await house.play(lecture("ada"))
    facts = [r async for batch in house.log.read() for r in batch]
    shuffled = [*reversed(facts), *facts, *facts[::3]]
    time = Time(300)
    async with house.facilitator(time, facts=given(shuffled, house.acked)):
        for _ in range(5):
            await time.move(1)
    assert sorted(set(house.acked)) == [r.position for r in facts]
    assert names(await house.said()) == ["InterventionDecided", "InterventionDelivered"]


async def test_facts_that_get_lost_do_not_make_it_speak_to_somebody_who_took_part(house):
    """It hears nothing of Ada's turn. The log has it, and is looked into before anything is said."""
    script = lecture("ada").speaks("ada", 240, 280)
    await house.play(script, upto=100)
    news = asyncio.Event()

    async def facts() -> AsyncIterator[Fact]:
        await news.wait()
        async for fact in house.facts():
            if getattr(fact.recorded.event, "person", None) != "ada":
                yield fact

    time = Time(100)
    async with house.facilitator(time, facts=facts) as facilitator:
        await time.looked()
        await house.play(script, after=100)
        last = [
            r async for batch in house.log.read() for r in batch if getattr(r.event, "person", "ada") != "ada"
        ][-1]
        news.set()
        await house.acked.upto(last.position)
        believed = choose(facilitator._rooms["main", "algebra"].picture, ms(300), STANDARD)
        assert believed is not None
        assert believed.person == "ada"
        await time.move(200)
    assert await house.said() == []


@pytest.mark.parametrize("speaking", [True, False])
async def test_whoever_is_speaking_right_now_is_not_addressed(house, speaking):
    await house.play(lecture("ada"))
    known, heard = asyncio.Event(), asyncio.Event()

    async def marks() -> AsyncIterator[Mark]:
        await known.wait()
        yield Mark(org="main", room="algebra", person="ada", speaking=speaking, at=ms(290))
        heard.set()
        await asyncio.Event().wait()

    time = Time(150)
    async with house.facilitator(time, marks=marks):
        await time.looked()
        known.set()
        await heard.wait()
        await time.move(150)
    assert (await house.said() == []) == speaking


async def test_one_who_was_killed_before_saying_it_is_stood_in_for_and_nothing_is_said_twice(house):
    await house.play(lecture("ada", seconds=420))
    time = Time(300)
    stuck = asyncio.Event()

    async def killed_before_saying(command: Command, context: Context) -> Performed:
        if isinstance(command, DeliverIntervention):
            stuck.set()
            await asyncio.Event().wait()
        return await house.performer.perform(command, context)

    async with house.facilitator(time, perform=killed_before_saying):
        await asyncio.wait_for(stuck.wait(), 10)
    assert names(await house.said()) == ["InterventionDecided"]

    time = Time(302)
    async with house.facilitator(time):
        await time.looked()
        assert names(await house.said()) == ["InterventionDecided"]
        for _ in range(6):
            await time.move(10)
    decided, delivered = await house.said()
    assert decided.intervention == delivered.intervention
    assert "Ada Lovelace" in delivered.text


async def test_a_successor_forgets_no_cool_down(house):
    await house.play(lecture("ada", "cy", seconds=600))
    for began in (300, 320, 400):
        time = Time(began)
        async with house.facilitator(time):
            await time.looked()
            await time.move(1)
    assert names(await house.said()) == ["InterventionDecided", "InterventionDelivered"]


async def test_two_facilitators_at_once_say_one_thing_once(house):
    await house.play(lecture("ada", "cy"))
    one, other = Time(300), Time(300)
    async with house.facilitator(one), House(house.log).facilitator(other):
        await asyncio.gather(one.looked(), other.looked())
        await asyncio.gather(one.move(1), other.move(1))
    assert names(await house.said()) == ["InterventionDecided", "InterventionDelivered"]


async def test_rooms_of_the_same_id_in_two_organisations_are_two_rooms(house):
    await house.register(org="other", ada="Ada Byron")
    await house.play(lecture("ada"))
    await house.play(Script().joins("ada", "bo"), org="other")
    time = Time(300)
    async with house.facilitator(time):
        await time.looked()
    assert len(await house.happened(InterventionDelivered, org="main")) == 1
    assert await house.happened(InterventionDelivered, org="other") == []


async def test_a_tutor_is_not_invited_and_may_lecture(house):
    script = Script().joins("tutor", "ada")
    for start in range(0, 300, 6):
        script.speaks("tutor", start, start + 5).writes("ada", at=start + 5)
    await house.play(script)
    time = Time(300)
    async with house.facilitator(time):
        await time.looked()
    assert await house.said() == []


async def test_a_room_that_everybody_left_is_forgotten(house):
    await house.play(lecture("ada", seconds=60))
    time = Time(100)
    async with house.facilitator(time) as facilitator:
        await time.looked()
        assert set(facilitator._rooms) == {("main", "algebra")}
        left = Script().leaves("ada", at=90).leaves("bo", at=90).events[1:]
        await house.record(*(recorded.event for recorded in left), at=90)
        await house.heard()
        assert facilitator._rooms == {}


class Held:
    """A log that has read a room, and does not say so until it is let."""

    def __init__(self, log) -> None:
        self._log = log
        self.reading, self.let = asyncio.Event(), asyncio.Event()

    async def head(self) -> int:
        return await self._log.head()

    async def read(self, *query: object, **bounds: object) -> AsyncIterator[list[Recorded]]:
        async for batch in self._log.read(*query, **bounds):
            yield batch
        if query:
            self.reading.set()
            await self.let.wait()


async def test_a_fact_that_comes_while_its_room_is_being_read_is_not_missed(house):
    await house.play(lecture("ada", seconds=60))
    time, log = Time(60), Held(house.log)
    async with house.facilitator(time, log=log) as facilitator:
        await log.reading.wait()
        await house.play(Script().speaks("ada", 60, 65), after=61)
        head = await house.log.head()
        await house.acked.upto(head)
        log.let.set()
        await time.move(10)
        assert facilitator._rooms["main", "algebra"].picture.position >= head


async def test_one_room_that_goes_wrong_does_not_take_the_others_down(house, caplog):
    await house.play(lecture("ada"))
    other = Script("geometry").joins("cy", "di")
    for start in range(0, 300, 6):
        other.speaks("di", start, start + 5)
    await house.play(other)

    async def perform(command: Command, context: Context) -> Performed:
        if getattr(command, "room", "") == "algebra":
            raise RuntimeError("what Ada Lovelace wrote")
        return await house.performer.perform(command, context)

    time = Time(300)
    async with house.facilitator(time, perform=perform) as facilitator:
        await time.looked()
        await time.move(1)
    assert [event.room for event in await house.happened(InterventionDelivered)] == ["geometry"]
    assert facilitator.counts["failed"] == 1
    assert "RuntimeError in perform" in caplog.text
    assert "Lovelace" not in caplog.text


async def test_of_two_that_decide_the_same_only_one_asks_the_model(house):
    await house.play(lecture("ada"))
    one, other = Time(300), Time(300)
    async with (
        MessagesApi.scripted(api.says("S2, how might one begin?")) as served,
        Claude(KEY, base_url=served.url) as claude,
        house.facilitator(one, phraser=claude),
        House(house.log).facilitator(other, phraser=claude),
    ):
        await asyncio.gather(one.looked(), other.looked())
    assert len(served.received) == 1
    assert len(await house.happened(ModelAsked)) == len(await house.happened(InterventionDelivered)) == 1


class Ailing:
    """A log that cannot be read for the first few times."""

    def __init__(self, log, failures: int) -> None:
        self._log = log
        self._failures = failures

    def _fail(self) -> None:
        self._failures -= 1
        if self._failures >= 0:
            raise LogUnavailable

    async def head(self) -> int:
        self._fail()
        return await self._log.head()

    async def read(self, *query: object, **bounds: object) -> AsyncIterator[list[Recorded]]:
        self._fail()
        async for batch in self._log.read(*query, **bounds):
            yield batch


@pytest.mark.parametrize("failures", [1, 2, 3, 4, 5])
async def test_a_log_that_cannot_be_read_for_a_while_is_read_later(house, failures):
    await house.play(lecture("ada"))
    time = Time(300)
    async with house.facilitator(time, log=Ailing(house.log, failures)) as facilitator:
        for _ in range(6):
            await time.move(1)
    assert names(await house.said()) == ["InterventionDecided", "InterventionDelivered"]
    assert facilitator.counts["unavailable"] == failures


async def test_a_log_that_cannot_be_written_when_it_is_said_leaves_it_to_be_said_later(house):
    await house.play(lecture("ada", seconds=360))
    time = Time(300)
    refusals = iter([LogUnavailable(), None])

    async def perform(command: Command, context: Context) -> Performed:
        if isinstance(command, DeliverIntervention) and (error := next(refusals)):
            raise error
        return await house.performer.perform(command, context)

    async with house.facilitator(time, perform=perform):
        await time.looked()
        await time.move(12)
    assert names(await house.said()) == ["InterventionDecided", "InterventionDelivered"]


async def test_the_models_words_are_said_if_they_keep_the_rules_and_what_they_cost_is_on_record(house):
    await house.play(lecture("ada"))
    time = Time(300)
    async with (
        MessagesApi.scripted(api.says("S2, how might one begin?")) as served,
        Claude(KEY, base_url=served.url) as claude,
        house.facilitator(time, phraser=claude),
    ):
        await time.looked()
    said = await house.said()
    assert names(said) == ["InterventionDecided", "ModelAsked", "ModelAnswered", "InterventionDelivered"]
    assert (said[2].outcome, said[2].tokens) == ("used", (640, 21))
    assert (said[3].text, said[3].source) == ("Ada Lovelace, how might one begin?", "model")
    assert not any(name in str(served.received) for name in ("Ada", "ada", "Bo Diddley", "algebra"))


@pytest.mark.parametrize(
    ("reply", "outcome", "reason"),
    [
        (api.says("S2, is the answer photosynthesis?"), "rejected", "answer"),
        (api.says("S9, how might one begin?"), "rejected", "pseudonym"),
        (api.says("S2, do not be so shy!"), "rejected", "judgement"),
        (api.refusal(), "failed", "refusal"),
        (api.slow(), "late", "time-out"),
        (api.error(529, "overloaded_error", retry_after_ms="1"), "failed", "overloaded_error-529"),
    ],
)
async def test_whatever_the_model_does_the_template_speaks_and_the_call_is_on_record(
    house, reply, outcome, reason
):
    await house.record(ProblemAdded(problem="p1", skill="bio", prompt="How?", key="Photosynthesis"))
    await house.play(lecture("ada").works_on("p1", at=1))
    time = Time(300)
    async with (
        MessagesApi.scripted(reply) as served,
        Claude(KEY, base_url=served.url, limit=0.5) as claude,
        house.facilitator(time, phraser=claude) as facilitator,
    ):
        await time.looked()
    _, _, answered, delivered = await house.said()
    assert isinstance(answered, ModelAnswered)
    assert (answered.outcome, answered.reason) == (outcome, reason)
    assert delivered.source == "template"
    assert "photosynthesis" not in delivered.text.lower()
    assert facilitator.counts["template"] == 1


async def test_a_successor_does_not_ask_the_model_again(house):
    await house.play(lecture("ada", seconds=420))
    stuck = asyncio.Event()

    async def killed_before_saying(command: Command, context: Context) -> Performed:
        if isinstance(command, DeliverIntervention):
            stuck.set()
            await asyncio.Event().wait()
        return await house.performer.perform(command, context)

    async with (
        MessagesApi.scripted(api.says("S2, how might one begin?")) as served,
        Claude(KEY, base_url=served.url) as claude,
    ):
        async with house.facilitator(Time(300), perform=killed_before_saying, phraser=claude):
            await asyncio.wait_for(stuck.wait(), 10)
        time = Time(315)
        async with house.facilitator(time, phraser=claude):
            await time.looked()
        assert len(served.received) == 1
    said = await house.said()
    assert names(said) == ["InterventionDecided", "ModelAsked", "ModelAnswered", "InterventionDelivered"]
    assert isinstance(said[1], ModelAsked)
    assert said[3].source == "template"


async def test_no_name_and_no_word_is_ever_logged(house, caplog):
    caplog.set_level(logging.DEBUG, logger="rooms.facilitator")
    await house.play(lecture("ada"))
    time = Time(300)
    async with house.facilitator(time, log=Ailing(house.log, 4), perform=_refusing(house)):
        for _ in range(4):
            await time.move(1)
    assert caplog.records
    for record in caplog.records:
        assert not any(name in record.getMessage() for name in (*NAMES, *NAMES.values()))


def _refusing(house: House):
    async def perform(command: Command, context: Context) -> Performed:
        if isinstance(command, DeliverIntervention):
            raise LogUnavailable
        return await house.performer.perform(command, context)

    return perform


def test_it_subscribes_to_what_the_picture_is_made_of():
    assert {"room.joined.v1", "turn.taken.v1", "board.edited.v1", "intervention.decided.v1"} <= set(
        FACTS_WANTED
    )
