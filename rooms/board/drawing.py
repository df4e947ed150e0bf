"""An update of a board that puts whole shapes on it, by a client id of its own: it stands on nothing else."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from pycrdt import Doc, Map

from domain.rooms import Run
from rooms.board.gathering import CARRIED
from rooms.board.parts import SHAPES


def drawn(person: str, name: str, shapes: Mapping[str, Mapping[str, object]]) -> Run:
    """The edit of this name by a person: the same whenever it is asked for."""
    client = int.from_bytes(sha256(f"{person} {name}".encode()).digest()[:4])
    client += client in (0, CARRIED)
    doc: Doc[Any] = Doc(client_id=client)
    root: Map[Any] = doc.get(SHAPES, type=Map)
    with doc.transaction():
        for key, fields in shapes.items():
            root[key] = Map(dict(fields))
    return Run(person=person, client=client, update=doc.get_update())
