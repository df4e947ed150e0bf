"""A board from the log. Snapshots will be read here too, before the tail; they are never needed."""

from domain.events import Query, about
from domain.log import EventLog
from domain.rooms import BoardEdited, Run


async def recorded_runs(log: EventLog, org: str, room: str) -> list[Run]:
    """All that was edited, in order. Raises `LogUnavailable`."""
    return [
        run
        async for batch in log.read(Query((about(f"room:{room}", BoardEdited),)), org=org)
        for recorded in batch
        if isinstance(recorded.event, BoardEdited)
        for run in recorded.event.runs
    ]
