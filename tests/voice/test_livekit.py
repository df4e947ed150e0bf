"""Voice by LiveKit: its own SDK listens, against a server on loopback that speaks its protocol."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import jwt
import pytest

pytest.importorskip("livekit.rtc")

from livekit import api

from adapters import livekit_ears, livekit_engine
from adapters.livekit_names import EAR, Names
from adapters.livekit_server import LiveKitServer
from rooms.voice.elsewhere import CarriedElsewhere, NotFromLiveKit
from rooms.voice.engine import May, UnknownVoice
from tests.conftest import PROJECT
from tests.fakes.livekit import KEY, MICROPHONE, SECRET, Reason, signed
from tests.voice.client import hush, script
from tests.voice.nodes import Node, Nodes

ROOM = "main/algebra"
TALK = script((300, 30_000))


@pytest.fixture
async def nodes() -> AsyncIterator[Nodes]:
    async with Nodes.opened() as nodes:
        yield nodes


@pytest.fixture
async def node(nodes: Nodes) -> AsyncIterator[Node]:
    async with nodes.node() as node:
        yield node


def test_whoever_does_without_livekit_loads_nothing_of_it():
    code = "import sys, infra.wiring; print([name for name in sys.modules if 'livekit' in name])"
    ended = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, check=True)
    assert ended.stdout.strip() == b"[]"


@pytest.mark.parametrize(
    ("may", "publishes", "sources"),
    [
        (May(speak=True), True, ["microphone"]),
        (May(speak=False), False, []),
        (May(speak=False, show=True), True, ["camera", "screen_share", "screen_share_audio"]),
        (May(speak=True, show=True), True, ["microphone", "camera", "screen_share", "screen_share_audio"]),
    ],
)
def test_a_pass_is_good_for_what_the_person_may_do_in_one_room_for_a_minute(may, publishes, sources):
    token = LiveKitServer("ws://127.0.0.1:9", KEY, SECRET).token(ROOM, "somebody", may)
    claims = api.TokenVerifier(KEY, SECRET).verify(token)
    assert claims.video == api.VideoGrants(
        room_join=True,
        room=ROOM,
        can_publish=publishes,
        can_publish_sources=sources,
        can_publish_data=False,
        can_update_own_metadata=False,
    )
    unverified = jwt.decode(token, options={"verify_signature": False})
    assert unverified["exp"] - unverified["nbf"] == 60


def test_an_identity_says_whose_it_is_to_our_nodes_alone():
    names = Names("secret")
    identity = names.of(ROOM, "ada", 4711)
    who = names.read(ROOM, identity)
    assert who is not None
    assert (who.person, who.at) == ("ada", 4711)
    assert names.of(ROOM, "ada", 4712)[:22] != identity[:22]
    assert "ada" not in identity
    for other in (Names("another").read(ROOM, identity), names.read("main/biology", identity)):
        assert other is None
    for strange in ("", "ada", EAR, "é", identity[:-2], "A" * 10_000):
        assert names.read(ROOM, strange) is None


async def test_the_turns_of_a_person_in_livekit_are_told_with_their_times(node):
    await node.join(ROOM, "ada", script((500, 800), (900, 500), (3000, 0)))
    await node.ears.until(lambda: len(node.ears.turns) == 2)
    zero = node.people["ada"].zero
    for turn, (started, ended) in zip(node.ears.turns, [(500, 1300), (2200, 2700)], strict=True):
        assert turn.person == "ada"
        assert abs(turn.started - zero - started) <= 250
        assert abs(turn.ended - zero - ended) <= 250


async def test_nobody_joins_with_an_offer(node):
    with pytest.raises(CarriedElsewhere):
        await node.engine.join(ROOM, "ada", "v=0")
    with pytest.raises(UnknownVoice):
        await node.engine.restart("none", "")
    voice = await node.join(ROOM, "ada", hush(20))
    with pytest.raises(CarriedElsewhere):
        await node.engine.restart(voice, "")


async def test_whoever_was_expelled_does_not_come_back_with_an_old_pass(node):
    given = await node.engine.admit(ROOM, "ada", may=May())
    await node.join(ROOM, "ben", hush(20))
    await node.engine.expel(ROOM, "ada")
    again = await node.server.join(given.token, TALK)
    assert await again.gone == Reason.PARTICIPANT_REMOVED
    await node.join(ROOM, "ada", TALK)
    await node.ears.until(lambda: [who for who, _, _ in node.ears.began] == ["ada"])


async def test_whoever_was_silenced_does_not_speak_with_an_old_pass(node):
    given = await node.engine.admit(ROOM, "ada", may=May(speak=True, show=True))
    await node.join(ROOM, "ben", hush(20))
    await node.engine.silence("main/", "ada")
    again = await node.server.join(given.token, TALK)
    await node.server.until(lambda: not again.info.permission.can_publish)
    assert not again.info.tracks
    assert not again.gone.done()


async def test_what_must_end_ends_as_soon_as_livekit_is_there_again(node, monkeypatch):
    monkeypatch.setattr("adapters.insisting.RETRY", 0.05)
    await node.join(ROOM, "ada", TALK)
    await node.ears.until(lambda: bool(node.ears.began))
    node.server.away = True
    await node.engine.expel(ROOM, "ada")
    assert node.ears.gone == [("ada", "left")]
    assert len(node.ears.turns) == 1  # what LiveKit still passes on is measured no longer
    await node.server.until(lambda: node.server.asked.count("RemoveParticipant") > 1)
    node.server.away = False
    assert await node.people["ada"].gone == Reason.PARTICIPANT_REMOVED
    assert node.engine.counts["livekit-away"] > 0


async def test_a_right_is_what_livekit_permits(node):
    await node.join(ROOM, "ada", TALK, May(speak=False))
    await node.engine.permit(ROOM, "ada", May(speak=True))
    ada = node.people["ada"]
    await node.server.until(lambda: list(ada.info.permission.can_publish_sources) == [MICROPHONE])
    assert ada.info.permission.can_subscribe
    assert not ada.info.permission.can_publish_data


async def test_an_event_of_livekit_ends_a_voice_and_a_forged_one_ends_none(node):
    voice = await node.join(ROOM, "ada", hush(20))
    await node.join(ROOM, "ben", hush(20))
    await node.ears.until(lambda: node.ears.hears("ben") == {"ada"})
    info = node.people["ada"].info
    body, forged = signed("participant_left", ROOM, info, secret="x" * 40)
    for claim in (forged, "", "Bearer x", node.engine._server.token_of_the_ear(ROOM)):
        with pytest.raises(NotFromLiveKit):
            await node.engine.told(body, claim)
    assert await node.engine.whose(voice) == (ROOM, "ada")
    assert node.engine.counts["livekit-event-refused"] == 4
    await node.engine.told(*signed("room_started", ROOM, info))
    await node.engine.told(*signed("participant_left", ROOM, info))
    assert node.ears.gone == [("ada", "left")]
    assert node.ears.hears("ben") == set()


async def test_strangers_in_a_room_are_neither_heard_nor_harmed(node, nodes):
    await node.join(ROOM, "ben", hush(20))
    token = api.AccessToken(KEY, SECRET).with_identity("recorder")
    token.with_grants(api.VideoGrants(room_join=True, room=ROOM))
    stranger = await nodes.server.join(token.to_jwt(), TALK)
    await node.join(ROOM, "ada", script((300, 700), (3000, 0)))
    await node.ears.until(lambda: bool(node.ears.turns))
    assert {who for who, _, _ in node.ears.began} == {"ada"}
    assert not stranger.gone.done()


async def test_a_listener_that_dies_is_replaced_and_open_turns_end(node):
    await node.join(ROOM, "ada", TALK)
    await node.ears.until(lambda: len(node.ears.began) == 1)
    os.kill(node.engine.ear.pid, signal.SIGKILL)
    await node.ears.until(lambda: len(node.ears.turns) == 1 and len(node.ears.began) == 2)
    assert node.ears.gone == []
    assert node.engine.counts["ear-lost"] == 1


async def test_another_node_listens_on_when_one_has_died(nodes, monkeypatch):
    monkeypatch.setattr(livekit_ears, "SWEEP", 0.2)
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(nodes.node())
        await first.join(ROOM, "ada", TALK)
        await first.ears.until(lambda: len(first.ears.began) == 1)
        ear = nodes.server.ear(ROOM)
        async with nodes.node() as second:
            await stack.aclose()
            await second.ears.until(lambda: bool(second.ears.began))
            assert nodes.server.ear(ROOM) is not ear
            assert {who for who, _, _ in second.ears.began} == {"ada"}
            await second.engine.expel(ROOM, "ada")  # whom it did not let in
            assert await first.people["ada"].gone == Reason.PARTICIPANT_REMOVED


async def test_one_node_listens_in_a_room_and_the_other_one_rules_there_too(nodes):
    async with nodes.node() as first, nodes.node() as second:
        await first.join(ROOM, "ada", TALK)
        await first.ears.until(lambda: len(first.ears.began) == 1)
        await second.join(ROOM, "ben", script((300, 700), (3000, 0)))
        await first.ears.until(lambda: any(turn.person == "ben" for turn in first.ears.turns))
        assert second.ears.began == []
        assert {content.person for content in await second.engine.slots(ROOM, "ben")} == {"ada"}
        await second.engine.silence("main/", "ada")
        await nodes.server.until(lambda: not first.people["ada"].info.tracks)


async def test_whoever_does_not_come_is_not_expected_for_ever_and_an_empty_room_is_left(node, monkeypatch):
    monkeypatch.setattr(livekit_engine, "EXPECTED", 0)
    monkeypatch.setattr(livekit_engine, "LINGER", 0)
    await node.engine.admit(ROOM, "ada", may=May())
    await node.ears.until(lambda: node.ears.gone == [("ada", "failed")])
    monkeypatch.setattr(livekit_engine, "EXPECTED", 10_000)
    await node.join(ROOM, "ben", hush(20))
    await node.server.until(lambda: node.server.ear(ROOM) is not None)
    await node.server.leave(ROOM, node.people["ben"])
    await node.server.until(lambda: ROOM not in node.server.rooms)
    assert node.engine.voices == 0
