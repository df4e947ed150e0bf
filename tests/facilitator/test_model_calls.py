"""Calls to a model as auditors see them, counted from what the service says that they used."""

from datetime import date, timedelta

import msgspec
import pytest

from adapters.claude import Claude
from domain.interventions import ModelAnswered, ModelAsked
from domain.model_calls import ModelTextsKept
from domain.practice import ProblemAdded
from domain.prices import LIST, Price, cost
from domain.rooms import RoomClosed, RoomJoined, RoomLeft
from infra.prices import read_prices
from infra.settings import SettingsInvalid
from realtime.model_calls import calls
from realtime.model_costs import Costs, costs
from rooms.facilitator.policy import STANDARD, Policy
from tests.facilitator.house import House, Time
from tests.facilitator.script import BEGAN, Script, lecture, ms
from tests.fakes import messages_api as api
from tests.fakes.messages_api import KEY, MessagesApi

FREE = msgspec.structs.replace(LIST[0], since=date(2026, 1, 1))
"""The list price, from before the time of these tests."""
HELD_OUT = {"hold_out": 0.0} if "hold_out" in Policy.__struct_fields__ else {}
EVERYTHING_SAID = msgspec.structs.replace(STANDARD, **HELD_OUT)


def test_a_call_costs_what_each_kind_of_token_costs():
    # 40 plain at 0.10, 600 from the cache at 0.01, 21 written at 0.50 dollars a million
    assert cost([FREE], "claude-haiku-5-5", date(2026, 3, 2), (640, 21), (600, 0)) == 20.5e-6
    assert cost([FREE], "claude-haiku-5-5", date(2026, 3, 2), (600, 0), (0, 600)) == 75e-6
    assert cost([FREE], "claude-haiku-5-5-20261007", date(2026, 3, 2), (10**6, 0), (0, 0)) == 0.1


def test_what_has_no_price_yet_costs_nothing_that_is_known():
    assert cost(LIST, "claude-haiku-5-5", date(2026, 10, 6), (1, 1), (0, 0)) is None
    assert cost(LIST, "claude-haiku-5", date(2027, 1, 1), (1, 1), (0, 0)) is None
    assert cost(LIST, "claude-haiku-5-55", date(2027, 1, 1), (1, 1), (0, 0)) is None


def test_a_price_holds_until_the_next_one():
    dearer = msgspec.structs.replace(FREE, since=date(2026, 6, 1), read=1.0)
    spent = [
        cost([dearer, FREE], "claude-haiku-5-5", date(2026, *day), (10**6, 0), (0, 0))
        for day in ((5, 31), (6, 1))
    ]
    assert spent == [0.1, 1.0]


def test_prices_come_from_a_file_before_those_that_are_known(tmp_path):
    file = tmp_path / "prices.json"
    file.write_bytes(msgspec.json.encode([FREE]))
    assert read_prices(str(file)) == (FREE, *LIST)
    assert read_prices("") == LIST
    for wrong in ('[{"model": "m"}]', "{", '[{"model":"m","since":"2026-01-01","read":-1}]'):
        file.write_text(wrong)
        with pytest.raises(SettingsInvalid, match="LYCEUM_PRICES"):
            read_prices(str(file))
    with pytest.raises(SettingsInvalid, match="LYCEUM_PRICES"):
        read_prices(str(tmp_path / "none.json"))


async def test_a_rejected_answer_is_shown_with_what_was_said_instead_and_what_it_cost(log):
    house, time = House(log), Time(300)
    await house.register(ada="Ada Lovelace", bo="Bo Diddley")
    await house.record(ProblemAdded(problem="p1", skill="bio", prompt="How?", key="Photosynthesis"))
    await house.play(lecture("ada").works_on("p1", at=1))
    async with (
        MessagesApi.scripted(api.says("S2, is it photosynthesis?")) as served,
        Claude(KEY, base_url=served.url) as claude,
        house.facilitator(time, phraser=claude, policy=EVERYTHING_SAID),
    ):
        await time.looked()
    head = await log.head()
    [call] = [each async for some in calls(log, "main", [FREE], 0, head) for each in some]
    assert (call.room, call.person, call.model) == ("algebra", "ada", "claude-haiku-5-5")
    assert call.request == served.received[0]["messages"][0]["content"]
    assert call.answer == "S2, is it photosynthesis?"
    assert (call.outcome, call.reason) == ("rejected", "answer")
    assert (call.tokens.read, call.tokens.written, call.tokens.from_cache) == (640, 21, 600)
    assert call.usd == 20.5e-6
    assert call.said is not None
    assert (call.said.source, "Ada Lovelace" in call.said.text) == ("template", True)
    assert [some async for some in calls(log, "main", [FREE], call.position, head)] == []
    assert [some async for some in calls(log, "other", [FREE], 0, head)] == []
    found = await costs(log, "main", [FREE], (None, BEGAN + timedelta(hours=1)), 10)
    assert (found.total.calls, found.total.usd, found.total.hours) == (1, 20.5e-6, 1)
    assert [room.room for room in found.rooms] == ["algebra"]


async def test_a_call_that_belongs_to_no_intervention_is_shown_with_whom_it_was_for(log):
    house = House(log)
    common = {"intervention": "h1", "room": "algebra"}
    await house.record(
        ModelAsked(**common, model="claude-haiku-5-5", prompt="0"),
        ModelTextsKept(**common, person="ada", request="{}", answer="Well?"),
        ModelAnswered(**common, outcome="used", reason="", tokens=(1, 1), took=1),
    )
    [call] = [each async for some in calls(log, "main", [FREE], 0, 3) for each in some]
    assert (call.person, call.answer, call.said) == ("ada", "Well?", None)


def script_of_calls() -> Script:
    script = Script().joins("ada", at=0).joins("bo", at=600)
    for name, at in (("i1", 700), ("i2", 4300)):
        script.write(at, ModelAsked(intervention=name, room="algebra", model="claude-haiku-5-5", prompt="0"))
        answered = ModelAnswered(
            intervention=name,
            room="algebra",
            outcome="used",
            reason="",
            tokens=(1_000_000, 0),
            took=1,
        )
        script.write(at, answered)
    script.write(4200, RoomLeft(room="algebra", person="bo", why="left"))
    script.write(4500, RoomJoined(room="algebra", person="bo"))
    script.write(4800, RoomClosed(room="algebra"))
    return script


@pytest.mark.parametrize(
    ("since", "until", "calls", "hours"),
    [(0, 9000, 2, 1.0833), (0, 4250, 1, 1), (2400, 9000, 1, 0.5833), (5000, 9000, 0, 0)],
)
def test_costs_are_by_the_hour_that_people_were_together(since, until, calls, hours):
    found = Costs([FREE], ms(since), ms(until))
    for recorded in sorted(script_of_calls().events, key=lambda each: each.at):
        found.fold(recorded)
    shown = found.shown(7, 10)
    assert (shown.total.calls, shown.total.hours) == (calls, hours)
    assert shown.total.usd == pytest.approx(0.1 * calls)
    assert shown.total.usd_an_hour == (pytest.approx(0.1 * calls / hours, rel=1e-3) if hours else None)
    assert len(shown.rooms) == bool(calls)


def test_a_model_without_a_price_is_counted_apart():
    other = Price(model="other", since=FREE.since, read=1, written=1, from_cache=1, into_cache=1)
    found = Costs([other], 0, ms(9000))
    for recorded in script_of_calls().events:
        found.fold(recorded)
    assert (found.shown(1, 0).total.unpriced, found.shown(1, 0).total.usd) == (2, 0)
    assert found.shown(1, 0).rooms == ()
