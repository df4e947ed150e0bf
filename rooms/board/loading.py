"""A board from the log. Snapshots will be read here too, before the tail; they are never needed."""

import logging

from domain.events import Query, about
from domain.log import EventLog
from domain.rooms import BoardEdited
from rooms.board.document import Document
from rooms.board.limits import Limits
from rooms.board.ownership import Ownership

logger = logging.getLogger(__name__)


async def load(log: EventLog, org: str, room: str, owners: Ownership, limits: Limits) -> Document:
    """The board's document and the owners of its client ids. Raises `LogUnavailable`."""
    document = Document(limits.nested_types)
    failed = 0
    async for batch in log.read(Query((about(f"room:{room}", BoardEdited),)), org=org):
        for recorded in batch:
            if isinstance(recorded.event, BoardEdited):
                failed += document.replay(recorded.event.runs)
                for run in recorded.event.runs:
                    owners.recorded(run.client, run.person)
    if failed:
        logger.error("%d runs on record could not be applied to the board of room %s", failed, room)
    document.recount()
    return document
