"""Text made plain: words in lower case without accents or look-alikes; and what is no plain English. Pure."""

import re
import unicodedata
from functools import lru_cache

from rooms.facilitator.vocabulary import FUNCTION_WORDS, LOOKALIKES

WORD = re.compile(r"[^\W_]+")
LETTERS = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
VOWELS = frozenset("aeiouy")
LONGEST_WORD = 18
CODES = frozenset(("dot", "dots", "dash", "dashes", "dit", "dits", "dah", "dahs"))
VOWELLESS = frozenset(("hmm", "nth", "pst"))
PUNCTUATION = frozenset(" .,;:?!'\"()-\u2018\u2019\u201c\u201d\u2013\u2014\u2026")
_CONTRACTIONS = re.compile(r"['\u2019].*")
_SIGNALS = re.compile(r"(?:[-.\u00b7\u2013\u2014][ ]?){4,}")
_LATIN = re.compile(r"LATIN (?:(?:SMALL|CAPITAL) LETTER|LETTER SMALL CAPITAL) ([A-Z])(?: WITH .*)?")
_TOGETHER = frozenset("æœßÆŒ")


@lru_cache(maxsize=512)
def words_of(text: str) -> tuple[str, ...]:
    """In lower case without accents, with look-alike letters and all kinds of digits made plain."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    kept = (char for char in folded if unicodedata.category(char) not in ("Mn", "Cf"))
    return tuple(WORD.findall("".join(map(_plain, kept)).translate(LOOKALIKES)))


@lru_cache(maxsize=4096)
def _plain(char: str) -> str:
    value = unicodedata.decimal(char, None)
    if value is not None:
        return str(value)
    return char if char.isascii() else _latin(char) or char


def _latin(char: str) -> str | None:
    """The plain letter under a Latin one with strokes and hooks, or of another size."""
    found = _LATIN.fullmatch(unicodedata.name(char, ""))
    return found.group(1).lower() if found else None


def is_disguised(text: str, known: str = "") -> bool:
    """Whether there is anything that no plain English sentence has, and that was not known before.

    Other scripts, codes, words spelt letter by letter: whatever they say, nobody has checked it.
    """
    text = unicodedata.normalize("NFC", text)
    if any(not _is_plain(char, known) for char in text) or _SIGNALS.search(text.replace("...", " ")):
        return True
    familiar = set(LETTERS.findall(known))
    words = [_CONTRACTIONS.sub("", word) for word in LETTERS.findall(text)]
    if sum(word.lower() in CODES for word in words) > 2:
        return True
    return any(word not in familiar and _is_code(word) for word in words)


@lru_cache(maxsize=4096)
def _is_letter(char: str) -> bool:
    return char.isascii() or char in _TOGETHER or _latin(char) is not None


def _is_plain(char: str, known: str) -> bool:
    if char in PUNCTUATION or char in known or (char.isascii() and char.isalnum()):
        return True
    return char.isalpha() and _is_letter(char)


def _is_code(word: str) -> bool:
    """A letter alone, capitals where there are none, no vowel, or longer than any word."""
    lower = word.lower()
    if len(word) == 1:
        return lower not in ("a", "i", "o")
    if word[1:] != lower[1:] or len(word) > LONGEST_WORD:
        return True
    return not VOWELS & set("".join(words_of(word))) and lower not in VOWELLESS


def meaning_of(text: str) -> set[str]:
    """The words by which an answer is known: not those that give nothing away, if there are others."""
    words = set(words_of(text))
    return words - FUNCTION_WORDS or words
