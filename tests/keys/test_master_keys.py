"""The file of master keys: made once, whole or not at all, and changed while it is in use."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adapters.master_keys import BadKeyFile, MasterKeys

SECRET = b"twelve bytes"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "master-keys.json"


def test_the_first_one_makes_a_file_that_its_owner_alone_can_read(path: Path):
    MasterKeys.made(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_of_many_who_are_first_one_is_and_all_have_its_key(path: Path):
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: MasterKeys.made(path).current()[0], range(16)))
    assert len(set(made)) == 1


def test_a_key_that_was_added_is_used_at_once_and_the_old_one_still_opens(path: Path):
    keys = MasterKeys.made(path)
    old, cipher = keys.current()
    secret = cipher.encrypt(SECRET, b"text", None)
    new = MasterKeys(path).add()  # another process
    assert keys.current()[0] == new != old
    assert keys.get(old).decrypt(SECRET, secret, None) == b"text"


def test_a_key_that_was_taken_out_opens_nothing_any_more(path: Path):
    keys = MasterKeys.made(path)
    old, _ = keys.current()
    new = keys.add()
    assert keys.keep_only(new) == 1
    assert keys.current()[0] == new
    with pytest.raises(BadKeyFile, match=old):
        keys.get(old)
    with pytest.raises(BadKeyFile, match=old):
        keys.keep_only(old)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        '{"keys": []}',
        '{"keys": [{"id": "a", "key": "c2hvcnQ="}]}',
        '{"keys": [{"id": "a", "key": "%"}]}',
        "\xff",
    ],
)
def test_a_file_that_is_no_key_file_is_named(path: Path, content: str):
    path.parent.mkdir()
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(BadKeyFile, match=r"master-keys\.json"):
        MasterKeys.made(path)


def test_a_file_that_is_gone_is_not_made_anew_by_those_who_had_it(path: Path):
    keys = MasterKeys.made(path)
    path.unlink()
    with pytest.raises(BadKeyFile, match="No such file"):
        keys.current()
    assert not path.exists()
