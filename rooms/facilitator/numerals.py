"""Numbers however they are written: digits, English words, fractions, decimals, Roman, other tongues."""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

_SMALL_WORDS = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen
"""
_TENS_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_ORDINAL_WORDS = """
    zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth
    fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth
"""
_MANY = {
    **{"nil": 0, "naught": 0, "nought": 0, "once": 1, "single": 1, "solo": 1, "unity": 1, "pair": 2},
    **{"couple": 2, "duo": 2, "twice": 2, "double": 2, "dual": 2, "trio": 3, "thrice": 3, "triple": 3},
    **{"treble": 3, "triad": 3, "quartet": 4, "quadruple": 4, "quintet": 5, "quintuple": 5, "sextet": 6},
    **{"septet": 7, "octet": 8, "octave": 8, "nonet": 9, "decade": 10, "dozen": 12, "fortnight": 14},
    **{"score": 20, "century": 100, "gross": 144, "fourty": 40, "ninty": 90},
}
_TONGUES = """
    eins:1 zwei:2 zwo:2 drei:3 vier:4 funf:5 fuenf:5 sechs:6 sieben:7 acht:8 neun:9 zehn:10 elf:11 zwolf:12
    zwoelf:12 dreizehn:13 vierzehn:14 zwanzig:20 dreissig:30 vierzig:40 funfzig:50 sechzig:60 hundert:100
    deux:2 trois:3 quatre:4 cinq:5 sept:7 huit:8 neuf:9 dix:10 onze:11 douze:12 treize:13 quatorze:14
    quinze:15 seize:16 vingt:20 trente:30 quarante:40 cinquante:50 soixante:60 cent:100
    uno:1 dos:2 tres:3 cuatro:4 cinco:5 seis:6 siete:7 ocho:8 nueve:9 diez:10 doce:12 trece:13 catorce:14
    veinte:20 treinta:30 cuarenta:40 cincuenta:50 sesenta:60 cien:100
    tre:3 quattro:4 cinque:5 sei:6 sette:7 otto:8 nove:9 dieci:10 venti:20 trenta:30 quaranta:40 cinquanta:50
    een:1 twee:2 drie:3 vijf:5 zeven:7 negen:9 tien:10 twaalf:12 twintig:20 dertig:30 veertig:40 vijftig:50
    um:1 dois:2 quatro:4 sete:7 oito:8 dez:10 vinte:20 duo:2 tria:3 quinque:5 septem:7 octo:8 novem:9 decem:10
