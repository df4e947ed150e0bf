"""What came of an intervention, or of none in its place: one figure before and one after. Pure.

Both are over windows of the same length, which meet at the moment of the decision, in whole thousandths.

| detector | figure | better if |
|---|---|---|
| quiet | the person's part of an even share of the talk, messages or edits, whichever is most | 200 or more |
| dominance | D of whoever had most of the talk | less than 333 |
| alone | D of whoever made most edits | less than 800, or nobody edits any more |
| overlap | the part of the talk that was while somebody else spoke | below the policy's threshold |
| consensus | the part of the members whose last answer is right | more than before, or all |
| stuck, reasons | right answers, and answers that nobody had given before | any |
| silence | turns, messages and edits | any |
| drift | the part of the messages that has to do with the problem | any |
"""

from collections.abc import Callable, Mapping

from domain.interventions import Detector, InterventionDecided, RecordOutcome, Result
from rooms.facilitator.answers import Attempt
from rooms.facilitator.measures import dominance
from rooms.facilitator.patterns import overlapping
from rooms.facilitator.picture import Picture
from rooms.facilitator.policy import Policy
from rooms.facilitator.track import Track

WHOLE = 1000
TOOK_PART, DOMINATES, EDITS_ALONE = 200, 333, 800
Figure = Callable[[Picture, str, int, int], int]
"""The figure of a picture, for the person addressed, over (after, upto]."""


def outcome(picture: Picture, decided: InterventionDecided, policy: Policy, seen: int) -> RecordOutcome:
    """What came of it, from a picture that was read at least `settle` beyond the window."""
    figure = FIGURES[decided.detector]
    moment, window = decided.moment, policy.outcome
    before = figure(picture, decided.person, moment - window, moment)
    after = figure(picture, decided.person, moment, moment + window)
    return RecordOutcome(
        intervention=decided.intervention,
        room=decided.room,
        ended=moment + window,
        before=before,
        after=after,
        result=_result(decided.detector, before, after, policy),
        seen=seen,
    )


def _result(detector: Detector, before: int, after: int, policy: Policy) -> Result:
    match detector:
        case "quiet":
            better = after >= TOOK_PART
        case "dominance":
            better = after < DOMINATES
        case "alone":
            better = after < EDITS_ALONE
        case "overlap":
            better = after < round(policy.overlap * WHOLE)
        case "consensus":
            better = after > before or after == WHOLE
        case "stuck" | "reasons" | "silence" | "drift":
            better = after > 0
    return "better" if better else "same"


def _took_part(picture: Picture, person: str, after: int, upto: int) -> int:
    return max(_of_even(each(picture, after, upto), person) for each in (_talk, _messages, _edits))


def _of_even(amounts: Mapping[str, int], person: str) -> int:
    total = sum(amounts.values())
    return WHOLE * len(amounts) * amounts.get(person, 0) // total if total else 0


def _most_talk(picture: Picture, person: str, after: int, upto: int) -> int:
    return _top(_talk(picture, after, upto))


def _most_edits(picture: Picture, person: str, after: int, upto: int) -> int:
    return _top(_edits(picture, after, upto))


def _top(amounts: Mapping[str, int]) -> int:
    return int(WHOLE * max(dominance(amounts).values(), default=0.0))


def _overlapped(picture: Picture, person: str, after: int, upto: int) -> int:
    return int(WHOLE * overlapping(picture, after, upto))


def _right(picture: Picture, person: str, after: int, upto: int) -> int:
    latest: dict[str, bool] = {}
    for attempt in _attempts(picture):
        if attempt.at <= upto:
            latest[attempt.person] = attempt.correct
    return WHOLE * sum(latest.values()) // len(latest) if latest else 0


def _ideas(picture: Picture, person: str, after: int, upto: int) -> int:
    tried = [attempt for attempt in _attempts(picture) if after < attempt.at <= upto]
    return WHOLE * sum(attempt.correct or attempt.new for attempt in tried)


def _acts(picture: Picture, person: str, after: int, upto: int) -> int:
    acts = sum(map(sum, (_messages(picture, after, upto).values(), _edits(picture, after, upto).values())))
    return WHOLE * acts + sum(_talk(picture, after, upto).values())


def _on_topic(picture: Picture, person: str, after: int, upto: int) -> int:
    shared = picture.reading.shared(after, upto)
    return WHOLE * sum(shared) // len(shared) if shared else 0


FIGURES: dict[Detector, Figure] = {
    "quiet": _took_part,
    "dominance": _most_talk,
    "consensus": _right,
    "stuck": _ideas,
    "reasons": _ideas,
    "alone": _most_edits,
    "overlap": _overlapped,
    "silence": _acts,
    "drift": _on_topic,
}


def _attempts(picture: Picture) -> list[Attempt]:
    return picture.answers.attempts(picture.problems[-1]) if picture.problems else []


def _present(picture: Picture) -> Mapping[str, Track]:
    """Those who were in at the end of the window, which whoever left in it has left by then."""
    return {person: track for person, track in picture.known().items() if person in picture.members}


def _talk(picture: Picture, after: int, upto: int) -> dict[str, int]:
    return {person: track.talk.within(after, upto) for person, track in _present(picture).items()}


def _messages(picture: Picture, after: int, upto: int) -> dict[str, int]:
    return {person: track.messages.within(after, upto) for person, track in _present(picture).items()}


def _edits(picture: Picture, after: int, upto: int) -> dict[str, int]:
    return {person: track.edits.within(after, upto) for person, track in _present(picture).items()}
