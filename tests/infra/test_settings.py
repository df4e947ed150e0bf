"""The settings: what is left out has a sensible value, what is wrong is named, what is secret stays so."""

import stat
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from infra.settings import VARIABLES, Settings, SettingsInvalid

HUSHED = b64encode(b"hush" * 8).decode()


def test_with_nothing_set_all_runs_on_this_machine():
    settings = Settings.from_environment({})
    assert settings.home == Path(".lyceum")
    assert (settings.host, settings.port, settings.media_port) == ("127.0.0.1", 8080, 8080)
    assert settings.media_addresses == ("127.0.0.1",)
    assert (settings.postgres, settings.nats, settings.redis) == ("", "", "")
    assert settings.roles == ("web", "worker")
    assert settings.model == "claude-haiku-5-5"
    assert settings.sockets == "lean"


def test_voice_takes_the_number_of_the_port_unless_it_has_its_own():
    assert Settings.from_environment({"LYCEUM_PORT": "9000"}).media_port == 9000
    assert Settings.from_environment({"LYCEUM_PORT": "9000", "LYCEUM_MEDIA_PORT": "9001"}).media_port == 9001
    assert Settings.from_environment({"LYCEUM_PORT": "9000", "LYCEUM_MEDIA_PORT": "0"}).media_port == 0


def test_browsers_are_told_the_address_that_is_listened_on():
    assert Settings.from_environment({"LYCEUM_HOST": "192.0.2.7"}).media_addresses == (
        "127.0.0.1",
        "192.0.2.7",
    )
    given = {"LYCEUM_HOST": "192.0.2.7", "LYCEUM_MEDIA_ADDRESSES": "198.51.100.4, 2001:db8::1"}
    assert Settings.from_environment(given).media_addresses == ("198.51.100.4", "2001:db8::1")


def test_all_addresses_is_no_address_to_tell_a_browser():
    assert "0.0.0.0" not in Settings.from_environment({"LYCEUM_HOST": "0.0.0.0"}).media_addresses


def test_a_variable_that_is_empty_counts_as_left_out():
    assert Settings.from_environment(
        dict.fromkeys((v.name for v in VARIABLES), " ")
    ) == Settings.from_environment({})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LYCEUM_PORT", "http"),
        ("LYCEUM_PORT", "65536"),
        ("LYCEUM_PORT", "-1"),
        ("LYCEUM_PORT", "²"),
        ("LYCEUM_MEDIA_PORT", "8080/udp"),
        ("LYCEUM_MEDIA_ADDRESSES", "voice.example"),
        ("LYCEUM_TURN", "turn.example:3478"),
        ("LYCEUM_RECOGNISER", "siri"),
        ("LYCEUM_RECOGNISER_URL", "speech.example"),
        ("LYCEUM_RECOGNISER_LANGUAGE", "English"),
        ("LYCEUM_RECOGNISER_DOWNLOAD", "perhaps"),
        ("LYCEUM_SYNTHESISER", "human"),
        ("LYCEUM_SYNTHESISER_VOICE", "--pho"),
        ("LYCEUM_TURN", "turn:turn.example:3478?transport=sctp"),
        ("LYCEUM_TURN", 'turn:turn.example"; rel="next'),
        ("LYCEUM_TURN", "turn:turn.example"),
        ("LYCEUM_TURN_SECRET", "too short"),
        ("LYCEUM_POSTGRES", "mysql://db"),
        ("LYCEUM_NATS", "bus.example:4222"),
        ("LYCEUM_REDIS", "http://cache"),
        ("LYCEUM_SECRET", "too short"),
        ("LYCEUM_SEAL_KEY", "too short"),
        ("LYCEUM_SEAL_KEY", "c2hvcnQ="),
        ("LYCEUM_SEAL_KEY", "é" * 44),
        ("LYCEUM_LOG_NAME", "my log"),
        ("LYCEUM_LOG_NAME", "my+log"),
        ("LYCEUM_LOG_NAME", "n" * 201),
        ("LYCEUM_ORG", "my school"),
        ("LYCEUM_ROLES", "web,wizard"),
        ("LYCEUM_ROLES", ","),
        ("LYCEUM_SOCKETS", "wide"),
        ("ANTHROPIC_BASE_URL", "api.example"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_by_the_name_of_its_variable(name: str, value: str):
    with pytest.raises(SettingsInvalid, match=f"^{name}: must "):
        Settings.from_environment({name: value})


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(SettingsInvalid) as caught:
        Settings.from_environment({"LYCEUM_PORT": "x", "LYCEUM_ROLES": "y"})
    assert [line.partition(":")[0] for line in str(caught.value).splitlines()] == [
        "LYCEUM_PORT",
        "LYCEUM_ROLES",
    ]


def test_secrets_are_neither_in_errors_nor_in_what_is_printed():
    given = {
        "ANTHROPIC_API_KEY": "hush",
        "LYCEUM_POSTGRES": "postgresql://u:hush@db/l",
        "LYCEUM_SECRET": "hush" * 8,
        "LYCEUM_SEAL_KEY": HUSHED,
    }
    settings = Settings.from_environment(given)
    assert "hush" not in f"{settings!r} {settings}"
    assert HUSHED not in f"{settings!r} {settings}"
    with pytest.raises(SettingsInvalid) as caught:
        Settings.from_environment({"LYCEUM_POSTGRES": "mysql://u:hush@db", "LYCEUM_SECRET": "hush"})
    assert "hush" not in str(caught.value)


def test_a_secret_is_made_once_kept_and_read_by_its_owner_only(tmp_path: Path):
    home = {"LYCEUM_HOME": str(tmp_path / "new")}
    secret = Settings.from_environment(home).secret()
    assert len(secret) >= 32
    assert Settings.from_environment(home).secret() == secret
    assert stat.S_IMODE((tmp_path / "new" / "secret").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["secret"]


def test_the_key_of_the_seal_is_made_once_kept_and_read_by_its_owner_only(tmp_path: Path):
    home = {"LYCEUM_HOME": str(tmp_path / "new")}
    key = Settings.from_environment(home).seal_key()
    assert len(key) == 32
    assert Settings.from_environment(home).seal_key() == key
    assert stat.S_IMODE((tmp_path / "new" / "seal-key").stat().st_mode) == 0o600
    given = {"LYCEUM_HOME": str(tmp_path / "new"), "LYCEUM_SEAL_KEY": HUSHED}
    assert Settings.from_environment(given).seal_key() == b"hush" * 8


def test_many_who_come_first_together_agree_on_one_secret(tmp_path: Path):
    settings = Settings.from_environment({"LYCEUM_HOME": str(tmp_path / "new")})
    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(lambda _: settings.secret(), range(64)))) == 1


def test_a_secret_that_is_given_is_taken_and_not_written(tmp_path: Path):
    given = {"LYCEUM_HOME": str(tmp_path), "LYCEUM_SECRET": "s" * 32}
    assert Settings.from_environment(given).secret() == "s" * 32
    assert list(tmp_path.iterdir()) == []


def test_every_setting_is_explained():
    assert {variable.field for variable in VARIABLES} == set(Settings.__struct_fields__)
    assert all(variable.help.endswith(".") for variable in VARIABLES)
