"""The export: all that concerns one person, for them, and nothing that is personal to others."""

from datetime import timedelta

import msgspec
import pytest
from msgspec import json, structs

from domain.catalogue import owner, personal_fields
from domain.events import type_of
from domain.rooms import BoardEdited
from infra.wiring import utc_now
from realtime.export import NOT_YOURS, Export, shown_to
from tests.golden.examples import EXAMPLES
from tests.house import RunningHouse
from tests.realtime.guests import fresh, guests, room_with


async def history(root, tia, ada, ben) -> int:
    """A room with messages and a board of two, a lesson, an answer that counts, and somebody who looked."""
    skill, problem = fresh("skill"), fresh("problem")
    await root.post("/problems", problem=problem, skill=skill, prompt="1 + 1?", key="2")
    room = await room_with(tia, ada, ben)
    await ada.put("/people/me/consents/leaderboard")
    await ada.post(f"/rooms/{room}/messages", text="I am Ada, and this is mine")
    await ben.post(f"/rooms/{room}/messages", text="and this is of Ben")
    await ada.post("/answers", problem=problem, given="2")
    async with ada.stream(f"/rooms/{room}/feed") as feed, ada.board(room) as mine, ben.board(room) as his:
        await mine.write("A")
        await his.until("A")
        await his.write("B")
        await feed.until("board.edited.v1")
    starts = utc_now() + timedelta(days=2)
    times = {"starts": starts.isoformat(), "ends": (starts + timedelta(hours=1)).isoformat()}
    await root.get(f"/learners/{ada.person}/mastery")
    booked = await tia.post("/sessions", tutor=tia.person, learner=ada.person, subject="Sums", **times)
    return booked["position"]


@pytest.fixture
async def people(house):
    async with guests(house, root="admin", tia="tutor", ada="student", ben="student") as them:
        await them[0].post("/people", person=them[1].person, name="Tia", role="tutor")
        yield them


async def exported(who, person, at_least) -> dict:
    """As the address answers, which is what its document says."""
    await who.get("/leaderboards/xp", at_least=at_least)
    answer = await who.http.get(f"/people/{person}/export", params={"at_least": at_least})
    assert answer.headers["content-type"] == "application/json"
    msgspec.convert(
        answer.json(), msgspec.defstruct("Shape", [(f, object) for f in Export.__struct_fields__])
    )
    return answer.json()


async def test_it_holds_all_that_concerns_the_person_and_nothing_of_others(people):
    root, tia, ada, ben = people
    position = await history(root, tia, ada, ben)
    mine = await exported(ada, ada.person, position)
    text = json.encode(mine).decode()
    assert "I am Ada, and this is mine" in text
    assert "and this is of Ben" not in text
    assert mine["person"] == ada.person
    assert mine["erased"] is None
    ada_is = {"name": "Ada", "roles": ["student"], "consents": ["leaderboard"], "called": True}
    assert mine["views"]["people"] == ada_is
    assert [skill["right"] for skill in mine["views"]["mastery"]["skills"].values()] == [1]
    assert [lesson["subject"] for lesson in mine["lessons"]] == ["Sums"]
    assert {(place["board"], place["points"]) for place in mine["leaderboards"]} >= {("xp", 10)}
    assert [(look["reader"], look["what"]) for look in mine["reads"]] == [(root.person, "mastery")]
    kinds = [each["event"]["type"] for each in mine["events"]]
    assert {"person.registered.v1", "room.message-sent.v1", "answer.given.v1", "session.booked.v1"} <= {
        *kinds
    }
    runs = [run for each in mine["events"] for run in each["event"].get("runs", ())]
    assert {run["person"] for run in runs} == {ada.person}
    positions = [each["position"] for each in mine["events"]]
    assert positions == sorted(positions)


async def test_it_is_for_oneself_and_for_administrators(people):
    _, tia, ada, ben = people
    path = f"/people/{ada.person}/export"
    for who in (tia, ben):
        assert await who.refused("GET", path) == (403, "only-for-yourself")
    assert await ada.refused("GET", f"/people/{fresh('nobody')}/export") == (403, "only-for-yourself")


async def test_somebody_whom_nothing_concerns_is_unknown(people):
    root = people[0]
    assert await root.refused("GET", f"/people/{fresh('nobody')}/export") == (404, "unknown-person")


async def test_after_they_were_erased_it_says_so_and_gives_what_is_left(people):
    root, tia, ada, ben = people
    position = await history(root, tia, ada, ben)
    before = await exported(root, ada.person, position)
    erased = await root.post(f"/people/{ada.person}/erase")
    after = await exported(root, ada.person, erased["position"])
    assert after["erased"] is not None
    assert "I am Ada" not in json.encode(after).decode()
    assert after["views"]["people"]["name"] == "[erased]"
    assert after["leaderboards"] == []
    left = [each["event"]["type"] for each in after["events"]]
    assert left[: len(before["events"])] == [each["event"]["type"] for each in before["events"]]
    assert left[-1] == "person.erased.v1"


async def test_the_command_line_writes_the_same_for_its_owner_alone_and_is_on_record(people, house, tmp_path):
    root, tia, ada, ben = people
    position = await history(root, tia, ada, ben)
    answered = await exported(ada, ada.person, position)
    file = tmp_path / "ada.json"
    RunningHouse(house.home, house.environment, ("export", ada.person, str(file))).run()
    printed = RunningHouse(house.home, house.environment, ("export", ada.person)).run()
    assert file.stat().st_mode & 0o777 == 0o600
    written = json.decode(file.read_bytes())
    assert {**written, "exported": "", "position": 0} == {**answered, "exported": "", "position": 0}
    assert [(look["reader"], look["what"]) for look in json.decode(printed)["reads"]][-1] == (
        "operator",
        "export",
    )


def test_an_unknown_person_is_told_so_on_the_command_line(house):
    told = RunningHouse(house.home, house.environment, ("export", fresh("nobody"))).run(status=1)
    assert "There is no such person" in told


@pytest.mark.parametrize("event", EXAMPLES, ids=type_of)
def test_of_no_event_anything_personal_of_others_is_shown(event):
    shown = shown_to("somebody-else", event)
    assert type(shown) is type(event)
    for name in personal_fields(type(event)):
        assert getattr(shown, name) == NOT_YOURS
    if isinstance(event, BoardEdited):
        assert shown.runs == ()
    if personal_fields(type(event)):
        assert shown_to(owner(event), event) == event
    assert structs.asdict(shown).keys() == structs.asdict(event).keys()
