"""AsyncAPI 3.0 of what goes over the bus: facts, turns of speech, and signals."""

from collections.abc import Sequence
from typing import Any, get_args

import msgspec
from msgspec import Struct

from adapters.nats_bus import HEAD
from adapters.nats_voices import OF_VOICE, OF_VOICES
from domain.catalogue import CURRENT, Fact, exact
from domain.identity import ID_PATTERN
from infra.facilitating import OF_FACILITATORS
from realtime.announcing import ALL_BOARDS, BOARDS, WATCHED
from realtime.neighbours import OF_NODES
from realtime.signals import VIEWS_HEAD, Moved, Slots, Speaking, Spoke
from rooms.board.telling import FromNode, OfNode
from rooms.facilitator.sharing import Facilitates
from rooms.voice.talk import Followed
from rooms.voices import calls

Document = dict[str, Any]

QUESTIONS: tuple[type[Struct], ...] = get_args(calls.Question)
ANSWERS: tuple[type[Struct], ...] = get_args(calls.Answer)
FOLLOWED: tuple[type[Struct], ...] = get_args(Followed)
SIGNALS: tuple[type[Struct], ...] = (
    *(Speaking, Spoke, Slots, Moved, FromNode, OfNode, Facilitates, calls.OfVoices),
    *(*QUESTIONS, *ANSWERS, *FOLLOWED),
)
CLOSED = "application/vnd.msgpack+aes-256-gcm"
"""Of what only nodes read: MessagePack, closed with what they share (`adapters/envelopes.py`)."""
SCHEMAS = "#/components/schemas/{name}"

PARAMETERS: dict[str, Document] = {
    "org": {"description": f"The organisation, an id ({ID_PATTERN})."},
    "room": {"description": f"The room, an id ({ID_PATTERN})."},
    "node": {"description": "The name of a node, for as long as it holds one lease."},
    "view": {"description": "The view that changed.", "enum": [*WATCHED, BOARDS]},
    "key": {"description": f"Whose row changed: a person, or a leaderboard (`{ALL_BOARDS}` for all)."},
}

BUS: dict[str, tuple[str, str, tuple[type[Struct], ...]]] = {
    "rooms.voice": (
        "lyceum.{org}.rooms.{room}.voice",
        "Who begins and ends to speak, and what follows from it. JetStream keeps it for an hour.",
        (Speaking, Spoke, *FOLLOWED),
    ),
    "rooms.presence": (
        "lyceum.{org}.rooms.{room}.presence",
        "Who is heard in which slot of a listener's voice connection. A signal: it may be lost.",
        (Slots,),
    ),
    "rooms.sync": (
        "lyceum.{org}.rooms.{room}.sync",
        "What the nodes that have the board open tell each other, in order. A signal: it may be lost.",
        (FromNode,),
    ),
    "nodes.boards": (OF_NODES, "Which nodes are there. A signal: it may be lost.", (OfNode,)),
    "nodes.facilitators": (
        OF_FACILITATORS,
        "Which facilitators live: they share the rooms. A signal: it may be lost.",
        (Facilitates,),
    ),
    "nodes.voices": (
        OF_VOICES,
        "Which nodes carry voices, told by each every few seconds. JetStream keeps it for an hour.",
        (calls.OfVoices,),
    ),
    "nodes.voice": (
        OF_VOICE,
        "What nodes ask the one that carries a room, and its answers, which go to whoever asked.",
        (*QUESTIONS, *ANSWERS),
    ),
    "views.changed": (
        "lyceum.{org}.views.{view}.{key}",
        "A row of a view changed. A signal: it may be lost.",
        (Moved,),
    ),
    "views.head": (
        VIEWS_HEAD,
        "How far the views (`views`) and the leaderboards (`boards`) have come. A signal: it may be lost.",
        (Moved,),
    ),
    "log.head": (HEAD, "How far the log (`log`) has come. A signal: it may be lost.", (Moved,)),
}
"""Channel: (address, what it is for, what it carries)."""


