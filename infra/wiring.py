"""The wiring: the only place where the parts of the house are put together and their tasks are started."""

import asyncio
import socket
import time
import uuid
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from adapters.envelopes import Envelopes
from adapters.issuing import HouseIssuer
from adapters.key_vault import KeyVault
from adapters.nats_bus import HEAD, NatsBus
from adapters.postgres_followers import PostgresFollowers
from adapters.postgres_log import PostgresLog
from adapters.postgres_proofs import PostgresProofs
from adapters.postgres_seal import PostgresSeal
from adapters.postgres_snapshots import PostgresSnapshots
from adapters.postgres_views import PostgresViews
from adapters.redis_boards import RedisBoards
from adapters.redis_presence import RedisPresence
from adapters.signing import SealKey
from adapters.sound_files import SoundFiles
from domain.commands import ROUTES
from infra.embedded import Servers, servers
from infra.facilitating import OF_FACILITATORS, Beating
from infra.fitting import Fitting
from infra.forgetting import Erasing, Forgetting
from infra.health import Health
from infra.hearing import speech_check
from infra.keeping import Run, kept
from infra.logs import log_at, sounds_of, vault_of
from infra.marks import Marks
from infra.measuring import Measuring
from infra.prices import read_prices
from infra.readiness import views_shown
from infra.recorded import Expiring
from infra.relay import Relay
from infra.sealing import Sealer
from infra.serving import FRAME, Server, listening
from infra.settings import Settings, SettingsInvalid
from infra.spoken import Spoken, spoken
from infra.voices import ending, finishing, voices
from projections.board_follower import BoardFollower
from projections.catalogue import KEPT
from projections.follower import Follower
from realtime import neighbours
from realtime.access import Tokens
from realtime.announcing import Announcer
from realtime.app import application
from realtime.dynamics import RoomsDynamics
from realtime.feed import Feed
from realtime.house import House, Views
from realtime.hub import Hub
from realtime.ice_servers import IceServers
from realtime.metrics import Metrics
from realtime.names import Names
from realtime.neighbours import OverTheBus
from realtime.outbox import Outbox
from realtime.perform import Performer
from realtime.progress import Progress
from realtime.recording import Recordings
from realtime.signals import Moved, Switchboard, decode
from realtime.sockets.keeper import Sockets
from realtime.speech import Speech
from realtime.standings import Standings
from realtime.talking import Talking
from realtime.voices import Voices
from rooms.attendance import Absence, Attendance
from rooms.board.boards import Boards
from rooms.facilitator.facilitator import Facilitator
from rooms.facilitator.help.helper import WANTED, Helper, HelperPorts
from rooms.facilitator.help.ports import Sources
from rooms.facilitator.history import PeopleFromLog
from rooms.facilitator.policy import STANDARD, Policy
from rooms.facilitator.ports import FACTS_BACK, FACTS_WANTED, Ports
from rooms.past.pasts import Pasts
from rooms.recording.recorder import Recorder
from rooms.voice.engine import MediaEngine, VoiceListener
from rooms.voice.ice_lite import IceLiteEngine
from rooms.voices.spanning import SpanningEngine

if TYPE_CHECKING:
    from adapters.claude import Claude
    from adapters.livekit_engine import LiveKitEngine


def utc_now() -> datetime:
    """The clock of the house."""
    return datetime.now(UTC)


def new_id() -> str:
    """A new opaque id."""
    return uuid.uuid4().hex


@dataclass(frozen=True, kw_only=True)
class Foundations:
    """What every node has: the outside world, and what is built directly on it."""

    settings: Settings
    servers: Servers
    log: PostgresLog
    vault: KeyVault
    sounds: SoundFiles
    views: PostgresViews
    seal: PostgresSeal
    followers: PostgresFollowers
    bus: NatsBus
    leaderboards: RedisBoards
    presence: RedisPresence
    performer: Performer
    metrics: Metrics
    outbox: Outbox


@dataclass(frozen=True, kw_only=True)
class Node:
    """A running node. `url` is where it serves, None if it does not."""

    foundations: Foundations
    tokens: Tokens
    url: str | None


