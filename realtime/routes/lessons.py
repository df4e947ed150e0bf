"""Sessions: booked lessons."""

from typing import Annotated

from litestar import Router, get, post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from domain.events import Instant
from domain.sessions import (
    BookSession,
    CancelSession,
    CompleteSession,
    NotYourSession,
    Party,
    RateSession,
    Reason,
    ReportNoShow,
    RescheduleSession,
    SessionHasBegun,
    Stars,
    StartSession,
    UnknownSession,
)
from projections.attendance import ATTENDANCE
from projections.measures import MEASURES
from projections.risk import NO_SHOW, SessionRisk, foretold
from projections.sessions import SCHEDULE, SESSIONS, Session, prefix_of
from realtime.reading import must_see, must_see_all
from realtime.routes.common import Asking, Body, Cursor, Done, Id, InHouse, Limit, PathId, QueryId, done


class NewSession(Body, frozen=True, kw_only=True):
    """A lesson to book. Give an id of your own, and a repeated request is harmless."""

    tutor: Id
    learner: Id
    starts: Instant
    ends: Instant
    session: Id | None = None
    subject: Annotated[str, Meta(max_length=200)] = ""


class Booked(Struct, frozen=True, kw_only=True):
    """The lesson is booked."""

    position: int
    session: str


class NewTime(Body, frozen=True, kw_only=True):
    """When it will be instead, and why."""

    starts: Instant
    ends: Instant
    reason: Reason = "other"


class Why(Body, frozen=True, kw_only=True):
    """Why it is called off."""

    reason: Reason = "other"


class Missing(Body, frozen=True, kw_only=True):
    """Who did not come."""

    missing: Party


class Rating(Body, frozen=True, kw_only=True):
    """One to five stars."""

    stars: Stars


class Sessions(Struct, frozen=True, kw_only=True):
    """A person's lessons; ask on with `after` = `next`."""

    sessions: tuple[Session, ...]
    next: str | None


@post("/sessions")
async def book(house: InHouse, access: Asking, data: JSONBody[NewSession]) -> Booked:
    """Book a lesson."""
    session = data.session or house.new_id()
    command = BookSession(
        session=session,
        tutor=data.tutor,
        learner=data.learner,
        starts=data.starts,
        ends=data.ends,
        subject=data.subject,
    )
    return Booked(position=(await done(house, access, command)).position, session=session)


@get("/sessions")
async def sessions(
    house: InHouse,
    access: Asking,
    person: QueryId = None,
    after: Cursor = "",
    limit: Limit = 50,
) -> Sessions:
    """A person's lessons, one's own if nobody is named."""
    who = person or access.sub
    reading = await must_see(house, access, who, "sessions")
    page = await house.views.page(SCHEDULE, access.org, prefix=prefix_of(who), after=after, limit=limit)
    await reading.of(party for _, lesson in page for party in (lesson.tutor, lesson.learner))
    following = page[-1][0] if len(page) == limit else None
    return Sessions(sessions=tuple(state for _, state in page), next=following)


@post("/sessions/{session:str}/reschedule", status_code=200)
async def reschedule(house: InHouse, access: Asking, session: PathId, data: JSONBody[NewTime]) -> Done:
    """Move a lesson."""
    command = RescheduleSession(session=session, starts=data.starts, ends=data.ends, reason=data.reason)
    return await done(house, access, command)


@post("/sessions/{session:str}/cancel", status_code=200)
async def cancel(house: InHouse, access: Asking, session: PathId, data: JSONBody[Why]) -> Done:
    """Call a lesson off."""
    return await done(house, access, CancelSession(session=session, reason=data.reason))


@post("/sessions/{session:str}/start", status_code=200)
async def start(house: InHouse, access: Asking, session: PathId, room: QueryId = None) -> Done:
    """The lesson begins, in a room if it is held in one."""
    return await done(house, access, StartSession(session=session, room=room))


@post("/sessions/{session:str}/no-show", status_code=200)
async def no_show(house: InHouse, access: Asking, session: PathId, data: JSONBody[Missing]) -> Done:
    """Somebody did not come."""
    return await done(house, access, ReportNoShow(session=session, missing=data.missing))


@post("/sessions/{session:str}/complete", status_code=200)
async def complete(house: InHouse, access: Asking, session: PathId) -> Done:
    """The lesson took place."""
    return await done(house, access, CompleteSession(session=session))


@post("/sessions/{session:str}/rate", status_code=200)
async def rate(house: InHouse, access: Asking, session: PathId, data: JSONBody[Rating]) -> Done:
    """Rate a lesson that took place."""
    return await done(house, access, RateSession(session=session, stars=data.stars))


@get("/sessions/{session:str}/risk")
async def session_risk(house: InHouse, access: Asking, session: PathId) -> SessionRisk:
    """How likely a lesson that is to come will be missed, and why; for its tutor and the staff."""
    lesson = await house.views.get(SESSIONS, access.org, session)
    if lesson is None:
        raise UnknownSession
    if access.role == "tutor" and access.sub != lesson.tutor:
        raise NotYourSession
    reading = must_see_all(house, access, "session-risk", session)
    await reading.of((lesson.tutor, lesson.learner))
    if lesson.state != "booked":
        raise SessionHasBegun
    measure = await house.views.get(MEASURES, access.org, NO_SHOW)
    known = await house.views.many(ATTENDANCE, access.org, (lesson.tutor, lesson.learner))
    return foretold(session, lesson, known, measure)


ROUTER = Router(
    "/",
    route_handlers=[
        book,
        sessions,
        reschedule,
        cancel,
        start,
        no_show,
        complete,
        rate,
        session_risk,
    ],
    tags=["lessons"],
)