def asyncapi() -> Document:
    """The document."""
    channels = {**{f"facts.{tag}": _fact_channel(tag) for tag in CURRENT}, **_bus_channels()}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Lyceum on NATS",
            "version": "1",
            "description": "Facts are never lost: JetStream delivers each at least once, in order of its "
            "position, which is its message id too. Signals may be lost: the next one makes up for it.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": {f"send.{name}": _sending(name, channel) for name, channel in channels.items()},
        "components": {"messages": _messages(), "schemas": _schemas()},
    }


def _fact_channel(tag: str) -> Document:
    return {
        "address": f"lyceum.{{org}}.facts.{tag}",
        "description": _summary(CURRENT[tag]),
        "parameters": {"org": PARAMETERS["org"]},
        "messages": {tag: {"$ref": f"#/components/messages/{tag}"}},
    }


def _bus_channels() -> dict[str, Document]:
    channels: dict[str, Document] = {}
    for name, (address, description, carried) in BUS.items():
        parameters = {part: PARAMETERS[part] for part in PARAMETERS if f"{{{part}}}" in address}
        channels[name] = {
            "address": address,
            "description": description,
            **({"parameters": parameters} if parameters else {}),
            "messages": {_tag(kind): {"$ref": f"#/components/messages/{_tag(kind)}"} for kind in carried},
        }
    return channels


def _sending(name: str, channel: Document) -> Document:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{name}"},
        "messages": [{"$ref": f"#/channels/{name}/messages/{message}"} for message in channel["messages"]],
    }


def _messages() -> dict[str, Document]:
    facts = {tag: _message(tag, event, f"{event.__name__}Recorded") for tag, event in CURRENT.items()}
    signals = {_tag(kind): _message(_tag(kind), kind, kind.__name__) for kind in SIGNALS}
    return {**facts, **signals}


def _message(name: str, kind: type[Struct], schema: str) -> Document:
    message = {"name": name, "summary": _summary(kind), "payload": {"$ref": SCHEMAS.format(name=schema)}}
    return {**message, "contentType": CLOSED} if kind in (FromNode, OfNode, Facilitates) else message


def _schemas() -> dict[str, Document]:
    found = _components([*map(exact, CURRENT.values()), *SIGNALS])
    for event in CURRENT.values():
        found[f"{event.__name__}Recorded"] = _recorded(event)
    return dict(sorted(found.items()))


def _recorded(event: type[Struct]) -> Document:
    """The schema of `catalogue.to_json` for one kind of event."""
    envelope: Document = _components([Fact])["Fact"]
    properties = {**envelope["properties"], "event": {"$ref": SCHEMAS.format(name=event.__name__)}}
    return {**envelope, "title": f"{event.__name__}Recorded", "properties": properties}


def _components(kinds: Sequence[type[Struct]]) -> dict[str, Document]:
    _, components = msgspec.json.schema_components(kinds, ref_template=SCHEMAS)
    return {name: _draft_07(schema) for name, schema in components.items()}


def _draft_07(schema: Any) -> Any:
    """AsyncAPI's own schemas are of draft 07, where fixed places of an array are `items`."""
    if isinstance(schema, list):
        return [_draft_07(item) for item in schema]  # pyright: ignore[reportUnknownVariableType]
    if not isinstance(schema, dict):
        return schema
    changed: Document = {key: _draft_07(value) for key, value in schema.items()}  # pyright: ignore
    if "prefixItems" in changed:
        changed["items"] = changed.pop("prefixItems")
        changed["additionalItems"] = False
    return changed


def _tag(kind: type[Struct]) -> str:
    return str(kind.__struct_config__.tag)


def _summary(kind: type[Struct]) -> str:
    return (kind.__doc__ or "").strip().split("\n\n")[0].replace("\n", " ")
