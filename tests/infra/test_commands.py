"""The command line, beside a house that runs."""

import json
from collections.abc import Callable
from uuid import uuid4

import psycopg
import pytest
from click.testing import CliRunner

from infra.cli import main
from infra.settings import VARIABLES
from projections.catalogue import VIEWS
from tests.house import RunningHouse

Command = Callable[..., str]


@pytest.fixture
def command(house: RunningHouse) -> Command:
    """Run `lyceum` with these words on the home of the house, and return what it prints."""

    def run(*words: str, status: int = 0) -> str:
        return RunningHouse(house.home, house.environment, words).run(status=status)

    return run


async def test_a_room_is_replayed_from_the_log_alone(house, command):
    room = f"r{uuid4().hex}"
    async with house.client("tia", "tutor") as tia:
        await tia.post("/people", json={"person": "tia", "name": "Tia", "role": "tutor"})
        await tia.post("/rooms", json={"room": room, "title": "Replayed"})
        await tia.post(f"/rooms/{room}/join")
        await tia.post(f"/rooms/{room}/messages", json={"text": "Hello"})
    lines = [json.loads(line) for line in command("replay", room).splitlines()]
    assert [line["event"]["type"] for line in lines] == [
        "room.opened.v1",
        "room.joined.v1",
        "room.message-sent.v1",
    ]
    quick = [json.loads(line) for line in command("replay", room, "--speed", "1000").splitlines()]
    assert quick == lines


def test_a_room_in_which_nothing_happened_is_said_to_be_so(command):
    assert "Nothing ever happened" in command("replay", "nowhere", status=1)


async def test_an_altered_row_is_named_by_verify_and_mended_by_rebuild(house, command):
    person = f"p{uuid4().hex}"
    async with house.client("root", "admin") as root:
        position = (await root.post("/people", json={"person": person, "name": "Ada"})).json()["position"]
        await root.get("/people/me", params={"at_least": position})
    with psycopg.connect(house.environment["LYCEUM_POSTGRES"], autocommit=True) as connection:
        altered = "update view_rows set state = %s where view = 'people' and key = %s"
        assert connection.execute(altered, (b"\x80", person)).rowcount == 1
    assert f"people differs from a rebuild at main/{person}" in command("verify", status=1)
    assert "1 rows had differed" in command("rebuild", "people")
    proven = command("verify")
    assert "every view equals a rebuild" in proven
    assert "Every event that is sealed is as it was sealed." in proven


async def test_a_token_made_on_the_command_line_opens_the_house(house, command):
    token = command("token", "kim", "student", "--hours", "1").strip()
    async with house.client("kim") as kim:
        answer = await kim.get("/people/me", headers={"Authorization": f"Bearer {token}"})
    assert (answer.json()["person"], answer.json()["role"]) == ("kim", "student")


def test_a_token_for_something_that_is_no_id_is_refused(command):
    assert "ids are letters" in command("token", "not an id", "student", status=1)


def test_a_role_that_no_node_has_is_refused(command):
    assert "--roles takes" in command("serve", "--roles", "cook", status=1)


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("up",),
        ("serve",),
        ("token",),
        ("replay",),
        ("verify",),
        ("export-log",),
        ("archive",),
        ("keys",),
        ("docs",),
    ],
)
def test_every_command_explains_itself(words):
    result = CliRunner().invoke(main, [*words, "--help"])
    assert result.exit_code == 0
    assert "Usage:" in result.output


def test_the_help_of_up_lists_every_setting():
    text = CliRunner().invoke(main, ["up", "--help"]).output
    assert [variable.name for variable in VARIABLES if variable.name not in text] == []


def test_the_help_of_rebuild_names_every_view():
    text = CliRunner().invoke(main, ["rebuild", "--help"]).output
    assert [view.name for view in VIEWS if view.name not in text.replace("\n", "").replace(" ", "")] == []


def test_a_second_house_on_the_same_home_is_refused_with_the_reason(command):
    assert "is running on" in command("up", "--no-demo", status=1)
