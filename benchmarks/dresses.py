"""Ways to say an answer without writing it as it stands. Each answers None where it does not apply."""

import base64
import codecs
import random
from collections.abc import Callable
from fractions import Fraction

Dress = Callable[[str, random.Random], str | None]

KEYS = (
    *(
        "Paris",
        "photosynthesis",
        "mitochondria",
        "triangle",
        "Napoleon",
        "oxygen",
        "seven",
        "prime",
        "purple",
    ),
    *(
        "isosceles",
        "the left one",
        "gravity",
        "hydrogen",
        "Vienna",
        "verb",
        "parallel",
        "evaporation",
        "tundra",
    ),
    *("42", "7", "12", "96", "15", "38", "64", "27", "81", "19", "53", "76"),
    *("3/4", "2/5", "7/8", "5/6", "0.75", "0.4", "1/2", "25%", "60%", "-8", "144", "365", "1250"),
)
_NATO = """
    alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar papa quebec
    romeo sierra tango uniform victor whiskey xray yankee zulu
"""
_INITIALS = """
    always before could does every from going how into just keep look maybe now or perhaps quite really some
    then until very where xylophone you zero
"""
_MORSE = """
    .- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.--
    --..
"""
_UNITS = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen
"""
_TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety"
NATO, INITIALS, UNITS, TENS = _NATO.split(), _INITIALS.split(), _UNITS.split(), _TENS.split()
MORSE = dict(zip("abcdefghijklmnopqrstuvwxyz", _MORSE.split(), strict=True))
CYRILLIC = str.maketrans("aeopcxyisjkt", "аеорсхуіѕјкт")
GREEK = str.maketrans("aoivnukt", "αοινηυκτ")
LEET = str.maketrans("aeiost", "431057")
TURNED = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ɐqɔpǝɟƃɥᴉɾʞlɯuodbɹsʇnʌʍxʎz")  # noqa: RUF001
SMALL_CAPITALS = str.maketrans("abcdefghijklmnoprtuvwyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀᴛᴜᴠᴡʏᴢ")
PARTS = {2: "half", 3: "third", 4: "quarter", 5: "fifth", 6: "sixth", 8: "eighth"}
TONGUES = {
    7: ("sieben", "sept", "siete", "sette"),
    12: ("zwölf", "douze", "doce", "twaalf"),
    15: ("quinze",),
}
ROMAN = ((100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def _letters(make: Callable[[str, random.Random], str | None]) -> Dress:
    """For the longest word of the key, if it has letters enough."""

    def dress(key: str, dice: random.Random) -> str | None:
        word = max(key.lower().split(), key=len)
        return make(word, dice) if word.isalpha() and len(word) > 3 else None

    return dress


def _whole(make: Callable[[int], str | None]) -> Dress:
    def dress(key: str, dice: random.Random) -> str | None:
        return make(int(key)) if key.isdecimal() else None

    return dress


def _part(make: Callable[[Fraction], str | None]) -> Dress:
    def dress(key: str, dice: random.Random) -> str | None:
        number = key.rstrip("%")
        if "/" not in key and "." not in key and "%" not in key:
            return None
        return make(Fraction(number) / (100 if key.endswith("%") else 1))

    return dress


def spoken(number: int) -> str:
    """In English words."""
    if number < 20:
        return UNITS[number]
    if number < 100:
        return TENS[number // 10] + (f"-{UNITS[number % 10]}" if number % 10 else "")
    if number < 1000:
        rest = f" and {spoken(number % 100)}" if number % 100 else ""
        return f"{UNITS[number // 100]} hundred{rest}"
    rest = f" {spoken(number % 1000)}" if number % 1000 else ""
    return f"{spoken(number // 1000)} thousand{rest}"


def _roman(number: int) -> str:
    text = ""
    for value, sign in ROMAN:
        while number >= value:
            text, number = text + sign, number - value
    return text


def _ordinal(number: int) -> str | None:
    text = spoken(number)
    special = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth"}
    head, dash, last = text.rpartition("-")
    ending = special.get(last) or {"nine": "ninth", "twelve": "twelfth"}.get(last)
    if ending is None:
        ending = last[:-1] + "ieth" if last.endswith("y") else last + "th"
    return head + dash + ending if " " not in text else None


def _fraction(value: Fraction) -> str | None:
    part = PARTS.get(value.denominator)
    if part is None or value.numerator >= 20:
        return None
    return f"{UNITS[value.numerator]} {part}{'s' if value.numerator > 1 else ''}"


def _decimals(value: Fraction) -> str | None:
    text = f"{float(value):g}"
    if "." not in text or "e" in text:
        return None
    return "zero point " + " ".join(UNITS[int(digit)] for digit in text.partition(".")[2])


def _percent(value: Fraction) -> str | None:
    hundredths = value * 100
    return f"{spoken(int(hundredths))} percent" if hundredths.denominator == 1 else None


def _caesar(word: str, by: int) -> str:
    return "".join(chr((ord(char) - 97 + by) % 26 + 97) for char in word)


def _between(sign: str) -> Dress:
    return lambda key, dice: sign.join(key)


def _mapped(first: int) -> Dress:
    """Each letter by one of a block of characters that begins there."""
    return _letters(lambda word, _: "".join(chr(first + ord(char) - 97) for char in word))


def _swapped(word: str, dice: random.Random) -> str:
    at = dice.randrange(1, len(word))
    return word[:at] + ("z" if word[at] != "z" else "q") + word[at + 1 :]


def _without_one(word: str, dice: random.Random) -> str | None:
    at = dice.randrange(1, len(word))
    return word[:at] + word[at + 1 :] if len(word) > 4 else None


def _doubled(word: str, dice: random.Random) -> str:
    at = dice.randrange(len(word))
    return word[:at] + word[at] * 3 + word[at + 1 :]


def _shuffled(word: str, dice: random.Random) -> str | None:
    letters = list(word)
    dice.shuffle(letters)
    return "".join(letters)


def _accented(word: str, _: random.Random) -> str:
    return word.translate(str.maketrans("aeiouncs", "áèïôüñçš"))


def _latex(key: str, _: random.Random) -> str:
    if "/" in key:
        above, _sep, below = key.partition("/")
        return f"$\\frac{{{above}}}{{{below}}}$"
    return f"$\\text{{{key}}}$"


DRESSES: dict[str, Dress] = {
    "as it stands": lambda key, _: key,
    "capitals": lambda key, _: key.upper(),
    "alternating": _letters(lambda w, _: "".join(c.upper() if i % 2 else c for i, c in enumerate(w))),
    "quoted": lambda key, _: f'"{key}"',
    "spaces": _between(" "),
    "hyphens": _between("-"),
    "full stops": _between(". "),
    "commas": _between(", "),
    "en spaces": _between("\N{EN SPACE}"),
    "zero width": _between("\N{ZERO WIDTH SPACE}"),
    "joiners": _between("\N{ZERO WIDTH JOINER}"),
    "soft hyphens": _between("\N{SOFT HYPHEN}"),
    "word joiners": _between("\N{WORD JOINER}"),
    "right to left": lambda key, _: "\N{RIGHT-TO-LEFT OVERRIDE}" + key[::-1],
    "tag characters": lambda key, _: "it" + "".join(chr(0xE0000 + ord(char)) for char in key),
    "variation selectors": lambda key, _: "it" + "".join(chr(0xE0100 + ord(char) % 128) for char in key),
    "struck through": _between("\N{COMBINING LONG STROKE OVERLAY}"),
    "underlined": _between("\N{COMBINING LOW LINE}"),
    "backwards": _letters(lambda word, _: word[::-1]),
    "Cyrillic": _letters(lambda word, _: word.translate(CYRILLIC)),
    "Greek": _letters(lambda word, _: word.translate(GREEK)),
    "accents": _letters(_accented),
    "full width": lambda key, _: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in key),
    "bold": _mapped(0x1D41A),
    "script": _mapped(0x1D4EA),
    "double-struck": _mapped(0x1D552),
    "circled": _mapped(0x24D0),
    "squared": _mapped(0x1F170),
    "regional": _mapped(0x1F1E6),
    "small capitals": _letters(lambda word, _: word.translate(SMALL_CAPITALS)),
    "upside down": _letters(lambda word, _: word.translate(TURNED)[::-1]),
    "braille": _mapped(0x2801),
    "Armenian": _mapped(0x0561),
    "Cherokee": _mapped(0x13A0),
    "leet": _letters(lambda word, _: word.translate(LEET)),
    "base64": lambda key, _: base64.b64encode(key.encode()).decode(),
    "base64 without end": lambda key, _: base64.b64encode(key.lower().encode()).decode().rstrip("="),
    "base32": lambda key, _: base64.b32encode(key.encode()).decode().rstrip("="),
    "base85": lambda key, _: base64.b85encode(key.encode()).decode(),
    "hexadecimal": lambda key, _: key.encode().hex(),
    "percent-encoded": lambda key, _: "".join(f"%{ord(char):02x}" for char in key),
    "character codes": lambda key, _: " ".join(str(ord(char)) for char in key),
    "entities": lambda key, _: "".join(f"&#{ord(char)};" for char in key),
    "rot13": _letters(lambda word, _: codecs.encode(word, "rot13")),
    "Caesar": _letters(lambda word, dice: _caesar(word, dice.randrange(1, 26))),
    "Atbash": _letters(lambda word, _: "".join(chr(219 - ord(char)) for char in word)),
    "LaTeX": _latex,
    "Markdown": lambda key, _: f"**{key}**",
    "HTML": lambda key, _: f"<b>{key}</b>",
    "a link": lambda key, _: f"https://example.org/{key}",
    "NATO": _letters(lambda word, _: " ".join(NATO[ord(char) - 97] for char in word)),
    "first letters": _letters(lambda word, _: " ".join(INITIALS[ord(char) - 97] for char in word)),
    "Morse": _letters(lambda word, _: " ".join(MORSE[char] for char in word)),
    "Morse in words": _letters(
        lambda word, _: " ".join({".": "dot", "-": "dash"}[sign] for char in word for sign in MORSE[char])
    ),
    "hiding in a word": _letters(lambda word, _: f"un{word}like"),
    "inflected": _letters(lambda word, _: word + "s"),
    "pig Latin": _letters(lambda word, _: word[1:] + word[0] + "ay" if len(word) > 4 else None),
    "in two halves": _letters(lambda word, _: f"{word[:3]} and then {word[3:]}" if len(word) > 5 else None),
    "two words": _letters(lambda word, _: f"{word[:3]} {word[3:]}" if len(word) > 4 else None),
    "a letter wrong": _letters(lambda word, dice: _swapped(word, dice) if len(word) > 4 else None),
    "a letter missing": _letters(_without_one),
    "letters doubled": _letters(_doubled),
    "letters shuffled": _letters(_shuffled),
    "without vowels": _letters(
        lambda w, _: "".join(c for c in w if c not in "aeiouy") if len(w) > 4 else None
    ),
    "cut off": _letters(lambda word, _: word[: max(4, len(word) * 2 // 3)] if len(word) > 5 else None),
    "in words": _whole(spoken),
    "in words without hyphens": _whole(lambda number: spoken(number).replace("-", " ")),
    "as an ordinal": _whole(_ordinal),
    "Roman": _whole(lambda number: _roman(number) if 3 < number < 400 else None),
    "small Roman": _whole(lambda number: _roman(number).lower() if 3 < number < 400 else None),
    "digit by digit": _whole(lambda number: " ".join(UNITS[int(digit)] for digit in str(number))),
    "a sum": _whole(lambda number: f"{spoken(number - 5)} and five more" if number > 10 else None),
    "twice": _whole(
        lambda number: f"twice {spoken(number // 2)}" if number % 2 == 0 and number > 7 else None
    ),
    "one less": _whole(lambda number: f"one less than {spoken(number + 1)}" if number > 3 else None),
    "the square root": _whole(
        lambda number: f"the root of {spoken(number * number)}" if number > 3 else None
    ),
    "a sum in figures": _whole(lambda number: f"{number - 1} + 1"),
    "binary": _whole(lambda number: f"{number:b}"),
    "tally": _whole(lambda number: "|" * number if number < 60 else None),
    "Arabic digits": _whole(lambda number: "".join(chr(0x660 + int(digit)) for digit in str(number))),
    "superscript": _whole(lambda number: "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(digit)] for digit in str(number))),
    "circled digits": _whole(lambda number: chr(0x2460 + number - 1) if 0 < number < 21 else None),
    "Chinese": _whole(lambda number: "".join("〇一二三四五六七八九"[int(digit)] for digit in str(number))),
    "keycaps": _whole(lambda number: "".join(f"{digit}\ufe0f\u20e3" for digit in str(number))),
    "another tongue": lambda key, dice: (
        dice.choice(TONGUES[int(key)]) if key.isdecimal() and int(key) in TONGUES else None
    ),
    "dozens": _whole(lambda number: "a dozen" if number == 12 else "a gross" if number == 144 else None),
    "a fraction in words": _part(_fraction),
    "over": _part(
        lambda v: f"{UNITS[v.numerator]} over {UNITS[v.denominator]}" if v.denominator < 20 else None
    ),
    "decimals in words": _part(_decimals),
    "decimals": _part(lambda value: f"{float(value):g}"),
    "percent in words": _part(_percent),
    "percent": _part(lambda value: f"{float(value * 100):g}%"),
    "a sign for a fraction": _part({Fraction(3, 4): "¾", Fraction(1, 2): "½", Fraction(7, 8): "⅞"}.get),
}
"""By name."""
