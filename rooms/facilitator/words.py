"""What the facilitator says when no model speaks: talk moves that invite, to whom a pseudonym stands for."""

import re
from hashlib import sha256

from domain.interventions import Detector
from rooms.facilitator.validation import Rules, fault

TALK_MOVES: dict[Detector, tuple[str, ...]] = {
    "quiet": (
        "{who}, what is your view of this so far?",
        "{who}, how would you go about the next step?",
        "{who}, is there something you would add, or ask?",
        "{who}, which part would you like us to look at together?",
        "{who}, would you put into your own words where we are?",
        "{who}, what should we check before going on?",
    ),
    "dominance": (
        "Let us gather another approach. {who}, how would you begin?",
        "{who}, would you build on this, or go another way?",
        "Before going on, one more perspective. {who}, what would you check next?",
        "{who}, which reasons speak for this idea, and which against it?",
        "{who}, could you put the idea into your own words for us?",
        "Time to hear a further voice. {who}, where would you go from here?",
    ),
}
"""Several for each detector, so that it does not sound the same every time."""

LAST_RESORT = "{who}?"
"""For when every talk move happens to hold a token of the answer."""

_SPACE = re.compile(r"\s+")


def template(detector: Detector, intervention: str, rules: Rules) -> str:
    """A talk move that keeps the rules: always the same one for the same intervention."""
    moves = TALK_MOVES[detector]
    first = int.from_bytes(sha256(intervention.encode()).digest()[:8]) % len(moves)
    for move in (*moves[first:], *moves[:first]):
        text = move.format(who=rules.addressee)
        if fault(text, rules) is None:
            return text
    return LAST_RESORT.format(who=rules.addressee)


def named(text: str, pseudonym: str, name: str) -> str:
    """The text with the person's name in the pseudonym's place."""
    plain = _SPACE.sub(" ", name).strip()
    return re.sub(rf"\b{re.escape(pseudonym)}\b", lambda _: plain, text)
