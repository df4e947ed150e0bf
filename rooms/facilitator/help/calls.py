"""Questions to a model as they go on record, and ids that are the same whenever they are asked for."""

from hashlib import sha256

from domain.called import Call
from domain.interventions import ModelAnswered, ModelAsked
from rooms.facilitator.phrasing import ModelCall


def identity(*parts: str) -> str:
    """An id for these parts."""
    return sha256(" ".join(parts).encode()).hexdigest()[:32]


def on_record(name: str, room: str, call: ModelCall, answer: str, wrong: str | None) -> Call:
    """What is recorded of a call; `wrong` says why its answer was not taken."""
    outcome = call.outcome if call.outcome != "answered" else "rejected" if wrong else "used"
    return Call(
        asked=ModelAsked(intervention=name, room=room, model=call.model, prompt=call.prompt),
        answered=ModelAnswered(
            intervention=name,
            room=room,
            outcome=outcome,
            reason=wrong or call.reason,
            tokens=call.tokens,
            took=call.took,
            cached=call.cached,
        ),
        request=call.request,
        answer=answer,
    )
