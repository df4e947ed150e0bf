"""What the facilitator says when no model speaks: talk moves, to whom a pseudonym stands for.

The moves are those of academically productive talk (Michaels, O'Connor and Resnick, "Deliberative Discourse
Idealized and Realized", 2008); the wordings are ours.
"""

import re
from hashlib import sha256
from typing import Literal

from rooms.facilitator.validation import Rules, fault

Move = Literal["invite", "revoice", "press", "challenge", "connect", "wait"]

TALK_MOVES: dict[Move, tuple[str, ...]] = {
    "invite": (
        "{who}, what is your view of this so far?",
        "{who}, how would you go about the next step?",
        "{who}, is there something you would add, or ask?",
        "{who}, which part would you like us to look at together?",
        "Let us gather another approach. {who}, how would you begin?",
        "Before going on, one more perspective. {who}, what would you check next?",
    ),
    "revoice": (
        "{who}, would you put into your own words where we are?",
        "{who}, could you say again what the idea on the table is?",
        "{who}, how would you explain this step to somebody who was not here?",
        "Let us make sure that we all mean the same. {who}, what did you take from it?",
        "{who}, would you sum up what has been tried so far?",
    ),
    "press": (
        "{who}, which reasons speak for this idea, and which against it?",
        "{who}, what makes you think so?",
        "{who}, how could you show somebody else that this works?",
        "{who}, which step would you want to see a reason for?",
        "Let us hear the reasons behind it. {who}, would you begin?",
    ),
    "challenge": (
        "{who}, where might this not hold?",
        "{who}, what would somebody say who sees it otherwise?",
        "{who}, is there a case in which this comes out differently?",
        "{who}, what could we check before we settle on it?",
        "Let us put it to the test. {who}, what would you try?",
    ),
    "connect": (
        "{who}, would you build on this, or go another way?",
        "{who}, how does this go together with what was said before?",
        "{who}, does this remind you of something that we did earlier?",
        "{who}, what do the different ideas have in common?",
        "{who}, which of the ideas so far would you take further?",
    ),
    "wait": (
        "Let us all take a moment to think. {who}, you may begin whenever you like.",
        "Time to think for everybody. {who}, what comes to mind?",
        "Take your time, {who}. What would you look at next?",
        "No hurry: let us think on our own for a moment. {who}, would you go ahead after that?",
    ),
}
"""Several wordings for each, so that it does not sound the same every time."""

FITTING: dict[str, tuple[Move, ...]] = {
    "quiet": ("invite", "connect", "revoice"),
    "dominance": ("invite", "connect", "press"),
    "consensus": ("challenge", "press", "revoice"),
    "stuck": ("connect", "revoice", "wait"),
    "reasons": ("press", "challenge", "revoice"),
    "alone": ("invite", "connect", "revoice"),
    "overlap": ("revoice", "wait", "invite"),
    "silence": ("invite", "wait", "connect"),
    "drift": ("revoice", "connect", "invite"),
}
"""The moves that suit what was noticed, the plainest first."""

LAST_RESORT = "{who}?"
"""For when every talk move happens to hold a token of the answer."""

_SPACE = re.compile(r"\s+")


def template(move: Move, intervention: str, rules: Rules) -> str:
    """A wording of the move that keeps the rules: always the same one for the same intervention."""
    wordings = TALK_MOVES[move]
    first = int.from_bytes(sha256(intervention.encode()).digest()[:8]) % len(wordings)
    for wording in (*wordings[first:], *wordings[:first]):
        text = wording.format(who=rules.addressee)
        if fault(text, rules) is None:
            return text
    return LAST_RESORT.format(who=rules.addressee)


def named(text: str, pseudonym: str, name: str) -> str:
    """The text with the person's name in the pseudonym's place."""
    plain = _SPACE.sub(" ", name).strip()
    return re.sub(rf"\b{re.escape(pseudonym)}\b", lambda _: plain, text)
