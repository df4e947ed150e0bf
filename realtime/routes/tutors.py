"""Tutors: their reliability, the events that each figure comes from, and appeals."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

from litestar import Router, get, post
from litestar.params import JSONBody, QueryParameter
from msgspec import Struct

from domain.appeals import Act, AppealMade, AppealRejected, AppealUpheld, DecideAppeal, MakeAppeal
from domain.errors import Unknown
from domain.events import Event, Query, Recorded, about, type_of
from domain.identity import Words
from projections.beta_binomial import Beta
from projections.counted import KINDS, MEASURES_COUNTED, Counted, counts, days_from
from projections.measures import MEASURES
from projections.past import position_at
from projections.reliability import RELIABILITY
from projections.scores import PRIORS, ShownScores, shown
from realtime.access import Access, OnlyForYourself
from realtime.house import House
from realtime.reading import must_see, must_see_all
from realtime.routes.common import Asking, Body, Cursor, Done, Id, InHouse, Limit, PathId, Position, done

Measure = Annotated[Counted, QueryParameter(description="Which figure.")]
Days = Annotated[int | None, QueryParameter(ge=1, le=3653, description="Of the last days; ever if none.")]


class Tutors(Struct, frozen=True, kw_only=True):
    """The tutors who have had a lesson booked; ask on with `after` = `next`."""

    tutors: tuple[ShownScores, ...]
    next: str | None


class Behind(Struct, frozen=True, kw_only=True):
    """An event that a figure comes from. `notice` is in minutes, `late` too."""

    position: int
    at: datetime
    type: str
    session: str
    learner: str
    by: str | None = None
    reason: str | None = None
    notice: int | None = None
    late: int | None = None
    excused: bool = False


class EventsBehind(Struct, frozen=True, kw_only=True):
    """The events behind a figure, in order; ask on with `after` = `next`. A lesson counts once, however many
    of these it has; `excused` are those of lessons for which an appeal was upheld."""

    measure: str
    events: tuple[Behind, ...]
    next: int | None


class Appeal(Body, frozen=True, kw_only=True):
    """What should not count of a lesson, and why. Give an id of your own, and a repetition is harmless."""

    session: Id
    act: Act
    text: Words
    appeal: Id | None = None


class Appealed(Struct, frozen=True, kw_only=True):
    """The appeal is made."""

    position: int
    appeal: str


class Decision(Body, frozen=True, kw_only=True):
    """Whether an appeal about a lesson is upheld."""

    session: Id
    upheld: bool


class ShownAppeal(Struct, frozen=True, kw_only=True):
    """An appeal: `state` is made, upheld or rejected; `decided` is the position of the decision."""

    appeal: str
    session: str
    act: str
    text: str
    made: int
    at: datetime
    state: str = "made"
    by: str | None = None
    decided: int | None = None


class Appeals(Struct, frozen=True, kw_only=True):
    """A tutor's appeals, in order; ask on with `after` = `next`."""

    appeals: tuple[ShownAppeal, ...]
    next: int | None


class UnknownTutor(Unknown):
    """No lesson was ever booked with such a tutor."""


async def priors(house: House, org: str) -> Mapping[Act, Beta]:
    """What rates are like in the organisation, as it was fitted last."""
    found = await house.views.many(MEASURES, org, list(PRIORS))
    fitted: dict[Act, Beta] = dict(PRIORS)
    for act in PRIORS:
        measure = found.get(act)
        if measure is not None and measure.prior is not None:
            fitted[act] = Beta(*measure.prior)
    return fitted


@get("/tutors")
async def tutors(house: InHouse, access: Asking, after: Cursor = "", limit: Limit = 50) -> Tutors:
    """The tutors and their figures, for administrators and auditors; a tutor sees their own alone."""
    reading = must_see_all(house, access, "tutors")
    if access.role == "tutor":
        own = await house.views.get(RELIABILITY, access.org, access.sub)
        page = [(access.sub, own)] if own is not None and access.sub > after else []
    else:
        page = await house.views.page(RELIABILITY, access.org, after=after, limit=limit)
    await reading.of(tutor for tutor, _ in page)
    names = await house.views.names(access.org, [tutor for tutor, _ in page])
    known, now, answers = await priors(house, access.org), house.clock(), list[ShownScores]()
    for tutor, state in page:
        answers.append(shown(tutor, names.get(tutor, tutor), state, now, known))
        await asyncio.sleep(0)  # a page takes a while, and others are live
    return Tutors(tutors=tuple(answers), next=page[-1][0] if len(page) == limit else None)


def must_see_tutor(access: Access, tutor: str) -> None:
    """A tutor's record is not for other tutors."""
    if access.role == "tutor" and access.sub != tutor:
        raise OnlyForYourself


