"""The parts of a board's document as plain values: `docs/board-schema.md` describes them.

Anybody who may write on a board writes into its document what they like, so whatever is not as described
is left out, and never an error.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Annotated, Any, Literal, cast

import msgspec
from msgspec import Meta, Struct
from pycrdt import Doc, Map, Text

from domain.identity import ID_PATTERN, Key
from domain.rooms import Place

TEXT, CODE, SCRATCHPAD = "text", "code", "scratchpad"
CODE_SETTINGS = "code-settings"
SHAPES = "shapes"
NOTES = "notes"
SHOWN = 2_000
"""More shapes, or notes, than that are left out: the last by their ids, which is the same for everybody."""
VERSION = 1
"""Of the shapes: what is of a later version is left to those who know it."""
EDGE = 20_000
Language = Literal["plain", "javascript", "python"]
Kind = Literal["pen", "line", "rectangle", "ellipse", "text"]
Coordinate = Annotated[float, Meta(ge=-EDGE, le=EDGE)]


class Shape(Struct, frozen=True, kw_only=True):
    """A shape on the whiteboard. `points` is x, y, x, y, … in units of the whiteboard, which is 1600 by 1000;
    `by` is who says to have drawn it: who has, is in the log."""

    shape: Annotated[str, Meta(pattern=ID_PATTERN)]
    kind: Kind
    points: Annotated[tuple[Coordinate, ...], Meta(min_length=2, max_length=2_000)]
    colour: Annotated[str, Meta(pattern=r"^#[0-9a-f]{6}$(?!\n)")]
    text: Annotated[str, Meta(max_length=500)] = ""
    by: Annotated[str, Meta(pattern=ID_PATTERN)] | None = None


class Note(Struct, frozen=True, kw_only=True):
    """A message of the conversation belongs to a place on the board."""

    message: Key
    anchor: Place


class Parts(Struct, frozen=True, kw_only=True):
    """All parts of a board; shapes in the order of their ids."""

    text: str
    code: str
    language: Language
    shapes: tuple[Shape, ...]
    scratchpad: str
    notes: tuple[Note, ...] = ()


FIELDS = frozenset(Shape.__struct_fields__) - {"shape"} | {"v"}


def read(whole: bytes) -> Parts:
    """The parts of the document that this update makes, as a `Document` gives it out."""
    doc: Doc[Any] = Doc()
    doc.apply_update(whole)
    return Parts(
        text=_text(doc, TEXT),
        code=_text(doc, CODE),
        language=_language(doc),
        shapes=tuple(_shapes(doc)),
        scratchpad=_text(doc, SCRATCHPAD),
        notes=tuple(_notes(doc)),
    )


def _text(doc: Doc[Any], root: str) -> str:
    return str(doc.get(root, type=Text))


def _language(doc: Doc[Any]) -> Language:
    settings: Map[Any] = doc.get(CODE_SETTINGS, type=Map)
    return language_of(settings.get("language"))


def language_of(value: object) -> Language:
    """The language that was chosen; plain if none is known."""
    try:
        return msgspec.convert(value, Language)
    except msgspec.ValidationError:
        return "plain"


def _shapes(doc: Doc[Any]) -> Iterator[Shape]:
    shapes: Map[Any] = doc.get(SHAPES, type=Map)
    found = (_shape(key, shapes[key]) for key in sorted(shapes.keys()))
    known = (shape for shape in found if shape is not None)
    yield from islice(known, SHOWN)


def _notes(doc: Doc[Any]) -> Iterator[Note]:
    notes: Map[Any] = doc.get(NOTES, type=Map)
    found = (note_of(key, notes[key]) for key in sorted(notes.keys()))
    yield from islice((note for note in found if note is not None), SHOWN)


def note_of(key: str, value: Any) -> Note | None:
    """The note under this key, if that is one."""
    if not isinstance(value, dict) or value.get("v") != VERSION:
        return None
    try:
        return msgspec.convert({"message": key, "anchor": value.get("anchor")}, Note)
    except msgspec.ValidationError:
        return None


def _shape(key: str, value: Any) -> Shape | None:
    if not isinstance(value, Map):
        return None
    drawn = cast("Map[Any]", value)
    # What is nested in a shape is never read: it may be nested deeper than can be followed.
    return shape_of(key, {name: drawn[name] for name in drawn.keys() if name in FIELDS})  # noqa: SIM118  no dict


def shape_of(key: str, fields: Mapping[str, Any]) -> Shape | None:
    """The shape under this key that has these fields, if it is one."""
    known = {name: value for name, value in fields.items() if name in FIELDS}
    if known.pop("v", None) != VERSION:
        return None
    try:
        shape = msgspec.convert(known | {"shape": key}, Shape)
    except msgspec.ValidationError:
        return None
    return shape if len(shape.points) % 2 == 0 else None