@asynccontextmanager
async def founded(settings: Settings) -> AsyncGenerator[Foundations, None]:
    """Connect to everything outside; what has no URL configured is started first."""
    metrics = Metrics()
    async with AsyncExitStack() as stack:
        where = await stack.enter_async_context(servers(settings))
        log = await stack.enter_async_context(log_at(where.postgres, settings))
        bus = await stack.enter_async_context(
            NatsBus.opened(where.nats, lambda reason: metrics.refused("bus", reason))
        )
        leaderboards = await stack.enter_async_context(RedisBoards.opened(where.redis))
        presence = await stack.enter_async_context(RedisPresence.opened(where.redis))
        yield Foundations(
            settings=settings,
            servers=where,
            log=log,
            vault=vault_of(log),
            sounds=sounds_of(log, settings),
            views=PostgresViews(log.rows),
            seal=await PostgresSeal.opened(log.rows),
            followers=PostgresFollowers(log.rows),
            bus=bus,
            leaderboards=leaderboards,
            presence=presence,
            performer=Performer(log, ROUTES),
            metrics=metrics,
            outbox=Outbox(bus),
        )


@asynccontextmanager
async def running(
    settings: Settings, *, policy: Policy = STANDARD, clock: Callable[[], datetime] = utc_now
) -> AsyncGenerator[Node, None]:
    """A node with the roles of its settings, ready to serve within the block, and stopped cleanly after."""
    tokens = Tokens(settings.secret(), clock, settings.org)
    async with founded(settings) as base, AsyncExitStack() as stack:
        forgetting = Forgetting(base.log, base.vault, base.performer, await base.log.head())
        parts = {"servers": base.servers.run, "outbox": base.outbox.run, "forgetting": forgetting.run}
        await stack.enter_async_context(kept(parts))
        await _tell_of_the_head(base)
        if "worker" in settings.roles:
            await stack.enter_async_context(_working(base, policy, clock))
        url = None
        if "web" in settings.roles:
            listener = stack.enter_context(listening(settings.host, settings.port))
            words = await stack.enter_async_context(spoken(settings))
            url = await stack.enter_async_context(_serving(base, tokens, clock, listener, words))
        yield Node(foundations=base, tokens=tokens, url=url)


@asynccontextmanager
async def _working(
    base: Foundations, policy: Policy, clock: Callable[[], datetime]
) -> AsyncGenerator[None, None]:
    """The role `worker`: views, leaderboards, relay, seal, facilitator."""
    announcer = Announcer(base.outbox)
    relay = Relay(base.log, base.followers, base.bus)
    erasing = Erasing(base.log, base.followers, base.vault, base.views, base.sounds)
    await erasing.catch_up()  # before the views go on: nothing of those who were erased gets into them
    marks = Marks()
    await base.bus.listen("lyceum.*.rooms.*.voice", marks.heard)
    settings = base.settings
    beating = Beating(base.bus, Envelopes(settings.secret()), base.metrics, new_id())
    await base.bus.listen(OF_FACILITATORS, beating.heard)
    async with AsyncExitStack() as stack:
        phraser = _phraser(settings)
        if phraser is not None:
            await stack.enter_async_context(phraser)

        def facilitator() -> Facilitator:
            ports = Ports(
                log=base.log,
                people=PeopleFromLog(base.log),
                perform=base.performer.perform,
                facts=lambda: base.bus.facts(f"facilitator-{new_id()}", types=FACTS_WANTED, back=FACTS_BACK),
                sharing=beating.sharing,
                marks=marks.stream,
                phraser=phraser,
            )
            return Facilitator(ports, clock=clock, policy=policy)

        def helper() -> Helper:
            ports = HelperPorts(
                sources=Sources(log=base.log, people=PeopleFromLog(base.log), tutor=phraser),
                perform=base.performer.perform,
                facts=lambda: base.bus.facts("helper", types=WANTED),
            )
            return Helper(ports, clock=clock)

        parts: dict[str, Run] = {
            "views": Follower(base.log, base.views, KEPT, announcer.views).run,
            "leaderboards": BoardFollower(base.log, base.leaderboards, announcer.boards).run,
            "relay": relay.run,
            "erasing": erasing.run,
            "seal": Sealer(base.log, base.seal, SealKey(settings.log_name, settings.seal_key())).run,
            "facilitators": beating.run,
            "facilitator": lambda: facilitator().run(),
            "helper": lambda: helper().run(),
            "recordings": Expiring(base.sounds, base.performer.perform, clock, settings.recordings_days).run,
            "turns": finishing(base.bus, base.performer, base.outbox, clock).run,
            "fitting": Fitting(base.log, base.performer.perform, clock).run,
            "measuring": Measuring(base.log, base.views, base.performer.perform, clock).run,
            "absence": Absence(base.presence, base.performer.perform, clock).run,
        }
        await stack.enter_async_context(kept(parts))
        await views_shown(base.views)
        yield


