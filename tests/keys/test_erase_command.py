"""`lyceum erase` names what will be lost, and does nothing unless that is meant."""

import httpx
import pytest
from click.testing import CliRunner, Result

from infra.cli import main
from tests.house import SECRET, RunningHouse
from tests.realtime.guests import fresh


@pytest.fixture
def ada(house: RunningHouse) -> str:
    """Somebody with a name and two messages."""
    person, room = fresh("ada"), fresh("room")
    headers = {"Authorization": f"Bearer {house.token(person)}"}
    with httpx.Client(base_url=house.url, headers=headers) as client:
        for path, body in (
            ("/people", {"person": person, "name": "Ada"}),
            ("/rooms", {"room": room, "title": "Algebra"}),
            (f"/rooms/{room}/join", None),
            (f"/rooms/{room}/messages", {"text": "one"}),
            (f"/rooms/{room}/messages", {"text": "two"}),
        ):
            assert client.post(path, json=body).is_success
    return person


def erase(house: RunningHouse, *words: str, said: str = "") -> Result:
    environment = {**house.environment, "LYCEUM_HOME": str(house.home), "LYCEUM_SECRET": SECRET}
    return CliRunner().invoke(main, ["erase", *words], input=said, env=environment)


def name_of(house: RunningHouse, person: str) -> str:
    headers = {"Authorization": f"Bearer {house.token(person)}"}
    return httpx.get(f"{house.url}/people/{person}/export", headers=headers).json()["events"][0]["event"][
        "name"
    ]


@pytest.mark.parametrize("said", ["n\n", "\n", ""])
def test_it_asks_by_what_would_be_lost_and_takes_nothing_for_a_yes(house, ada, said):
    result = erase(house, ada, said=said)
    assert result.exit_code == 1
    assert "names (1), messages (2)" in result.output
    assert "Nothing was erased." in result.output
    assert name_of(house, ada) == "Ada"


def test_whoever_says_yes_has_it_done(house, ada):
    assert f"{ada} is erased." in erase(house, ada, said="y\n").output
    assert "nothing" not in erase(house, ada, "--yes").output
    assert name_of(house, ada) == "[erased]"


def test_somebody_who_left_no_trace_is_unknown(house):
    result = erase(house, fresh("nobody"), "--yes")
    assert (result.exit_code, "There is no such person" in result.output) == (1, True)


def test_a_person_of_another_organisation_is_another_person(house, ada):
    assert erase(house, ada, "--yes", "--org", "elsewhere").exit_code == 1
    assert name_of(house, ada) == "Ada"


def test_verify_is_clean_right_after_it(house, ada):
    assert f"{ada} is erased.\n" == erase(house, ada, "--yes").output
    verified = RunningHouse(house.home, house.environment, ("verify",)).run()
    assert "every view equals a rebuild" in verified
