"""Going back, as unmodified clients from npm see it: the history that we fold is the one that they have."""

from datetime import UTC, datetime

from domain.events import Context
from domain.rooms import BoardEdited
from rooms.past.board import BoardPast
from rooms.past.restoring import TEXTS, back_to, drafted, without
from tests.board.served import served
from tests.board.support import edits
from tests.board.yjs_client import yjs


async def history(log) -> BoardPast:
    past = BoardPast()
    for position, event in enumerate(await edits(log, "r"), 1):
        past.fold(event.runs, position)
    return past


async def went_back(log, server, runs) -> None:
    """Recorded at once, and told to the board as what another node has written."""
    context = Context(org="school", actor="tia", role="tutor", at=datetime.now(UTC))
    position = await log.append([BoardEdited(room="r", runs=tuple(runs))], context)
    server.boards.recorded("school", "r", position, runs)


async def test_real_clients_follow_to_where_the_board_was_and_go_on_from_there(log):
    async with served(log) as (server, url, _), yjs() as clients:
        ada, bob = [await clients.client(name, url, "r", token=name) for name in ("ada", "bob")]
        for client in (ada, bob):
            await client.do("connect")
            await client.until(synced=True)
        await ada.do("insert", at=0, text="héllo 😀")
        await bob.until(text="héllo 😀")
        await server.saved()
        then = len(await edits(log, "r"))
        await bob.do("insert", at=8, text=" wörld")
        await bob.do("remove", at=0, length=2)
        await ada.do("insert", at=0, text="oh, ")
        texts = "llo 😀 wörld", "oh, llo 😀 wörld"
        await ada.until(text=texts[1])
        await bob.until(text=texts[1])
        await server.saved()

        past = await history(log)
        await went_back(log, server, drafted(past, back_to(past, then), "e1", "tia", TEXTS))
        for client in (ada, bob):
            await client.until(text="héllo 😀")
        await bob.do("insert", at=2, text="-")
        await ada.until(text="hé-llo 😀")
        await server.saved()

        past, last = await history(log), len(await edits(log, "r"))
        assert past.text(last) == "hé-llo 😀"
        await went_back(log, server, drafted(past, without(past, "tia", then), "e2", "tia", TEXTS))
        await ada.until(text="oh, -llo 😀 wörld")
        late = await clients.client("late", url, "r", token="late")
        await late.do("connect")
        await late.until(text="oh, -llo 😀 wörld")
