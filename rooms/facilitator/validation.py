"""One validator for every word the facilitator says, whether a model or a template made it. Pure."""

import re
import unicodedata
from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from rooms.facilitator.leaks import counts_too_much, gives_away
from rooms.facilitator.numerals import in_figures
from rooms.facilitator.plain import WORD, is_disguised, words_of
from rooms.facilitator.vocabulary import JUDGING_STEMS, JUDGING_WORDS, PLACES

LONGEST = 240
SENTENCES = 2

Fault = Literal[
    "too-long",
    "markup",
    "too-many-sentences",
    "pseudonym",
    "figure",
    "answer",
    "disguise",
    "judgement",
    "quote",
]
"""Why a text may not be said; `judgement` is a word of emotion or ability, `disguise` anything that no plain
English sentence has, `figure` a number that was not there before, `quote` what somebody
said, word for word (`lines.py`)."""

_ENDS = re.compile(r"[.!?…。]+(?=[\s\"')\]»]|$)")
_MARKUP = re.compile(r"[<>{}\[\]|`*_#@\\]|https?:|www\.")
_PSEUDONYM = re.compile(r"\bs\d+\b", re.IGNORECASE)
_HIDDEN = ("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp")


class Rules(Struct, frozen=True, kw_only=True):
    """What a text has to obey: whom it addresses, and which answers it must not give away.

    `addressee` is a pseudonym, empty where nobody is addressed; `name_length` is that of the name which will
    take its place; `optional` says that it need not be addressed. `known` is what everybody who will read it
    has before them, for example the problem: its figures and signs may be used, but for those of the answers.
    `choices` says that there are choices to the problem, at which no word may point.
    """

    addressee: str
    name_length: int = 0
    keys: tuple[str, ...] = ()
    optional: bool = False
    known: str = ""
    choices: bool = False


def fault(text: str, rules: Rules) -> Fault | None:
    """The first reason why this may not be said, None if it may."""
    return next((name for name, applies in _FAULTS if applies(text, rules)), None)


def _too_long(text: str, rules: Rules) -> bool:
    growth = text.count(rules.addressee) * max(0, rules.name_length - len(rules.addressee))
    return len(text) + growth > LONGEST


def _marked_up(text: str, rules: Rules) -> bool:
    if _MARKUP.search(text) or not text.strip(" "):
        return bool(text)
    composed = unicodedata.normalize("NFC", text)
    return any(unicodedata.category(char) in _HIDDEN for char in text) or any(
        unicodedata.category(char).startswith("M") for char in composed
    )


def _too_many_sentences(text: str, rules: Rules) -> bool:
    return sum(bool(WORD.search(part)) for part in _ENDS.split(text)) > SENTENCES


def _misaddressed(text: str, rules: Rules) -> bool:
    found = set(_PSEUDONYM.findall(unicodedata.normalize("NFKC", text)))
    wanted = {rules.addressee} if rules.addressee else set[str]()
    return not text or not (found == wanted or (rules.optional and not found))


def _has_figure(text: str, rules: Rules) -> bool:
    rest = _without_addressee(text, rules)
    if any(unicodedata.category(char).startswith("N") and not char.isascii() for char in rest):
        return True
    return bool(in_figures(rest) - in_figures(rules.known))


def _gives_away(text: str, rules: Rules) -> bool:
    return gives_away(_without_addressee(text, rules), rules.keys)


def _is_disguised(text: str, rules: Rules) -> bool:
    return is_disguised(_without_addressee(text, rules), rules.known)


def _counts(text: str, rules: Rules) -> bool:
    return counts_too_much(_without_addressee(text, rules), rules.known)


def _points(text: str, rules: Rules) -> bool:
    return rules.choices and not PLACES.isdisjoint(words_of(text))


def _judges(text: str, rules: Rules) -> bool:
    return any(word in JUDGING_WORDS or word.startswith(JUDGING_STEMS) for word in words_of(text))


_FAULTS: tuple[tuple[Fault, Callable[[str, Rules], bool]], ...] = (
    ("too-long", _too_long),
    ("markup", _marked_up),
    ("too-many-sentences", _too_many_sentences),
    ("pseudonym", _misaddressed),
    ("figure", _has_figure),
    ("answer", _gives_away),
    ("answer", _points),
    ("figure", _counts),
    ("disguise", _is_disguised),
    ("judgement", _judges),
)


def _without_addressee(text: str, rules: Rules) -> str:
    return re.sub(rf"\b{re.escape(rules.addressee)}\b", " ", text) if rules.addressee else text
