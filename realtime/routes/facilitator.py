"""The facilitator, guided by people: muted, approved, tuned, told that a group is stuck."""

from litestar import Router, delete, get, post, put
from litestar.params import JSONBody
from msgspec import Raw, Struct

from domain.guidance import (
    AllowCalls,
    DeclineCalls,
    FacilitatorMode,
    ReportStuck,
    SetFacilitatorMode,
    SetReading,
    TuneFacilitator,
    Tuning,
)
from domain.guiding import Guidance
from domain.intervening import Interventions
from domain.interventions import ApproveIntervention, WithholdIntervention
from realtime.access import STAFF
from realtime.routes.common import Asking, Body, Done, Id, InHouse, PathId, done
from realtime.watching import looking, must_watch


class NewReport(Body, frozen=True, kw_only=True):
    """That the group is stuck. Give an id of your own, and a repeated request is harmless."""

    report: Id | None = None


class NewFacilitatorMode(Body, frozen=True, kw_only=True):
    """`on`: it speaks. `approve`: it speaks once a tutor has approved the words. `muted`: it says nothing."""

    mode: FacilitatorMode


class Wanted(Body, frozen=True, kw_only=True):
    """On or off."""

    on: bool


class Waiting(Struct, frozen=True, kw_only=True):
    """Words that wait for a tutor's approval: to whom, and on what evidence."""

    intervention: str
    person: str
    text: str
    why: str
    source: str


class ShownGuidance(Struct, frozen=True, kw_only=True):
    """How the facilitator is guided in a room. `hold_out` is of ten thousand; `waiting` is for the staff."""

    policy: str | None
    values: Raw
    hold_out: int
    mode: FacilitatorMode
    version: int
    tuning: Tuning
    reading: bool
    waiting: tuple[Waiting, ...]


@get("/rooms/{room:str}/facilitator")
async def get_facilitator(house: InHouse, access: Asking, room: PathId) -> ShownGuidance:
    """By which policy it goes here, and what a tutor changed of it; hold-outs take place if there are any."""
    found = await must_watch(house, access, room)
    context = access.context(house.clock())
    state: Guidance = await house.performer.look(SetFacilitatorMode(room=room, mode="on"), context)
    waiting: tuple[Waiting, ...] = ()
    if access.role in STAFF:
        wish = ApproveIntervention(room=room, intervention="any")
        waiting = _waiting(await house.performer.look(wish, context))
    persons = [*found.members, *(each.person for each in waiting)]
    await looking(house, access, room, found, "facilitator").of(persons)
    begun = state.begun
    return ShownGuidance(
        policy=begun.policy if begun else None,
        values=Raw(begun.values.encode() if begun else b"null"),
        hold_out=begun.hold_out if begun else 0,
        mode=state.mode,
        version=state.version,
        tuning=state.tuning,
        reading=state.reading,
        waiting=waiting,
    )


def _waiting(state: Interventions) -> tuple[Waiting, ...]:
    return tuple(
        Waiting(
            intervention=proposed.intervention,
            person=proposed.person,
            text=proposed.text,
            why=state.decided[proposed.intervention].evidence,
            source=proposed.source,
        )
        for proposed in state.proposed.values()
        if proposed.intervention not in (*state.delivered, *state.withheld)
    )


@post("/rooms/{room:str}/facilitator", status_code=200)
async def set_mode(house: InHouse, access: Asking, room: PathId, data: JSONBody[NewFacilitatorMode]) -> Done:
    """Let the facilitator speak, approve each word, or mute it. For tutors."""
    return await done(house, access, SetFacilitatorMode(room=room, mode=data.mode))


@put("/rooms/{room:str}/facilitator/tuning")
async def tune(house: InHouse, access: Asking, room: PathId, data: JSONBody[Tuning]) -> Done:
    """Change thresholds for this room; what is left out is as the policy has it. For tutors."""
    return await done(house, access, TuneFacilitator(room=room, tuning=data))


@post("/rooms/{room:str}/facilitator/reading", status_code=200)
async def set_reading(house: InHouse, access: Asking, room: PathId, data: JSONBody[Wanted]) -> Done:
    """Let messages be compared with the words of the problem, or no longer. For tutors."""
    return await done(house, access, SetReading(room=room, on=data.on))


@post("/rooms/{room:str}/interventions/{intervention:str}/approve", status_code=200)
async def approve(house: InHouse, access: Asking, room: PathId, intervention: PathId) -> Done:
    """Let it be said. For tutors."""
    return await done(house, access, ApproveIntervention(room=room, intervention=intervention))


@post("/rooms/{room:str}/interventions/{intervention:str}/withhold", status_code=200)
async def withhold(house: InHouse, access: Asking, room: PathId, intervention: PathId) -> Done:
    """Do not let it be said. For tutors."""
    return await done(house, access, WithholdIntervention(room=room, intervention=intervention))


@post("/rooms/{room:str}/stuck")
async def report_stuck(house: InHouse, access: Asking, room: PathId, data: JSONBody[NewReport]) -> Done:
    """Say that the group is stuck; again within a minute it has been said already."""
    return await done(house, access, ReportStuck(room=room, report=data.report or house.new_id()))


@put("/people/me/calls")
async def allow_calls(house: InHouse, access: Asking) -> Done:
    """Let the facilitator call on me again."""
    return await done(house, access, AllowCalls())


@delete("/people/me/calls", status_code=200)
async def decline_calls(house: InHouse, access: Asking) -> Done:
    """Do not let the facilitator call on me, in any room."""
    return await done(house, access, DeclineCalls())


ROUTER = Router(
    "/",
    route_handlers=[
        *(get_facilitator, set_mode, tune, set_reading, approve, withhold),
        *(report_stuck, allow_calls, decline_calls),
    ],
    tags=["facilitator"],
)
