"""The settings. Nothing else reads the environment."""

import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from msgspec import Struct

from infra import parsing
from infra.settings_spoken import SPOKEN
from infra.variable import Variable

ROLES = ("web", "worker")
TOGETHER = (("turn", "turn_secret"), ("livekit", "livekit_key", "livekit_secret"))
"""Settings of which all are given, or none."""


class SettingsInvalid(Exception):
    """The environment holds settings that make no sense; the message names each of them."""


class Settings(Struct, frozen=True, kw_only=True):
    """What can be chosen. The texts that explain each stand in `VARIABLES`."""

    home: Path
    host: str
    port: int
    media_port: int
    media_addresses: tuple[str, ...]
    speech_check: str
    turn: tuple[str, ...]
    turn_secret: str
    livekit: str
    livekit_key: str
    livekit_secret: str
    postgres: str
    nats: str
    redis: str
    given_secret: str
    given_seal_key: str
    given_issuing_keys: str
    url: str
    given_key_file: str
    given_archive: str
    given_recordings: str
    recordings_days: int
    recordings_mib: int
    log_name: str
    org: str
    roles: tuple[str, ...]
    anthropic_api_key: str
    anthropic_base_url: str
    model: str
    prices: str
    recogniser: str
    recogniser_model: str
    recogniser_language: str
    recogniser_url: str
    recogniser_key: str
    recogniser_download: bool
    synthesiser: str
    synthesiser_voice: str
    web: Path
    sockets: str
    log_level: str

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Read `environ`. Raises `SettingsInvalid` with one line for each variable that is wrong."""
        values: dict[str, Any] = {}
        wrong: list[str] = []
        for variable in VARIABLES:
            try:
                values[variable.field] = variable.read(environ)
            except ValueError as error:
                wrong.append(f"{variable.name}: {error}")
        for first, *others in () if wrong else TOGETHER:
            if len({bool(values[field]) for field in (first, *others)}) > 1:
                names = " and ".join(f"LYCEUM_{field.upper()}" for field in others)
                wrong.append(f"LYCEUM_{first.upper()}: must be given together with {names}")
        if wrong:
            raise SettingsInvalid("\n".join(wrong))
        if values["media_port"] is None:
            values["media_port"] = values["port"]
        values["media_addresses"] = values["media_addresses"] or parsing.own_addresses(values["host"])
        return cls(**values)

    @classmethod
    def from_process(cls) -> Self:
        """Read the environment of this process."""
        return cls.from_environment(os.environ)

    def secret(self) -> str:
        """What tokens are signed with: the one given, else one made once and kept under `home`."""
        return self.given_secret or _kept_secret(self.home, "secret", lambda: secrets.token_urlsafe(48))

    def seal_key(self) -> bytes:
        """The 32 bytes that checkpoints of the log are signed with: those given, else made once and kept."""
        return b64decode(self.given_seal_key or _kept_secret(self.home, "seal-key", _new_seal_key))

    def issuing_keys(self) -> list[bytes]:
        """What credentials are signed with, the key that signs first; made once and kept if none is given."""
        given = self.given_issuing_keys or _kept_secret(self.home, "issuing-key", _new_seal_key)
        return [b64decode(key) for key in parsing.parts(given)]

    def key_file(self) -> Path:
        """Where the master keys are, with which the keys of persons are wrapped."""
        return Path(self.given_key_file) if self.given_key_file else self.home / "master-keys.json"

    def archive(self) -> Path:
        """The folder of what was archived."""
        return Path(self.given_archive) if self.given_archive else self.home / "archive"

    def recordings(self) -> Path:
        """The folder of recorded sound."""
        return Path(self.given_recordings) if self.given_recordings else self.home / "recordings"

    def __repr__(self) -> str:
        """Without keys, and passwords in URLs: they stay out of logs and tracebacks."""
        return f"Settings(home={str(self.home)!r}, host={self.host!r}, port={self.port}, roles={self.roles})"


VARIABLES: Sequence[Variable] = (
    Variable("LYCEUM_HOME", "home", ".lyceum", "Folder of data, logs and the servers started here.", Path),
    Variable("LYCEUM_HOST", "host", "127.0.0.1", "Address to listen on; 0.0.0.0 for all."),
    Variable(
        "LYCEUM_PORT",
        "port",
        "8080",
        "TCP port of pages, API, boards and feeds; 0 for a free one.",
        parsing.port,
    ),
    Variable(
        "LYCEUM_MEDIA_PORT",
        "media_port",
        "",
        "UDP port of voice; as LYCEUM_PORT if empty.",
        parsing.port_if_any,
    ),
    Variable(
        "LYCEUM_MEDIA_ADDRESSES",
        "media_addresses",
        "",
        "IP addresses at which browsers reach the voice port; 127.0.0.1 and LYCEUM_HOST if empty.",
        parsing.addresses,
    ),
    Variable(
        "LYCEUM_SPEECH_CHECK",
        "speech_check",
        "none",
        "What tells speech from typing and babble, beside levels: none, or silero (extra speech-check).",
        parsing.one_of("none", "silero"),
    ),
    Variable(
        "LYCEUM_TURN",
        "turn",
        "",
        "URLs of TURN servers, for browsers that UDP does not reach; none if empty.",
        parsing.turn_urls,
    ),
    Variable(
        "LYCEUM_TURN_SECRET",
        "turn_secret",
        "",
        "What is shared with the TURN servers (coturn: static-auth-secret).",
        parsing.secret,
    ),
    Variable(
        "LYCEUM_LIVEKIT",
        "livekit",
        "",
        "URL of a LiveKit server that carries voice; this node carries it itself if empty.",
        parsing.url("wss", "ws"),
    ),
    Variable("LYCEUM_LIVEKIT_KEY", "livekit_key", "", "API key of that LiveKit server."),
    Variable("LYCEUM_LIVEKIT_SECRET", "livekit_secret", "", "API secret of that key.", parsing.secret),
    Variable(
        "LYCEUM_POSTGRES",
        "postgres",
        "",
        "URL of PostgreSQL 18; started here if empty.",
        parsing.url("postgresql", "postgres"),
    ),
    Variable(
        "LYCEUM_NATS",
        "nats",
        "",
        "URLs of NATS with JetStream; started here if empty.",
        parsing.url("nats", "tls", "ws", "wss"),
    ),
    Variable(
        "LYCEUM_REDIS",
        "redis",
        "",
        "URL of Redis or Valkey; started here if empty.",
        parsing.url("redis", "rediss", "unix"),
    ),
    Variable(
        "LYCEUM_SECRET",
        "given_secret",
        "",
        "What tokens are signed with, the same on all nodes; made and kept under LYCEUM_HOME if empty.",
        parsing.secret,
    ),
    Variable(
        "LYCEUM_URL",
        "url",
        "",
        "Where the world reaches the pages, as https://school.example: credentials name it. Else this node.",
        parsing.url("https", "http"),
    ),
    Variable(
        "LYCEUM_ISSUING_KEYS",
        "given_issuing_keys",
        "",
        "What credentials are signed with, the newest first, on all web nodes; made, kept if empty.",
        parsing.issuing_keys,
    ),
    Variable(
        "LYCEUM_SEAL_KEY",
        "given_seal_key",
        "",
        "What checkpoints are signed with, the same on all workers; made, kept under LYCEUM_HOME if empty.",
        parsing.seal_key,
    ),
    Variable(
        "LYCEUM_LOG_NAME",
        "log_name",
        "lyceum.local/log",
        "Name of the log in its checkpoints; best an address of yours, and never changed.",
        parsing.log_name,
    ),
    Variable(
        "LYCEUM_KEYS",
        "given_key_file",
        "",
        "File of the master keys, the same on all nodes; master-keys.json under LYCEUM_HOME if empty.",
    ),
    Variable(
        "LYCEUM_ARCHIVE",
        "given_archive",
        "",
        "Folder of archived events, the same for all nodes; archive under LYCEUM_HOME if empty.",
    ),
    Variable(
        "LYCEUM_RECORDINGS",
        "given_recordings",
        "",
        "Folder of recorded sound, the same for all nodes; recordings under LYCEUM_HOME if empty.",
    ),
    Variable(
        "LYCEUM_RECORDINGS_DAYS",
        "recordings_days",
        "30",
        "Days after which recorded sound is removed.",
        parsing.whole(1, 36_500),
    ),
    Variable(
        "LYCEUM_RECORDINGS_MIB",
        "recordings_mib",
        "10240",
        "Mebibytes that recorded sound may take; then recording stops, and is refused.",
        parsing.whole(1, 2**40),
    ),
    Variable("LYCEUM_ORG", "org", "main", "Organisation of those whose token names none.", parsing.identity),
    Variable(
        "LYCEUM_ROLES",
        "roles",
        ",".join(ROLES),
        "What this node does: web (pages, API, boards, voice), worker (views, relay, facilitator).",
        parsing.some_of(ROLES),
    ),
    Variable(
        "ANTHROPIC_API_KEY",
        "anthropic_api_key",
        "",
        "Key of the model; without it the facilitator uses templates.",
    ),
    Variable(
        "ANTHROPIC_BASE_URL",
        "anthropic_base_url",
        "https://api.anthropic.com",
        "Where the model is asked.",
        parsing.url("https", "http"),
    ),
    Variable("LYCEUM_MODEL", "model", "claude-haiku-5-5", "The model that words what the facilitator says."),
    Variable("LYCEUM_PRICES", "prices", "", "JSON file of what models cost, beside the list price."),
    Variable("LYCEUM_WEB", "web", "web/dist", "Folder of the built pages.", Path),
    Variable(
        "LYCEUM_SOCKETS",
        "sockets",
        "lean",
        "What carries boards: lean, our own beside the application, or plain, routes of the application.",
        parsing.one_of("lean", "plain"),
    ),
    *SPOKEN,
    Variable(
        "LYCEUM_LOG",
        "log_level",
        "WARNING",
        "How much is logged: DEBUG, INFO, WARNING or ERROR.",
        parsing.one_of("DEBUG", "INFO", "WARNING", "ERROR"),
    ),
)
"""Every setting, in the order in which help shows them."""


def _kept_secret(home: Path, name: str, make: Callable[[], str]) -> str:
    """The secret in `home`, made by whoever comes first; a half-written one is never read."""
    kept = home / name
    if not kept.exists():
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = home / f"{name}.{secrets.token_hex(8)}"
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(make())
        with suppress(FileExistsError):
            kept.hardlink_to(draft)
        draft.unlink()
    return kept.read_text()


def _new_seal_key() -> str:
    return b64encode(secrets.token_bytes(32)).decode()
