"""The generated documents are fresh, whole, and say what the code says."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import pytest

from adapters.nats_bus import FACTS, HEAD, VOICE
from adapters.nats_voices import OF_VOICE, OF_VOICES
from domain.catalogue import CURRENT
from domain.commands import ROUTES
from domain.errors import Refused
from infra.documents import DOCUMENTS, write_documents
from infra.facilitating import OF_FACILITATORS
from realtime.neighbours import OF_NODES, OF_ROOMS
from realtime.signals import LISTENED

DOCS = Path(__file__).parent.parent / "docs"


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return {name: make() for name, make in DOCUMENTS.items()}


@pytest.fixture(scope="module")
def asyncapi(made) -> dict[str, Any]:
    return json.loads(made["asyncapi.json"])


@pytest.fixture(scope="module")
def openapi(made) -> dict[str, Any]:
    return json.loads(made["openapi.json"])


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_documents_in_the_repository_are_fresh(name, made):
    assert (DOCS / name).read_text(encoding="utf-8") == made[name], f"{name} is old: run `lyceum docs`"


def test_they_are_written_where_they_are_wanted(tmp_path, made):
    written = write_documents(tmp_path / "new" / "folder")
    assert [path.name for path in written] == list(DOCUMENTS)
    assert {path.name: path.read_text(encoding="utf-8") for path in written} == made


def nodes(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
    children = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    for child in children:
        yield from nodes(child)


def follow(document: dict[str, Any], reference: str) -> Any:
    assert reference.startswith("#/")
    found: Any = document
    for part in reference[2:].split("/"):
        found = found[part.replace("~1", "/").replace("~0", "~")]
    return found


@pytest.mark.parametrize("name", ["asyncapi.json", "openapi.json"])
def test_every_reference_leads_somewhere(name, made):
    document = json.loads(made[name])
    references = [node["$ref"] for node in nodes(document) if isinstance(node.get("$ref"), str)]
    assert references
    for reference in references:
        assert isinstance(follow(document, reference), dict)


@pytest.mark.parametrize("tag", CURRENT)
def test_every_event_has_its_section_and_its_channel(tag, made, asyncapi):
    assert f"\n### `{tag}`\n" in made["events.md"]
    channel = asyncapi["channels"][f"facts.{tag}"]
    assert channel["address"] == f"lyceum.{{org}}.facts.{tag}"
    payload = follow(asyncapi, follow(asyncapi, channel["messages"][tag]["$ref"])["payload"]["$ref"])
    event = follow(asyncapi, payload["properties"]["event"]["$ref"])
    assert event["properties"]["type"] == {"enum": [tag]}
    assert {"position", "org", "at", "actor", "cause", "tags", "event"} == set(payload["required"])


@pytest.mark.parametrize("command", ROUTES, ids=lambda command: command.__name__)
def test_every_command_has_its_section(command, made):
    assert f"\n### Command `{command.__struct_config__.tag}`\n" in made["events.md"]


def test_every_refusal_is_listed_and_no_section_is_empty(made):
    refusals = {below for kind in Refused.__subclasses__() for below in (kind, *kind.__subclasses__())}
    modules = {command.__module__ for command in ROUTES}
    codes = {refusal().code for refusal in refusals if refusal.__module__ in modules}
    assert codes
    assert codes <= set(re.findall(r"^\| `([a-z-]+)` \| 4\d\d \|", made["events.md"], re.MULTILINE))
    assert not re.search(r"^## .*\n\n(## |\Z)", made["events.md"], re.MULTILINE)


def test_personal_fields_are_marked(made):
    section = made["events.md"].split("### `room.message-sent.v1`")[1].split("###")[0]
    assert re.search(r"^\| `text` \|.*\| personal \|$", section, re.MULTILINE)
    assert section.count("personal") == 1


def test_every_channel_declares_what_its_address_leaves_open(asyncapi):
    for channel in asyncapi["channels"].values():
        assert set(re.findall(r"{(\w+)}", channel["address"])) == set(channel.get("parameters", {}))


def test_every_subject_that_nodes_listen_to_is_described(asyncapi):
    described = {re.sub(r"{\w+}", "*", channel["address"]) for channel in asyncapi["channels"].values()}
    facts = {address for address in described if address.startswith("lyceum.*.facts.")}
    of_voices = {OF_VOICES, OF_VOICE.format(node="*")}
    of_nodes = {OF_ROOMS, OF_NODES, OF_FACILITATORS, *of_voices}
    assert described - facts == {*LISTENED, *of_nodes, *(VOICE.subjects or ()), HEAD}
    assert FACTS.subjects == ["lyceum.*.facts.>"]


def test_asyncapi_names_what_it_may(asyncapi):
    assert asyncapi["asyncapi"] == "3.0.0"
    names = [*asyncapi["channels"], *asyncapi["operations"]]
    names += [*asyncapi["components"]["messages"], *asyncapi["components"]["schemas"]]
    for name in names:
        assert re.fullmatch(r"[A-Za-z0-9._-]+", name)
    sent = {operation["channel"]["$ref"] for operation in asyncapi["operations"].values()}
    assert sent == {f"#/channels/{name}" for name in asyncapi["channels"]}
    assert {operation["action"] for operation in asyncapi["operations"].values()} == {"send"}


def operations(openapi: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in openapi["paths"].items():
        for method, operation in item.items():
            yield method, path, operation


def test_every_operation_has_a_name_of_its_own_and_says_its_path_parameters(openapi):
    names = [operation["operationId"] for _, _, operation in operations(openapi)]
    assert len(names) == len(set(names))
    for _, path, operation in operations(openapi):
        declared = {p["name"] for p in operation.get("parameters", ()) if p["in"] == "path"}
        assert declared == set(re.findall(r"{(\w+)}", path))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "/people"),
        ("post", "/rooms"),
        ("get", "/rooms/{room}"),
        ("get", "/rooms/{room}/feed"),
        ("post", "/rooms/{room}/voice"),
        ("post", "/answers"),
        ("get", "/leaderboards/{board}"),
        ("post", "/sessions"),
        ("post", "/office-hours"),
        ("get", "/audit/events"),
        ("get", "/health"),
    ],
)
def test_the_surfaces_of_the_house_are_there(method, path, openapi):
    assert method in openapi["paths"][path]


def test_a_command_answers_its_position(openapi):
    joined = openapi["paths"]["/rooms/{room}/join"]["post"]["responses"]["200"]
    schema = follow(openapi, joined["content"]["application/json"]["schema"]["$ref"])
    assert schema["properties"]["position"]["type"] == "integer"
    assert "position" in schema["required"]


HOW_TO = sorted((DOCS / "how-to").glob("*.md"))


@pytest.mark.parametrize("page", HOW_TO, ids=lambda page: page.stem)
def test_files_that_a_how_to_names_exist(page):
    named = re.findall(r"`((?:[a-z][\w-]*/)+(?:[\w.-]+\.\w+)?)`", page.read_text(encoding="utf-8"))
    made_up = {"tests/golden/room.hand-raised.v1.json"}
    assert [path for path in named if path not in made_up and not (DOCS.parent / path).exists()] == []


@pytest.mark.parametrize("page", HOW_TO, ids=lambda page: page.stem)
def test_python_in_a_how_to_is_python(page):
    for block in re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        body = dedent(block)
        ast.parse(f"match event:\n{indent(body, '    ')}" if body.startswith("case ") else body)