@asynccontextmanager
async def _serving(
    base: Foundations,
    tokens: Tokens,
    clock: Callable[[], datetime],
    listener: socket.socket,
    words: Spoken,
) -> AsyncGenerator[str, None]:
    """The role `web`: API, feeds, boards, voice, on a socket that listens. Yields the URL."""
    settings, hub, progress = base.settings, Hub(), Progress()
    attendance = Attendance(base.presence, clock)
    switchboard = Switchboard(hub, progress, base.metrics)
    talking = Talking(base.outbox, clock)
    speech = Speech(base.outbox, base.performer.perform, clock, others=[talking])
    check = speech_check(settings, speech)
    heard = check or speech
    port: int = listener.getsockname()[1]
    elsewhere = _livekit(settings, heard, clock)
    local = elsewhere or IceLiteEngine(
        settings.host, settings.media_port or port, settings.media_addresses, heard, clock
    )
    # Rooms in LiveKit span nodes by themselves.
    media = elsewhere or await _spanning(base, local, switchboard, speech)
    boards = Boards(
        base.log,
        clock=clock,
        refused=lambda code: base.metrics.refused("board", str(code)),
        snapshots=PostgresSnapshots(base.log.rows),
    )
    recorder = Recorder(local.tap, base.sounds, base.performer.perform, clock, new_id)
    recordings = Recordings(base.log, base.performer, recorder, clock)
    speech.others.append(recordings)
    envelopes = Envelopes(settings.secret())
    boards.meet(OverTheBus(new_id(), base.outbox, envelopes))
    house = House(
        log=base.log,
        keys=base.vault,
        performer=base.performer,
        standings=Standings(base.performer),
        views=Views(base.views),
        leaderboards=base.leaderboards,
        issuer=HouseIssuer(
            settings.url or f"http://{settings.host}:{port}", settings.log_name, settings.issuing_keys()
        ),
        proofs=PostgresProofs(base.log.rows, base.seal),
        sounds=base.sounds,
        boards=boards,
        pasts=Pasts(base.log),
        dynamics=RoomsDynamics(base.log),
        media=media,
        voices=Voices(base.performer, media, clock),
        elsewhere=elsewhere,
        ice_servers=_ice_servers(settings, clock),
        hub=hub,
        switchboard=switchboard,
        attendance=attendance,
        progress=progress,
        tokens=tokens,
        metrics=base.metrics,
        clock=clock,
        new_id=new_id,
        health=Health(base.log, base.views, base.leaderboards, base.followers, base.bus, base.seal).parts,
        web=settings.web,
        prices=read_prices(settings.prices),
        recognises=words.recogniser is not None,
        synthesises=words.synthesiser is not None,
    )
    # What follows from the log each node does for the voices that it carries itself.
    feed = Feed(base.log, hub, boards, local, house.voices, house.standings)
    _measure(base.metrics, hub, boards, local, recorder)
    if check is not None:
        base.metrics.gauge(
            "speech_unjudged", "Packets that no judge of speech heard.", lambda: check.unjudged
        )
    await switchboard.connect(base.bus)
    names = Names(house.views.names, time.monotonic)
    feed.also.append(names.saw)
    await neighbours.listen(base.bus, boards, base.metrics, names, envelopes)
    sockets = Sockets(house, largest=FRAME)
    server = Server(application(house, feed), sockets.socket if settings.sockets == "lean" else None)
    parts: dict[str, Run] = {
        "speech": speech.run,
        "talking": talking.run,
        **({} if check is None else {"speech-check": check.over(local).run}),
        "voice": local.run,
        **({} if media is local else {"voices": media.run}),
        "boards": boards.run,
        "recorder": recorder.run,
        "recordings": recordings.run,
        "feed": feed.run,
        "attendance": attendance.run,
        "sockets": sockets.run,
        **words.parts(local, base.performer, speech, feed, clock, base.metrics),
    }
    async with kept(parts), asyncio.TaskGroup() as group:
        serving = group.create_task(server.serve([listener]))
        await server.ready.wait()
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        try:
            yield f"http://{host}:{port}"
        finally:
            hub.close()
            server.should_exit = True
            await serving


