"""Whether a text gives an answer away, as it stands or in a dress: letters, numbers, codes. Pure."""

import re
from base64 import b32decode, b64decode
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from rooms.facilitator.numerals import CARDINALS, IDIOMATIC, hidden, in_figures, in_words, spelt_out
from rooms.facilitator.plain import meaning_of, words_of
from rooms.facilitator.vocabulary import FUNCTION_WORDS

_MEANINGLESS = ".,;:?!'\"-"
_CODED = re.compile(r"[A-Za-z0-9+/_-]{4,}")
_APART = 3
"""Words between two halves of a token, at most."""


class Answer:
    """The key of a problem, made ready for comparing."""

    def __init__(self, key: str) -> None:
        meaning = meaning_of(key)
        numbers = (spelt_out(int(word)) for word in meaning if word.isdecimal() and len(word) <= 2)
        self.tokens = meaning | {number for number in numbers if number}
        self.signs = {char for char in key if not char.isspace() and char not in _MEANINGLESS}
        self.values = _with_percent(key, in_figures(key) | _said(words_of(key)))
        self.digits = {word for word in meaning if word.isdecimal() and len(word) > 1}

    def is_in(self, text: str) -> bool:
        """Whether the text gives it away."""
        if not self.tokens:
            return bool(self.signs & set(text))
        words = words_of(text)
        return (
            any(_contains(token, words, "".join(words)) for token in self.tokens)
            or self._is_counted(text, words)
            or any(self._is_under(dress) for dress in _undressed(text, words))
        )

    def _is_counted(self, text: str, words: Sequence[str]) -> bool:
        """Whether a number in it is the answer, or two numbers that it puts side by side come to it."""
        if not self.values:
            return False
        said = _with_percent(text, in_figures(text) | _said(words)) | hidden(words)
        digits = "".join(str(CARDINALS[word]) for word in words if CARDINALS.get(word, 10) < 10)
        return bool(said & self.values) or any(number in digits for number in self.digits)

    def _is_under(self, undressed: str) -> bool:
        return any(len(token) > 2 and token in undressed for token in self.tokens)


@lru_cache(maxsize=512)
def answer(key: str) -> Answer:
    """The key made ready; kept, since the same few are asked for again and again."""
    return Answer(key)


def gives_away(text: str, keys: Iterable[str]) -> bool:
    """Whether any token of any of the answers stands there, in whatever dress is known here."""
    return any(answer(key).is_in(text) for key in keys)


def counts_too_much(text: str, known: str) -> bool:
    """Whether it says a number, in words, that was not there before: it may be worked out of the answer."""
    words = words_of(text)
    new = _said(words) - IDIOMATIC - in_figures(known) - _said(words_of(known))
    counted = [word for word in words if word in CARDINALS]
    return bool(new) or len(counted) > 4


def _said(words: Sequence[str]) -> set[Fraction]:
    return in_words(words)


def _with_percent(text: str, values: set[Fraction]) -> set[Fraction]:
    """Three quarters are seventy-five percent."""
    folded = text.casefold()
    if "%" in folded or "percent" in folded or "per cent" in folded or "hundredths" in folded:
        return values | {value / 100 for value in values}
    return values


def _contains(token: str, words: Sequence[str], together: str) -> bool:
    if token in words:
        return True
    if not token.isascii():  # a script that may not put spaces between its words
        return token in together
    if len(token) >= 3 and any(word.startswith(token) for word in words):
        return True
    if len(token) < 4:
        return False
    return (
        token in together
        or token[::-1] in together
        or any(map(_nearly(token), words))
        or _halved(token, words)
    )


@lru_cache(maxsize=2048)
def _nearly(token: str) -> Callable[[str], bool]:
    """Whether a word is the token but for a letter, or with letters doubled, moved or shifted."""
    squeezed, letters, shape = _squeezed(token), sorted(token), _shape(token)
    mirrored = tuple(-step % 26 for step in shape)
    turned = token + token

    def nearly(word: str) -> bool:
        if word in FUNCTION_WORDS or len(word) < 4:
            return False
        if _squeezed(word) == squeezed or sorted(word) == letters:
            return True
        if len(word) == len(token) and _shape(word) in (shape, mirrored):
            return True
        begins = 2 * len(word) >= len(token) and token.startswith(word)
        return begins or (len(token) > 4 and (_differ_by_one(word, token) or _in_turn(turned, token, word)))

    return nearly


def _squeezed(word: str) -> str:
    return re.sub(r"(.)\1+", r"\1", word)


def _shape(word: str) -> tuple[int, ...]:
    """The steps from letter to letter: the same however far all letters are shifted."""
    return tuple((ord(b) - ord(a)) % 26 for a, b in pairwise(word))


def _differ_by_one(word: str, token: str) -> bool:
    """Whether one letter is another, missing or too many."""
    if abs(len(word) - len(token)) > 1:
        return False
    same = next(
        (i for i, (a, b) in enumerate(zip(word, token, strict=False)) if a != b), min(len(word), len(token))
    )
    tails = ((same + 1, same + 1), (same + 1, same), (same, same + 1))
    return any(word[i:] == token[j:] for i, j in tails)


def _in_turn(turned: str, token: str, word: str) -> bool:
    """Whether the word holds the token with its beginning put behind its end, as in secret languages."""
    return any(turned[i : i + len(token)] in word for i in range(1, min(4, len(token))))


def _halved(token: str, words: Sequence[str]) -> bool:
    """Whether the token stands there in two halves, with a few words in between."""
    if len(token) < 5:
        return False
    for place, word in enumerate(words):
        if 1 < len(word) < len(token) - 1 and token.startswith(word) and word not in FUNCTION_WORDS:
            rest = token[len(word) :]
            if rest in words[place + 1 : place + 2 + _APART]:
                return True
    return False


def _undressed(text: str, words: Sequence[str]) -> Iterable[str]:
    """What may be read in a text in other ways: first and last letters of its words, and codes undone."""
    yield "".join(word[0] for word in words)
    yield "".join(word[-1] for word in words)
    for coded in _CODED.findall(text):
        yield from _decoded(coded)


def _decoded(coded: str) -> Iterable[str]:
    padded = coded + "=" * (-len(coded) % 4)
    for decode in (
        lambda: b64decode(padded, altchars=b"-_", validate=False),
        lambda: b32decode(coded.upper() + "=" * (-len(coded) % 8)),
        lambda: bytes.fromhex(coded),
    ):
        with suppress(ValueError):
            yield decode().decode("utf-8", errors="ignore").casefold()
