"""Who spoke when, read from RTTM, and rehearsed on the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from domain.rooms import RoomJoined, TurnTaken
from infra.cli import main
from rooms.facilitator.policy import STANDARD, parse
from rooms.facilitator.timelines import InvalidTimeline, history
from rooms.facilitator.timelines import parse as parsed

TALK = "".join(
    f"SPEAKER lecture 1 {start}.0 5.0 <NA> <NA> {'bo' if start % 60 else 'cy'} <NA> <NA>\n"
    for start in range(0, 600, 6)
)
LINES = f"""; a comment
SPKR-INFO lecture 1 <NA> <NA> <NA> unknown bo <NA>
SPEAKER lecture 1 590.25 1.005 <NA> <NA> ada <NA> <NA>
{TALK}SPEAKER other 1 0.5 0.25 <NA> <NA> zoe <NA> <NA>
"""


@pytest.fixture
def rttm(tmp_path: Path) -> Path:
    file = tmp_path / "talk.rttm"
    file.write_text(LINES)
    return file


def rehearse(*words: object) -> Result:
    nonsense = {"LYCEUM_HOME": "/dev/null/nowhere"}  # nothing of a house is needed
    return CliRunner(env=nonsense).invoke(main, ["rehearse", *map(str, words)])


def test_a_meeting_is_a_room_in_which_all_are_from_the_beginning():
    meetings = parsed(LINES.splitlines())
    assert list(meetings) == ["lecture", "other"]
    past = history("lecture", meetings["lecture"])
    events = [recorded.event for recorded in past.events]
    assert [event.person for event in events if isinstance(event, RoomJoined)] == ["ada", "bo", "cy"]
    turns = [event for event in events if isinstance(event, TurnTaken)]
    assert (turns[0].started - past.since, turns[0].ended - past.since) == (0, 5000)
    short = next(turn for turn in turns if turn.person == "ada")
    assert (short.started - past.since, short.ended - past.since) == (590_250, 591_255)
    assert [each.position for each in past.events] == list(range(1, len(past.events) + 1))
    assert past.until - past.since == 599_000


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("SPEAKER m 1 nine 1 <NA> <NA> a", "line 1"),
        ("SPEAKER m 1 -1 1 <NA> <NA> a", "-1 s"),
        ("SPEAKER m 1 1 inf <NA> <NA> a", "inf"),
        ("SPEAKER m 1 1 1e9 <NA> <NA> a", "1e9"),
        ("SPEAKER m 1 1 1", "line 1"),
        ("what is this?", "nobody speaks"),
        ("", "nobody speaks"),
    ],
)
def test_what_is_no_timeline_is_refused_and_says_where(line, says):
    with pytest.raises(InvalidTimeline, match=says):
        parsed([line])


def test_a_policy_is_rehearsed_beside_the_one_in_force_and_shown_with_pseudonyms(rttm, tmp_path):
    policy = tmp_path / "late.toml"
    policy.write_text('name = "late"\nwarm_up = 300_000\n')
    done = rehearse("--policy", policy, "--rttm", rttm)
    assert done.exit_code == 0, done.output
    assert "0:05:00  both, +120 s     quiet      S1" in done.stdout
    assert "in force only" in done.stdout
    assert "ada" not in done.stdout
    assert "late@" in done.stdout
    assert (
        "0:05:00  both, +120 s     quiet      ada"
        in rehearse("--policy", policy, "--rttm", rttm, "--names").stdout
    )


def test_all_of_it_is_one_json_document(rttm, tmp_path):
    policy = tmp_path / "same.json"
    policy.write_text(rehearse("--example").stdout)
    assert parse(policy.read_bytes()) == STANDARD
    found = json.loads(rehearse("--policy", policy, "--rttm", rttm, "--json").stdout)
    assert found["policy"] == found["in_force"] == STANDARD.label
    assert [room["room"] for room in found["rooms"]] == ["lecture", "other"]
    assert {line["by"] for line in found["rooms"][0]["said"]} == {"both"}
    totals = found["totals"]
    assert (totals["both"], totals["only_new"], totals["only_in_force"]) == (
        len(found["rooms"][0]["said"]),
        0,
        0,
    )
    assert totals["new"] == totals["in_force"]


@pytest.mark.parametrize(
    ("text", "says"), [('{"hourli": 2}', "hourli"), ("hourly = ", "bad"), ('{"quiet": 2}', "quiet")]
)
def test_a_policy_that_is_none_is_refused_and_says_why(rttm, tmp_path, text, says):
    file = tmp_path / ("bad.json" if text.startswith("{") else "bad.toml")
    file.write_text(text)
    refused = rehearse("--policy", file, "--rttm", rttm)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert says in refused.stderr


@pytest.mark.parametrize("words", [("--room", "algebra"), ("--since", "2026-11-21"), ("--org", "other")])
def test_a_timeline_goes_alone(rttm, words):
    assert rehearse("--policy", rttm, "--rttm", rttm, *words).exit_code == 2
    assert rehearse(*words).exit_code == 2
    assert rehearse("--policy", rttm, "--since", "yesterday").exit_code == 2