async def _spanning(
    base: Foundations, local: MediaEngine, switchboard: Switchboard, speech: Speech
) -> SpanningEngine:
    """Voices on all nodes; what is told of those who speak says which one carries them."""
    gone = ending(switchboard, base.outbox, speech.clock)
    engine = await voices(base.bus, local, gone, base.metrics)
    speech.node = engine.name
    return engine


def _ice_servers(settings: Settings, clock: Callable[[], datetime]) -> IceServers:
    """The TURN servers that clients are told of, if there are any."""
    key = settings.secret().encode()
    return IceServers(urls=settings.turn, secret=settings.turn_secret, key=key, clock=clock)


def _livekit(
    settings: Settings, listener: VoiceListener, clock: Callable[[], datetime]
) -> "LiveKitEngine | None":
    """The engine of a deployment whose voice LiveKit carries."""
    if not settings.livekit:
        return None
    try:
        from adapters.livekit_engine import LiveKitEngine  # noqa: PLC0415  an extra, a hundred megabytes
        from adapters.livekit_names import Names  # noqa: PLC0415
        from adapters.livekit_server import LiveKitServer  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise SettingsInvalid(f"LYCEUM_LIVEKIT: needs {error.name}: pip install 'lyceum[livekit]'") from error
    server = LiveKitServer(settings.livekit, settings.livekit_key, settings.livekit_secret)
    return LiveKitEngine(server, Names(settings.secret()), listener, clock)


def _phraser(settings: Settings) -> "Claude | None":
    """The model, if there is a key; without one the templates speak."""
    if not settings.anthropic_api_key:
        return None
    from adapters.claude import Claude  # noqa: PLC0415  a second and fifty megabytes, for those who use it

    return Claude(settings.anthropic_api_key, model=settings.model, base_url=settings.anthropic_base_url)


async def _tell_of_the_head(base: Foundations) -> None:
    """Wake the followers of other nodes when this one has recorded something, and be woken by them."""
    base.log.appended.append(lambda head: base.outbox.signal(HEAD, Moved("log", head)))

    async def heard(_: str, payload: bytes) -> None:
        try:
            signal = decode(payload)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            base.metrics.refused("bus", "undecodable-signal")  # the followers look for themselves, too
            return
        if isinstance(signal, Moved):
            base.log.woken(signal.position)

    await base.bus.listen(HEAD, heard)


def _measure(
    metrics: Metrics,
    hub: Hub,
    boards: Boards,
    media: "IceLiteEngine | LiveKitEngine",
    recorder: Recorder,
) -> None:
    metrics.gauge("streams", "Open event streams.", lambda: hub.listeners)
    metrics.gauge("board_sockets", "Open board sockets.", lambda: boards.connections)
    metrics.gauge("boards_loaded", "Boards in memory.", lambda: boards.loaded)
    metrics.gauge("boards_loaded_bytes", "Memory that boards take, about.", lambda: boards.memory)
    metrics.gauge("board_unsaved_bytes", "Edits that the log does not have yet.", lambda: boards.unsaved)
    metrics.gauge("recording_lost", "Packets too many for the disk to be recorded.", lambda: recorder.lost)
    for name in media.counts:
        metrics.gauge(
            f"voice_{name}", f"Voice: {name.replace('_', ' ')}.", lambda name=name: media.counts[name]
        )
