"""The end of a room: the summary for all, in the model's words if they may be said, and a part for each."""

from collections.abc import Mapping

from domain.called import Call
from domain.practice import ProblemAdded
from domain.summaries import SummariseRoom
from rooms.facilitator.help.calls import identity, on_record
from rooms.facilitator.help.ports import Sources, SummaryRequest
from rooms.facilitator.help.reading import RoomWork, read_problems, read_work
from rooms.facilitator.help.summing_up import MOST, group_text, open_of, suggestions
from rooms.facilitator.validation import Rules, fault

TOLD = 12
"""Problems that a model is told of, the last."""


async def summing_up(sources: Sources, org: str, room: str) -> SummariseRoom | None:
    """What is left of a closed room, None if that was written down already. Raises `LogUnavailable`."""
    work = await read_work(sources.log, org, room)
    if work.summarised:
        return None
    problems = await read_problems(sources.log, org, list(work.problems)[:MOST])
    keys = tuple(each.key for each in problems.values())
    prompts = " ".join(each.prompt for each in problems.values())
    rules = Rules(addressee="", keys=keys, known=prompts)
    text, call = await _asked(sources, org, room, work, problems, rules)
    return SummariseRoom(
        room=room,
        text=text or group_text(work, problems, rules),
        worked_on=tuple(work.problems)[:MOST],
        open=open_of(work),
        source="model" if text else "template",
        suggestions=tuple(suggestions(work, rules)),
        call=call,
    )


async def _asked(
    sources: Sources,
    org: str,
    room: str,
    work: RoomWork,
    problems: Mapping[str, ProblemAdded],
    rules: Rules,
) -> tuple[str | None, Call | None]:
    """The model's words, None if there are none that may be said; and the call for the record."""
    if sources.tutor is None or not problems:
        return None, None
    left = open_of(work)
    request = SummaryRequest(
        people=len(work.people),
        problems=tuple(each.prompt for each in problems.values())[-TOLD:],
        open=tuple(problems[each].prompt for each in left if each in problems)[-TOLD:],
    )
    phrased = await sources.tutor.summarise(request)
    wrong = fault(phrased.text, rules) if phrased.text is not None else None
    name = identity(org, room, "summary")
    return (None if wrong else phrased.text), on_record(name, room, phrased.call, phrased.text or "", wrong)
