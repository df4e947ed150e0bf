"""A policy over what happened in a room, in virtual time: what it would have said, to whom, when and why.

It is the same fold, the same arbitration and the same decision as in a live room, with the clock moved on by
what is recorded. What people did stays as it was, whatever would have been said to them. Pure.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct, field

from domain.errors import Refused
from domain.events import Context, Event, Recorded
from domain.guidance import CallsAllowed, CallsDeclined
from domain.intervening import INTERVENTIONS
from domain.interventions import (
    InterventionCommand,
    InterventionDecided,
    InterventionDelivered,
    InterventionHeldOut,
    OutcomeMeasured,
)
from domain.rooms import TurnTaken
from rooms.facilitator.arbitration import choose, is_due, unmeasured, wish
from rooms.facilitator.delivery import ACTOR
from rooms.facilitator.learning import Tally
from rooms.facilitator.outcomes import outcome
from rooms.facilitator.picture import EPOCH, MILLISECOND, Picture, millis
from rooms.facilitator.policy import Policy
from rooms.facilitator.said import Step
from rooms.facilitator.validation import Rules
from rooms.facilitator.words import template

Told = Callable[[int], None]
"""Is told up to which moment (ms) a rehearsal has come."""
Sign = tuple[int, int, Recorded | tuple[str, bool]]
"""A moment, an order within it, and an event, or that a person begins or ends to speak."""
ENDS, HAPPENS, BEGINS = range(3)
LOOKS_TOLD = 1024


class History(Struct, frozen=True, kw_only=True):
    """What is known of one room: its events, who of its people did not want to be called on, and what was
    measured in other rooms, in order of position. `keys` are the right answers, `texts` what is written in
    a problem, both by problem.

    The policy that is rehearsed is in force from `since` to `until` (ms). What the facilitator did before
    stands as it was, what it did afterwards did not happen. With `signs` it hears who speaks while they
    speak, as it does where voices are carried; otherwise when their turn is on record.
    """

    org: str
    room: str
    events: Sequence[Recorded]
    until: int
    since: int = 0
    exempt: frozenset[str] = frozenset()
    keys: Mapping[str, str] = field(default_factory=dict[str, str])
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    signs: bool = True


class Rehearsed(Struct, frozen=True, kw_only=True):
    """What would have been decided, and in which words said: those of the templates, with pseudonyms.

    What is `held_out` is left unsaid by lot.
    """

    decided: InterventionDecided
    pseudonym: str
    text: str
    held_out: bool = False


class Outcome(Struct, frozen=True, kw_only=True):
    """What a policy says in a room, and for how long (ms) two people or more were together there."""

    said: tuple[Rehearsed, ...]
    together: int


def rehearse(history: History, policy: Policy, told: Told | None = None) -> Outcome:
    """Have the policy in force over a history."""
    rehearsal = _Rehearsal(history, policy)
    for number, now in enumerate(rehearsal.looks()):
        rehearsal.look(now)
        if told is not None and number % LOOKS_TOLD == 0:
            told(now)
    return Outcome(said=tuple(rehearsal.said), together=rehearsal.together)


class _Rehearsal:
    """One room while its past is gone through."""

    def __init__(self, history: History, policy: Policy) -> None:
        self.said: list[Rehearsed] = []
        self.together = 0
        self._history = history
        self._policy = policy
        self._picture = Picture(history.org, history.room, policy.reach)
        self._guard = INTERVENTIONS.initial()
        self._tally = Tally()
        self._rests_until = 0
        self._found: int | None = None

    def looks(self) -> Iterator[int]:
        """The moments at which it looks, once a step and at each event; what happened by then is folded."""
        since, until, step = self._history.since, self._history.until, self._policy.step
        last = tick = 0
        for moment, _, sign in _signs(self._history):
            if moment > until:
                break
            yield from self._ticks(tick, moment)
            self._count(last, moment)
            last, tick = moment, moment // step * step + step
            self._take(sign, moment)
            if isinstance(sign, Recorded) and moment >= since:
                yield moment
        yield from self._ticks(tick, until)
        self._count(last, until)

    def look(self, now: int) -> None:
        """See whether there is anything to decide or to measure, and if so do it."""
        if now < self._rests_until:
            return
        self._know_topic()
        finding = choose(self._picture, now, self._policy, self._history.exempt)
        if finding is None:
            self._found = None
            if decided := unmeasured(self._picture, now, self._policy):
                command = outcome(self._picture, decided, self._policy, self._picture.position)
                self._perform(command, now)
            return
        self._found = now if self._found is None else self._found
        if is_due(self._picture, self._found, now, self._policy):
            command = wish(self._picture, finding, now, self._policy, self._tally, self._picture.position)
            self._say(self._perform(command, now))

    def _perform(self, command: InterventionCommand, now: int) -> Sequence[Event]:
        """Decide as the log would, and fold what comes of it."""
        at = EPOCH + now * MILLISECOND
        context = Context(org=self._history.org, actor=ACTOR, role="service", at=at)
        try:
            events = INTERVENTIONS.decide(command, self._guard, context)
        except Refused:
            self._rests_until = now + self._policy.held
            return ()
        for event in events:
            self._step(event)
        return events

    def _step(self, event: Event) -> None:
        self._guard = INTERVENTIONS.evolve(self._guard, event)
        if isinstance(event, Step):
            self._picture.said.fold(event)
        if isinstance(event, OutcomeMeasured):
            self._tally.count(event)

    def _say(self, events: Sequence[Event]) -> None:
        """Say what was decided in the words of a template, unless it is left unsaid by lot."""
        decided = next((event for event in events if isinstance(event, InterventionDecided)), None)
        if decided is None:
            return
        held_out = any(isinstance(event, InterventionHeldOut) for event in events)
        pseudonym = self._picture.pseudonyms()[decided.person]
        keys = (self._history.keys.get(problem) for problem in self._picture.problems)
        rules = Rules(addressee=pseudonym, keys=tuple(key for key in keys if key))
        text = template(decided.move, decided.intervention, rules)
        self.said.append(Rehearsed(decided=decided, pseudonym=pseudonym, text=text, held_out=held_out))
        if not held_out:
            self._step(
                InterventionDelivered(
                    intervention=decided.intervention,
                    room=decided.room,
                    person=decided.person,
                    text=text,
                    why=decided.evidence,
                    source="template",
                )
            )

    def _know_topic(self) -> None:
        """The words of the problem, as whoever reads the room from the log knows them."""
        picture = self._picture
        if picture.guidance.reading and picture.problems and not picture.reading.topic:
            picture.reading.set_topic(*self._history.texts.get(picture.problems[-1], ()))

    def _take(self, sign: Recorded | tuple[str, bool], moment: int) -> None:
        if isinstance(sign, tuple):
            self._picture.mark(*sign, moment)
        elif isinstance(sign.event, CallsDeclined | CallsAllowed):
            spared = {sign.event.person}
            now = self._picture.spared
            self._picture.spared = now | spared if isinstance(sign.event, CallsDeclined) else now - spared
            self._guard = INTERVENTIONS.evolve(self._guard, sign.event)
        elif isinstance(sign.event, OutcomeMeasured) and sign.event.room != self._history.room:
            self._tally.count(sign.event)
        elif sign.actor == ACTOR and moment >= self._history.since:
            self._picture.position = sign.position  # it did not happen, and its place in the log stays empty
        else:
            self._picture.fold(sign)
            self._guard = INTERVENTIONS.evolve(self._guard, sign.event)
            if isinstance(sign.event, OutcomeMeasured):
                self._tally.count(sign.event)

    def _count(self, after: int, upto: int) -> None:
        if self._picture.together is not None:
            self.together += max(0, upto - max(after, self._history.since))

    def _ticks(self, first: int, upto: int) -> Iterator[int]:
        """The looks from `first` to `upto`, while there is a group to look at."""
        if self._picture.together is None:
            return
        since, step = self._history.since, self._policy.step
        yield from range(max(first, -(-since // step) * step), upto + 1, step)


def _signs(history: History) -> list[Sign]:
    """All that is heard, in the order in which it is heard."""
    heard: list[Sign] = []
    latest = 0
    for recorded in history.events:
        latest = max(latest, millis(recorded.at))  # the clocks of two nodes may differ by a little
        heard.append((latest, HAPPENS, recorded))
        if history.signs and isinstance(recorded.event, TurnTaken):
            turn = recorded.event
            heard += [(turn.started, BEGINS, (turn.person, True)), (turn.ended, ENDS, (turn.person, False))]
    heard.sort(key=lambda sign: sign[:2])
    return heard