"""
_ROMAN = re.compile(r"m{0,3}(?:cm|cd|d?c{0,3})(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})")
_ROMANS = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}
_FIGURE = re.compile(
    r"(?P<whole>\d+) (?P<above>\d+) ?/ ?(?P<below>\d+)"
    r"|(?P<over>\d+) ?[/:÷] ?(?P<under>\d+)"
    r"|\d+(?:[., ]\d{3})+(?!\d)|\d+(?:[.,]\d+)?"
)
_AND = ("and", "a", "an", "of")

_SMALL, _TENS = _SMALL_WORDS.split(), _TENS_WORDS.split()
UNITS = {word: value for value, word in enumerate(_SMALL)}
CARDINALS = {
    **UNITS,
    **{word: 10 * (place + 2) for place, word in enumerate(_TENS)},
}
ORDINALS = {
    **dict(zip(_ORDINAL_WORDS.split(), range(20), strict=True)),
    **{f"{word[:-1]}ieth": 10 * (place + 2) for place, word in enumerate(_TENS)},
    **{"hundredth": 100, "thousandth": 1_000, "millionth": 1_000_000},
}
PARTS = {
    **{
        "half": Fraction(1, 2),
        "halves": Fraction(1, 2),
        "quarter": Fraction(1, 4),
        "quarters": Fraction(1, 4),
    },
    **{word + end: Fraction(1, value) for word, value in ORDINALS.items() if value > 2 for end in ("", "s")},
}
"""Words for parts of a whole."""
TONGUES = {word: int(value) for word, _, value in (pair.partition(":") for pair in _TONGUES.split())}
IDIOMATIC = frozenset((*map(Fraction, range(4)), Fraction(1, 2)))
"""Numbers that plain English is full of: "one more", "two ways". They give nothing away of themselves."""


def spelt_out(number: int) -> str | None:
    """A number from 0 to 99 in one English word, None for others."""
    if not 0 <= number <= 99:
        return None
    if number < 20:
        return _SMALL[number]
    return _TENS[number // 10 - 2] + (_SMALL[number % 10] if number % 10 else "")


def in_figures(text: str) -> set[Fraction]:
    """The numbers that stand in digits in the text: a fraction as a whole, and its parts as well."""
    found: set[Fraction] = set()
    for match in _FIGURE.finditer(text.replace("\N{FRACTION SLASH}", "/")):
        found.update(_figure(match))
        found.update(Fraction(digits) for digits in re.findall(r"\d+", match.group()) if len(digits) <= 18)
    return found


def _figure(match: re.Match[str]) -> Iterator[Fraction]:
    parts = match.groupdict()
    if any(len(digits) > 18 for digits in re.findall(r"\d+", match.group())):
        return
    if parts["whole"] is not None and int(parts["below"]):
        yield int(parts["whole"]) + Fraction(int(parts["above"]), int(parts["below"]))
    elif parts["over"] is not None and int(parts["under"]):
        yield Fraction(int(parts["over"]), int(parts["under"]))
    elif parts["whole"] is None and parts["over"] is None:
        yield from _plain(match.group())


def _plain(digits: str) -> Iterator[Fraction]:
    """A comma or a point sets off thousands, or decimals: what can be both is taken for both."""
    if re.fullmatch(r"\d+(?:[., ]\d{3})+", digits):
        yield Fraction(re.sub(r"\D", "", digits))
    if re.fullmatch(r"\d+(?:[.,]\d+)?", digits):
        yield Fraction(digits.replace(",", "."))


def in_words(words: Sequence[str]) -> set[Fraction]:
    """The numbers that these words, in lower case, say in any way that is known here."""
    found = {Fraction(_MANY[word]) for word in words if word in _MANY}
    found |= {PARTS[word] for word in words if word in PARTS}
    found |= {Fraction(ORDINALS[word]) for word in words if word in ORDINALS}
    for first, word in enumerate(words):
        if word in CARDINALS or word in _SCALES:
            found.update(_from(words[first:]))
    return found


def hidden(words: Sequence[str]) -> set[Fraction]:
    """Numbers in Roman figures and in other tongues; English words may look the same by chance."""
    found = {Fraction(TONGUES[word]) for word in words if word in TONGUES}
    found |= {Fraction(_roman(word)) for word in words if len(word) > 1 and _ROMAN.fullmatch(word)}
    return found


def _roman(word: str) -> int:
    values = [_ROMANS[letter] for letter in word]
    return sum(-a if a < b else a for a, b in pairwise([*values, 0]))


def _from(words: Sequence[str]) -> Iterator[Fraction]:
    """What the number says that begins with the first of these words, at each word where it could end."""
    total = group = 0
    for place, word in enumerate(words):
        if word in CARDINALS:
            group += CARDINALS[word]
        elif word in _SCALES:
            total, group = _scaled(total, group, _SCALES[word])
        elif not place or word not in _AND:
            if place:
                yield from _ending(total + group, words, place)
            return
        else:
            continue
        yield Fraction(total + group)


def _ending(number: int, words: Sequence[str], place: int) -> Iterator[Fraction]:
    """What comes of a number by the word behind it: decimals, a fraction, an ordinal."""
    word, rest = words[place], words[place + 1 :]
    if word in ("point", "dot", "comma"):
        yield from _decimals(number, rest)
    elif word in ("over", "slash", "by"):
        yield from (number / below for below in _from(rest) if below)
    elif word in PARTS:
        yield from _parts(number, PARTS[word], words[:place])
    if word in ORDINALS:
        yield Fraction(number + ORDINALS[word])


def _scaled(total: int, group: int, scale: int) -> tuple[int, int]:
    if scale == 100:
        return total, max(1, group) * 100
    return total + max(1, group) * scale, 0


def _decimals(whole: int, words: Sequence[str]) -> Iterator[Fraction]:
    digits = ""
    for word in words:
        if word not in CARDINALS:
            return
        digits += str(CARDINALS[word])
        yield whole + Fraction(int(digits), 10 ** len(digits))


def _parts(count: int, part: Fraction, before: Sequence[str]) -> Iterator[Fraction]:
    """Three quarters; and, after "one and", one and three quarters."""
    yield count * part
    if "and" in before:
        cut = len(before) - 1 - list(reversed(before)).index("and")
        whole = max(_from(before[:cut]), default=None)
        above = max(_from([word for word in before[cut + 1 :] if word not in _AND]), default=Fraction(1))
        if whole is not None:
            yield whole + above * part
