"""Many come at once; and what they and their documents take of memory."""

import gzip
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pycrdt import Doc, Text

from benchmarks.measuring.board_load import Found, LoadFailed, load
from benchmarks.measuring.board_step import Marks, Pace
from benchmarks.measuring.board_work import Servers
from benchmarks.measuring.compiled import CACHE
from benchmarks.report import Row, at_most

KIB = 1024
SETTLE = 2.0
"""Seconds until memory is looked at."""


def join_storm(servers: Servers, pace: Pace, document: Path) -> list[Row]:
    """All come at once to a document that is loaded."""
    clients = 100 if pace.quick else 300
    took = {name: _joined(servers, name, clients, document) for name in servers}
    ours = took.pop("Lyceum")
    size = document.stat().st_size // KIB
    name = f"join storm: {clients} clients get a document of {size} KiB"
    return [at_most(f"{name}; {peer}", "s", ours, 0.3, theirs) for peer, theirs in took.items()] or [
        at_most(name, "s", ours, 0.3)
    ]


def _joined(servers: Servers, name: str, clients: int, document: Path) -> float:
    with servers[name]() as served:
        found = load(served, 1, clients + 1, seed=document, at_once=clients)
    _must_be_whole(name, found)
    return found.seconds


def _must_be_whole(name: str, found: Found) -> None:
    if not found.whole:
        raise LoadFailed(f"{name} did not let everybody in and show them all: {found}")


def connect_storm(servers: Servers, pace: Pace) -> list[Row]:
    """Two thousand come in rooms of four: the processor time that each takes until it is in."""
    clients = 400 if pace.quick else 2000
    spent: dict[str, float] = {}
    lasted: dict[str, float] = {}
    for name, opening in servers.items():
        if name == "pycrdt-websocket":
            continue
        with opening() as served:
            marks = Marks(served)
            held = load(served, clients // 4, 4, seen=marks.note, hold=True, at_once=256, patience=60.0)
            _must_be_whole(name, held)
            lasted[name], cpu, _, _ = marks.between("begun", "connected")
            spent[name] = 1000 * cpu / clients
    ours, name = spent.pop("Lyceum"), f"connect storm: {clients} clients in rooms of 4"
    rows = [
        at_most(f"{name}, CPU each; {peer}", "ms", ours, theirs / 2 if peer == "Hocuspocus" else None, theirs)
        for peer, theirs in spent.items()
    ]
    return [*rows, at_most(f"{name}: until all are in", "s", lasted["Lyceum"])]


def memory(servers: Servers, pace: Pace, document: Path) -> list[Row]:
    """What one more client takes, silent and typing, and one more document of the longest trace."""
    clients, documents = (200, 4) if pace.quick else (1000, 16)
    taken = {
        name: [
            _held(servers, name, clients // 4, 4) / clients,
            _typing(servers, name, clients, pace) / clients,
            _held(servers, name, documents, 1, seed=document) / documents,
        ]
        for name in servers
        if name != "pycrdt-websocket"
    }
    ours = taken.pop("Lyceum")
    names = (
        f"memory a client, {clients} in rooms of 4, silent",
        f"memory a client, {clients} in rooms of 4, after typing {pace.seconds:g} s",
        "memory of a document of the automerge-paper trace, with its one client",
    )
    return [
        at_most(f"{what}; {peer}", "KiB", mine / KIB, theirs[number] / KIB, theirs[number] / KIB)
        for number, (what, mine) in enumerate(zip(names, ours, strict=True))
        for peer, theirs in taken.items()
    ]


def _held(servers: Servers, name: str, rooms: int, each: int, **options: Path) -> float:
    """Bytes by which a server has grown when all are in and silent."""
    with servers[name]() as served:
        marks = Marks(served)
        last = "seeded" if options else "connected"

        def seen(now: str) -> None:
            if now == last:
                time.sleep(SETTLE)
            marks.note(now)

        load(served, rooms, each, seen=seen, hold=True, **options)
        return marks.between("begun", last)[3]


def _typing(servers: Servers, name: str, clients: int, pace: Pace) -> float:
    with servers[name]() as served:
        marks = Marks(served)
        load(served, clients // 4, 4, seen=marks.note, warmup=pace.warmup, seconds=pace.seconds)
        return marks.between("begun", "measured")[3]


def longest(traces: Path) -> Path:
    """The document of the automerge-paper trace, as one Yjs update; made once."""
    made = CACHE / "automerge-paper.update"
    if not made.exists():
        with gzip.open(traces / "automerge-paper.json.gz") as file:
            trace: Mapping[str, Any] = json.load(file)
        CACHE.mkdir(parents=True, exist_ok=True)
        made.write_bytes(_written(trace["txns"], trace["endContent"]))
    return made


def _written(transactions: Sequence[Mapping[str, Any]], end: str) -> bytes:
    """Whoever wrote it alone wrote it in this order."""
    doc: Doc[Any] = Doc(client_id=1)
    text = doc.get("text", type=Text)
    for transaction in transactions:
        with doc.transaction():
            for at, removed, inserted in transaction["patches"]:
                if removed:
                    del text[at : at + removed]
                if inserted:
                    text.insert(at, inserted)
    if str(text) != end:
        raise RuntimeError("the trace does not end with its own text")
    return doc.get_update()
