"""One question to a model as part of another command: what is recorded of it."""

from collections.abc import Collection

from msgspec import Struct

from domain.events import Event, Item, about
from domain.interventions import ModelAnswered, ModelAsked
from domain.model_calls import LONGEST, ModelTextsKept


class Call(Struct, frozen=True, kw_only=True):
    """A question and its answer, and the texts of both, if they are to be kept."""

    asked: ModelAsked
    answered: ModelAnswered
    request: str = ""
    answer: str = ""

    @property
    def item(self) -> Item:
        """What is on record of it."""
        return about(f"intervention:{self.asked.intervention}", ModelAsked, ModelTextsKept, ModelAnswered)


def recorded(call: Call | None, person: str, before: Collection[str]) -> list[Event]:
    """The events of a call for this person, none if it is one of those that are on record."""
    if call is None or call.asked.intervention in before:
        return []
    texts = ModelTextsKept(
        intervention=call.asked.intervention,
        room=call.asked.room,
        person=person,
        request=call.request[:LONGEST],
        answer=call.answer[:LONGEST],
    )
    return [call.asked, *([texts] if call.request else []), call.answered]
