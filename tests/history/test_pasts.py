"""The kept histories of rooms: nothing stands in memory that somebody's erasure must remove."""

import pickle

from domain.interventions import InterventionDelivered
from domain.rooms import BoardEdited, MessageSent
from rooms.past.pasts import Pasts
from tests.history.told import Told
from tests.log.given import by, joined

WORDS = (
    MessageSent(room="algebra", person="ada", message="m1", text="a secret"),
    InterventionDelivered(
        intervention="i1", room="algebra", person="ada", text="a secret", why="Why", source="template"
    ),
)


async def test_what_is_said_in_writing_is_shown_and_not_kept(log):
    runs = Told([("insert", 0, 0, "xyz")]).events[0]
    await log.append([joined(), *WORDS, BoardEdited(room="algebra", runs=tuple(runs))], by())
    pasts = Pasts(log)
    then, _ = await pasts.then("school", "algebra")
    assert [said.text for said in (*then.messages, *then.facilitator)] == ["a secret", "a secret"]
    history = await pasts.of("school", "algebra")
    assert b"a secret" in pickle.dumps(WORDS)
    kept = pickle.dumps(history)
    assert b"a secret" not in kept
    assert b"xyz" in kept
