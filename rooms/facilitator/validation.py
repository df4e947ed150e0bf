"""One validator for every word the facilitator says, whether a model or a template made it. Pure."""

import re
import unicodedata
from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from rooms.facilitator.vocabulary import FUNCTION_WORDS, JUDGING_STEMS, JUDGING_WORDS, LOOKALIKES, spelt_out

LONGEST = 240
SENTENCES = 2

Fault = Literal["too-long", "markup", "too-many-sentences", "pseudonym", "figure", "answer", "judgement"]
"""Why a text may not be said; `judgement` is a word of emotion or ability."""

_ENDS = re.compile(r"[.!?…。]+(?=[\s\"')\]»]|$)")
_MARKUP = re.compile(r"[<>{}\[\]|`*_#@\\]|https?:|www\.")
_PSEUDONYM = re.compile(r"\bs\d+\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_HIDDEN = ("Cc", "Cf", "Co", "Cs", "Cn")


class Rules(Struct, frozen=True, kw_only=True):
    """What a text has to obey: whom it addresses, and which answers it must not give away.

    `addressee` is a pseudonym; `name_length` is that of the name which will take its place.
    """

    addressee: str
    name_length: int = 0
    keys: tuple[str, ...] = ()


def fault(text: str, rules: Rules) -> Fault | None:
    """The first reason why this may not be said, None if it may."""
    return next((name for name, applies in _FAULTS if applies(text, rules)), None)


def _too_long(text: str, rules: Rules) -> bool:
    growth = text.count(rules.addressee) * max(0, rules.name_length - len(rules.addressee))
    return len(text) + growth > LONGEST


def _marked_up(text: str, rules: Rules) -> bool:
    return bool(_MARKUP.search(text)) or any(unicodedata.category(char) in _HIDDEN for char in text)


def _too_many_sentences(text: str, rules: Rules) -> bool:
    return sum(bool(_WORD.search(part)) for part in _ENDS.split(text)) > SENTENCES


def _misaddressed(text: str, rules: Rules) -> bool:
    return set(_PSEUDONYM.findall(unicodedata.normalize("NFKC", text))) != {rules.addressee}


def _has_figure(text: str, rules: Rules) -> bool:
    return any(unicodedata.category(char).startswith("N") for char in _without_addressee(text, rules))


def _gives_away(text: str, rules: Rules) -> bool:
    rest = _without_addressee(text, rules)
    words = _words(rest)
    return any(_answers(rest, words, key) for key in rules.keys)


def _judges(text: str, rules: Rules) -> bool:
    return any(word in JUDGING_WORDS or word.startswith(JUDGING_STEMS) for word in _words(text))


_FAULTS: tuple[tuple[Fault, Callable[[str, Rules], bool]], ...] = (
    ("too-long", _too_long),
    ("markup", _marked_up),
    ("too-many-sentences", _too_many_sentences),
    ("pseudonym", _misaddressed),
    ("figure", _has_figure),
    ("answer", _gives_away),
    ("judgement", _judges),
)


def _without_addressee(text: str, rules: Rules) -> str:
    return re.sub(rf"\b{re.escape(rules.addressee)}\b", " ", text)


def _answers(text: str, words: list[str], key: str) -> bool:
    """Whether any token of the answer stands there, also inflected, spelt out, spaced out or backwards."""
    tokens = _tokens(key)
    if not tokens:
        return any(char in text for char in key if not char.isspace() and char not in ".,;:?!'\"-")
    together = "".join(words)
    return any(_contains(token, words, together) for token in tokens)


def _contains(token: str, words: list[str], together: str) -> bool:
    if token in words:
        return True
    if not token.isascii():  # a script that may not put spaces between its words
        return token in together
    if len(token) >= 3 and any(word.startswith(token) for word in words):
        return True
    return len(token) >= 4 and (token in together or token[::-1] in together)


def _tokens(key: str) -> set[str]:
    """What must not be said: the words of the answer that mean something, its numbers also in words."""
    words = set(_words(key))
    meaning = words - FUNCTION_WORDS or words
    numbers = (spelt_out(int(word)) for word in meaning if word.isdecimal() and len(word) <= 2)
    return meaning | {number for number in numbers if number}


def _words(text: str) -> list[str]:
    """In lower case without accents, with look-alike letters and all kinds of digits made plain."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    kept = (char for char in folded if unicodedata.category(char) not in ("Mn", "Cf"))
    return _WORD.findall("".join(map(_digit, kept)).translate(LOOKALIKES))


def _digit(char: str) -> str:
    value = unicodedata.decimal(char, None)
    return char if value is None else str(value)