@get("/tutors/{tutor:str}/scores")
async def scores(house: InHouse, access: Asking, tutor: PathId) -> ShownScores:
    """One tutor's figures, for the tutor, administrators and auditors."""
    await must_see(house, access, tutor, "tutor-scores")
    state = await house.views.get(RELIABILITY, access.org, tutor)
    if state is None:
        raise UnknownTutor
    must_see_tutor(access, tutor)
    names = await house.views.names(access.org, [tutor])
    return shown(tutor, names.get(tutor, tutor), state, house.clock(), await priors(house, access.org))


@get("/tutors/{tutor:str}/scores/events")
async def events_behind(
    house: InHouse,
    access: Asking,
    tutor: PathId,
    measure: Measure,
    days: Days = None,
    after: Position = 0,
    limit: Limit = 50,
) -> EventsBehind:
    """The events that one of a tutor's figures comes from."""
    must_see_tutor(access, tutor)
    reading = await must_see(house, access, tutor, "tutor-events")
    start = after
    if days is not None:
        start = max(after, await position_at(house.log, days_from(house.clock(), days)))
    found: list[Recorded] = []
    excused: set[tuple[str, str]] = set()
    query = Query((about(f"person:{tutor}", *KINDS, AppealUpheld),))
    async for batch in house.log.read(query, after=start, org=access.org):
        for each in batch:
            if isinstance(each.event, AppealUpheld):
                excused.add((each.event.session, each.event.act))
            elif len(found) < limit and counts(measure, tutor, each.event):
                found.append(each)
    shown_events = tuple(_behind(measure, each, excused) for each in found)
    await reading.of(each.learner for each in shown_events)
    following = found[-1].position if len(found) == limit else None
    return EventsBehind(measure=measure, events=shown_events, next=following)


def _behind(measure: Counted, recorded: Recorded, excused: set[tuple[str, str]]) -> Behind:
    event: Event = recorded.event
    session: str = getattr(event, "session", "")
    return Behind(
        position=recorded.position,
        at=recorded.at,
        type=type_of(event),
        session=session,
        learner=getattr(event, "learner", ""),
        by=getattr(event, "by", getattr(event, "missing", None)),
        reason=getattr(event, "reason", None),
        notice=getattr(event, "notice", None),
        late=getattr(event, "late", None),
        excused=any((session, act) in excused for act in MEASURES_COUNTED[measure]),
    )


@post("/tutors/{tutor:str}/appeals")
async def appeal(house: InHouse, access: Asking, tutor: PathId, data: JSONBody[Appeal]) -> Appealed:
    """Appeal against what counts of one's lesson; the tutor only."""
    if access.sub != tutor:
        raise OnlyForYourself
    key = data.appeal or house.new_id()
    command = MakeAppeal(appeal=key, session=data.session, act=data.act, text=data.text)
    return Appealed(position=(await done(house, access, command)).position, appeal=key)


@post("/tutors/{tutor:str}/appeals/{appeal:str}/decide", status_code=200)
async def decide(
    house: InHouse, access: Asking, tutor: PathId, appeal: PathId, data: JSONBody[Decision]
) -> Done:
    """Uphold or reject an appeal; administrators only."""
    command = DecideAppeal(appeal=appeal, session=data.session, upheld=data.upheld)
    return await done(house, access, command)


@get("/tutors/{tutor:str}/appeals")
async def appeals(
    house: InHouse, access: Asking, tutor: PathId, after: Position = 0, limit: Limit = 50
) -> Appeals:
    """A tutor's appeals, for the tutor, administrators and auditors."""
    must_see_tutor(access, tutor)
    await must_see(house, access, tutor, "tutor-appeals")
    found: dict[str, ShownAppeal] = {}
    query = Query((about(f"person:{tutor}", AppealMade, AppealUpheld, AppealRejected),))
    async for batch in house.log.read(query, after=after, org=access.org):
        for each in batch:
            _fold(found, each, tutor, limit)
    page = tuple(found.values())
    return Appeals(appeals=page, next=page[-1].made if len(page) == limit else None)


State = Literal["upheld", "rejected"]


def _fold(found: dict[str, ShownAppeal], recorded: Recorded, tutor: str, limit: int) -> None:
    match recorded.event:
        case AppealMade() as made if made.person == tutor and len(found) < limit:
            found[made.appeal] = ShownAppeal(
                appeal=made.appeal,
                session=made.session,
                act=made.act,
                text=made.text,
                made=recorded.position,
                at=recorded.at,
            )
        case AppealUpheld() | AppealRejected() as end if end.appeal in found:
            before = found[end.appeal]
            found[end.appeal] = ShownAppeal(
                appeal=before.appeal,
                session=before.session,
                act=before.act,
                text=before.text,
                made=before.made,
                at=before.at,
                state="upheld" if isinstance(end, AppealUpheld) else "rejected",
                by=end.by,
                decided=recorded.position,
            )
        case _:
            pass


ROUTER = Router(
    "/",
    route_handlers=[tutors, scores, events_behind, appeal, decide, appeals],
    tags=["tutors"],
)
