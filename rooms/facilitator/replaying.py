"""A decision made again, from the log alone: by the same policy, in the same picture, with the same lots."""

from domain.errors import Unknown
from domain.events import Query, about
from domain.guidance import FacilitatorBegun
from domain.interventions import DecideIntervention, InterventionDecided
from domain.log import EventLog
from rooms.facilitator.arbitration import choose, wish
from rooms.facilitator.history import PeopleFromLog, read_picture, read_tally
from rooms.facilitator.learning import Tally
from rooms.facilitator.policy import Policy, parse


class NoPolicyOnRecord(Unknown):
    """The facilitator had not said by which policy it goes."""


async def replayed(log: EventLog, org: str, decided: InterventionDecided) -> DecideIntervention | None:
    """What would be wished at that moment, None if nothing; raises `NoPolicyOnRecord` or `LogUnavailable`."""
    policy = await _policy(log, org, decided)
    picture = await read_picture(log, (org, decided.room), policy.reach, decided.seen)
    picture.hear(decided.speaking)
    known = await PeopleFromLog(log).people(org, list(picture.members), decided.seen)
    picture.spared = frozenset(person for person in known if known[person].declines)
    tutors = frozenset(person for person in known if known[person].tutor)
    finding = choose(picture, decided.moment, policy, tutors)
    if finding is None:
        return None
    tally = Tally()
    await read_tally(log, org, tally, decided.seen)
    return wish(picture, finding, decided.moment, policy, tally, decided.seen)


async def _policy(log: EventLog, org: str, decided: InterventionDecided) -> Policy:
    begun: FacilitatorBegun | None = None
    query = Query((about(f"room:{decided.room}", FacilitatorBegun),))
    async for batch in log.read(query, org=org, upto=decided.seen):
        for recorded in batch:
            if isinstance(recorded.event, FacilitatorBegun):
                begun = recorded.event
    if begun is None:
        raise NoPolicyOnRecord
    return parse(begun.values)
