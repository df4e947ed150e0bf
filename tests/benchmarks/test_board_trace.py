"""The traces as the benchmark of boards sends them."""

import gzip
import json
from pathlib import Path

from benchmarks.measuring.board_trace import trace


def test_keys_that_go_together_make_the_same_text_in_fewer_messages(data: Path):
    key_by_key = trace(data / "traces", "clownschool", 10_000, 600)
    together = trace(data / "traces", "clownschool", 60, 600)

    assert together.end == key_by_key.end
    assert together.authors == key_by_key.authors == 3
    assert len(together.sent) < len(key_by_key.sent) == 600
    assert {each.agent for each in together.sent} == {each.agent for each in key_by_key.sent}


def test_a_text_that_is_more_than_ascii_is_what_its_author_wrote(data: Path):
    many = 6000
    with gzip.open(data / "traces" / "json-crdt-blog-post.json.gz") as file:
        transactions = json.load(file)["txns"][:many]
    text = ""
    for transaction in transactions:
        for at, removed, inserted in transaction["patches"]:
            text = text[:at] + inserted + text[at + removed :]

    assert not text.isascii()
    assert trace(data / "traces", "json-crdt-blog-post", 100, many).end == text
