"""What the nodes that have the same board open tell each other: what is of the moment and not in the log yet.

Any of it may be lost, come late or twice: what is written comes by the log, the rest is told again.
"""

from typing import Annotated, NamedTuple, Protocol

import msgspec
from msgspec import Meta, Struct

from domain.rooms import Run
from rooms.board.wire import Entry

MOST_SAID = 16 * 1024
"""Characters that clients may tell each other at a time."""


class Person(NamedTuple):
    """Who is present by which Yjs client id."""

    entry: Entry
    person: str


class Asked(Struct, frozen=True, tag="asked"):
    """The board is being opened: who has it, and what is not in the log?"""


class Told(Struct, frozen=True, tag="told"):
    """Who is at the board on this node, all of them; what is not in the log was told just before."""

    open: bool
    present: tuple[Person, ...] = ()


class Edited(Struct, frozen=True, tag="edited"):
    """What was edited, in order, and is not in the log yet."""

    runs: tuple[Run, ...]


class Seen(Struct, frozen=True, tag="seen"):
    """Who came, moved their cursor, or went (a state of null)."""

    present: tuple[Person, ...]


class Returned(Struct, frozen=True, tag="returned"):
    """Somebody came back who took the others for gone: let everybody say that they are here."""


class Said(Struct, frozen=True, tag="said"):
    """A client told the others at the board something that nobody keeps."""

    text: Annotated[str, Meta(max_length=MOST_SAID)]


class Alive(Struct, frozen=True, tag="alive"):
    """A node is there. `fresh`: it asks the others to say so, too. `going`: it stops."""

    fresh: bool = False
    going: bool = False


Telling = Asked | Told | Edited | Seen | Returned | Said


class FromNode(Struct, frozen=True, tag="of-room"):
    """What a node tells of a room."""

    node: str
    what: Telling


class OfNode(Struct, frozen=True, tag="of-node"):
    """What a node tells of itself."""

    node: str
    what: Alive


class Neighbours(Protocol):
    """The other nodes. Neither method waits, and what is told may be lost."""

    @property
    def node(self) -> str:
        """The name of this node among them."""
        ...

    def of_room(self, org: str, room: str, payload: bytes) -> None:
        """Tell all nodes of a room."""
        ...

    def of_node(self, payload: bytes) -> None:
        """Tell all nodes of this one."""
        ...


class Nobody:
    """Implements `Neighbours` where there is one node."""

    node = ""

    def of_room(self, org: str, room: str, payload: bytes) -> None:
        """See `Neighbours.of_room`."""

    def of_node(self, payload: bytes) -> None:
        """See `Neighbours.of_node`."""


encode = msgspec.msgpack.Encoder().encode
from_node = msgspec.msgpack.Decoder(FromNode).decode
of_node = msgspec.msgpack.Decoder(OfNode).decode
