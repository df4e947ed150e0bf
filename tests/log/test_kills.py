"""SIGKILL to a writer and to PostgreSQL under load: what was acknowledged is there, once and whole."""

import asyncio
from pathlib import Path

from adapters.postgres_log import PostgresLog
from infra import keeping
from infra.keeping import kept
from tests.log.given import by, joined, left
from tests.log.load import whole
from tests.log.tally import TASKS, Answers, Load, Tally, Watcher, read_again, tally
from tests.mortal import Mortal

PATIENCE = 30.0
ROUNDS = 3


async def test_whatever_is_killed_all_that_was_acknowledged_is_there_once(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(keeping, "PAUSE", 0.05)
    answers = Answers()
    async with (
        asyncio.timeout(PATIENCE),
        Mortal.running(tmp_path) as mortal,
        PostgresLog.opened(mortal.url) as log,
        kept({"watcher": (watcher := Watcher(log)).run}),
        asyncio.TaskGroup() as group,
    ):
        names = [f"w{number}" for number in range(ROUNDS + 1)]
        begun = [group.create_task(Load.begun(group, mortal.url, name, answers)) for name in names]
        survivor, *victims = [await load for load in begun]
        for victim in victims:
            await answers.more(50)
            await victim.kill()
            await answers.more(50)
            await mortal.kill()
            await mortal.start()
        await answers.more(50)
        await survivor.finish()
        recorded = await read_again(log)
        await watcher.until(len(recorded))
    found = tally(recorded, answers)
    assert found == Tally(len(answers.acknowledged), found.found, 0, 0, 0, 0, 0)
    assert found.found <= found.acknowledged + len(answers.unknown) + ROUNDS * TASKS
    assert watcher.breaks == 0
    assert len(watcher.seen) == len(recorded)


async def test_what_is_doubled_half_there_or_lost_is_counted(log: PostgresLog):
    answers = Answers()
    for name in ("once", "twice", "twice"):
        answers.take(f"{name} {await log.append(whole(name), by(name))}")
    for half in (whole("torn")[:2], [joined(person="mixed")], [left(person="mixed")]):
        await log.append(half, by(half[0].person))
    for line in ("gone 18", "once refused", "cut of"):
        answers.take(line)
    assert tally(await read_again(log), answers) == Tally(
        acknowledged=3, found=4, doubled=1, half=2, lost=1, refused_but_found=1, gaps=0
    )
