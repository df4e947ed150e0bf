"""From a finding to words in the room: decide, ask a model if there is one, check, say; each on record."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Literal, Protocol

from domain.deciding import Command
from domain.events import Context, Event
from domain.guidance import BeginFacilitating
from domain.interventions import (
    DeliverIntervention,
    InterventionDecided,
    InterventionHeldOut,
    ModelAnswered,
    ModelAsked,
    Move,
    RecordModelCall,
    Source,
)
from domain.log import EventLog
from rooms.facilitator.arbitration import wish
from rooms.facilitator.detectors import Finding
from rooms.facilitator.history import Known, People, answer_keys, read_picture, read_tally
from rooms.facilitator.learning import CERTAIN, Tally
from rooms.facilitator.lines import Line, permitted_lines, quotes
from rooms.facilitator.outcomes import outcome
from rooms.facilitator.phrasing import Phrased, Phraser, PhrasingRequest
from rooms.facilitator.picture import Picture, millis
from rooms.facilitator.policy import Policy
from rooms.facilitator.validation import Fault, Rules, fault
from rooms.facilitator.words import named, template

ACTOR = "facilitator"
HeldOut = Literal["held-out"]
Measured = Literal["measured"]


class Performed(Protocol):
    """What became of a command."""

    @property
    def events(self) -> Sequence[Event]:
        """What was recorded: nothing, if it had happened before."""
        ...


Perform = Callable[[Command, Context], Awaitable[Performed]]
"""Perform a command; raises `Refused`, `BoundaryMoved` or `LogUnavailable`."""


class Delivery:
    """Interventions of one policy. Every method raises what `perform` and the log raise."""

    def __init__(
        self,
        log: EventLog,
        people: People,
        perform: Perform,
        policy: Policy,
        clock: Callable[[], datetime],
        phraser: Phraser | None,
    ) -> None:
        self._log = log
        self._people = people
        self._perform = perform
        self._policy = policy
        self._clock = clock
        self._phraser = phraser
        self._tallies: dict[str, Tally] = {}

    async def announce(self, picture: Picture) -> None:
        """Tell the room by which policy it is watched, and how often nothing is said by lot."""
        begin = BeginFacilitating(
            room=picture.room,
            policy=self._policy.label,
            values=self._policy.values,
            hold_out=round(self._policy.hold_out * CERTAIN),
        )
        await self._settle(begin, picture.org, f"position:{picture.position}")

    async def begin(
        self, picture: Picture, finding: Finding, now: int, known: Known, seen: int
    ) -> Source | HeldOut | None:
        """Decide to act on a finding, if the log agrees, and say it. Answers whose words they were.

        `held-out` if by lot nothing is said; None if another facilitator decided the very same at the same
        moment: that one says it.
        """
        tally = self._tallies.setdefault(picture.org, Tally())
        await read_tally(self._log, picture.org, tally, seen)
        decision = wish(picture, finding, now, self._policy, tally, seen)
        events = await self._settle(decision, picture.org, f"position:{seen}")
        if not events:
            return None
        if any(isinstance(event, InterventionHeldOut) for event in events):
            return "held-out"
        return await self._say(picture, decision.intervention, finding, decision.move, known, self._phraser)

    async def finish(self, picture: Picture, decided: InterventionDecided, known: Known) -> Source:
        """Say what was decided and never said; a model that was asked already is not asked again."""
        finding = Finding(detector=decided.detector, person=decided.person, evidence=decided.evidence)
        phraser = None if decided.intervention in picture.said.asked else self._phraser
        return await self._say(picture, decided.intervention, finding, decided.move, known, phraser)

    async def measure(self, picture: Picture, decided: InterventionDecided, seen: int) -> Measured:
        """Record what came of an intervention, or of none in its place."""
        policy = self._policy
        until = decided.moment + policy.outcome + policy.settle
        then = await read_picture(self._log, (picture.org, picture.room), policy.reach, seen, until)
        await self._settle(outcome(then, decided, policy, seen), picture.org, decided.intervention)
        return "measured"

    async def _say(
        self,
        picture: Picture,
        intervention: str,
        finding: Finding,
        move: Move,
        known: Known,
        phraser: Phraser | None,
    ) -> Source:
        pseudonym = picture.pseudonyms()[finding.person]
        keys = await answer_keys(self._log, picture.org, picture.problems)
        rules = Rules(addressee=pseudonym, name_length=len(known.name), keys=keys)
        text = await self._ask(phraser, picture, intervention, finding, move, rules) if phraser else None
        source: Source = "model" if text else "template"
        text = text or template(move, intervention, rules)
        said = DeliverIntervention(
            intervention=intervention,
            room=picture.room,
            text=named(text, pseudonym, known.name),
            source=source,
        )
        await self._settle(said, picture.org, intervention)
        return source

    async def _ask(
        self,
        phraser: Phraser,
        picture: Picture,
        intervention: str,
        finding: Finding,
        move: Move,
        rules: Rules,
    ) -> str | None:
        """The model's words if they may be said; what became of them is recorded either way."""
        request = PhrasingRequest(
            intervention=intervention,
            detector=finding.detector,
            addressee=rules.addressee,
            people=tuple(picture.pseudonyms().values()),
            evidence=finding.evidence,
            move=move,
            said=await permitted_lines(self._log, self._people, picture, millis(self._clock())),
        )
        phrased = await phraser.phrase(request)
        wrong = _wrong(phrased.text, rules, request.said) if phrased.text is not None else None
        await self._settle(_record(picture.room, intervention, phrased, wrong), picture.org, intervention)
        return None if wrong else phrased.text

    async def _settle(self, command: Command, org: str, cause: str) -> Sequence[Event]:
        """Perform a command; answers what was recorded, nothing if it made no difference."""
        context = Context(org=org, actor=ACTOR, role="service", at=self._clock(), cause=cause)
        return (await self._perform(command, context)).events


def _wrong(text: str, rules: Rules, said: tuple[Line, ...]) -> Fault | None:
    return fault(text, rules) or ("quote" if quotes(text, said) else None)


def _record(room: str, intervention: str, phrased: Phrased, wrong: Fault | None) -> RecordModelCall:
    call = phrased.call
    outcome = "rejected" if wrong else "used" if call.outcome == "answered" else call.outcome
    return RecordModelCall(
        request=call.request,
        answer=phrased.text or "",
        asked=ModelAsked(intervention=intervention, room=room, model=call.model, prompt=call.prompt),
        answered=ModelAnswered(
            intervention=intervention,
            room=room,
            outcome=outcome,
            reason=wrong or call.reason,
            tokens=call.tokens,
            took=call.took,
            cached=call.cached,
        ),
    )
