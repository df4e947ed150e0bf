"""What went to a model and what came back: kept for auditors, under the key of whom it concerns."""

from typing import Annotated

from msgspec import Meta

from domain.events import Event
from domain.identity import InterventionId, PersonId, RoomId

LONGEST = 8000
"""Characters of a text that are kept."""
Kept = Annotated[str, Meta(max_length=LONGEST, extra={"personal": True})]


class ModelTextsKept(Event, frozen=True, tag="intervention.model-texts-kept.v1"):
    """What a model was told beside its standing instruction, and its answer as it came, "" if none did.

    People are pseudonyms in both, and what they wrote is left out of `request`: the hash in
    `intervention.model-asked.v1` is of all that was sent. `person` is whom the words were for.
    """

    intervention: InterventionId
    room: RoomId
    person: PersonId
    request: Kept
    answer: Kept
