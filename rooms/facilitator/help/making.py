"""Problems made by rules: families of them, five levels each, the same for the same seed. Pure."""

import random
from collections.abc import Callable
from fractions import Fraction

import msgspec
from msgspec import Struct

from domain.fresh_problems import Family
from rooms.facilitator.numerals import in_figures
from rooms.facilitator.validation import Rules, fault

Dice = random.Random
TRIES = 40
FRACTION = "Give a whole number or a fraction in lowest terms."


class Made(Struct, frozen=True, kw_only=True):
    """A problem with its answer, the lines of a scratchpad that prove it, and hints from vague to plain."""

    prompt: str
    key: str
    checks: tuple[str, ...]
    hints: tuple[str, ...]


def make(family: Family, level: int, seed: str) -> Made:
    """A problem of a family at a level from 1 to 5, whose answer does not stand in it."""
    dice = random.Random(f"{family} {level} {seed}")
    made = _FAMILIES[family](dice, level)
    for _ in range(TRIES):
        if Fraction(made.key) not in in_figures(made.prompt):
            break
        made = _FAMILIES[family](dice, level)
    hints = tuple(hint for hint in made.hints if fault(hint, _rules(made)) is None)
    return msgspec.structs.replace(made, hints=hints)


def _rules(made: Made) -> Rules:
    return Rules(addressee="", keys=(made.key,), known=made.prompt)


def family_of(skill: str) -> Family | None:
    """The family that a skill's name speaks of, None if it is another subject."""
    words = skill.lower()
    return next((family for family, stems in STEMS.items() if any(stem in words for stem in stems)), None)


STEMS: dict[Family, tuple[str, ...]] = {
    "fractions": ("fraction", "thirds", "quarters"),
    "percent": ("percent", "discount", "interest"),
    "ratios": ("ratio", "proportion", "scale"),
    "linear-equations": ("equation", "linear", "algebra", "unknown"),
    "geometry": ("geometr", "area", "perimeter", "rectangle", "triangle", "angle"),
    "arithmetic": (
        "arithmetic",
        "addition",
        "subtraction",
        "multiplication",
        "division",
        "numbers",
        "integers",
    ),
}
"""How the names of skills begin that are practised by each family."""


def _shown(text: str) -> str:
    return text.replace("*", "\N{MULTIPLICATION SIGN}")


def _written(value: Fraction | int) -> str:
    return str(Fraction(value))


def _arithmetic(dice: Dice, level: int) -> Made:
    most = (10, 20, 60, 200, 900)[level - 1]
    a, b, c = (dice.randint(2, most) for _ in range(3))
    if level == 1:
        text, value = f"{a} + {b}", a + b
    elif level == 2:
        text, value = f"{max(a, b)} - {min(a, b)} + {c}", max(a, b) - min(a, b) + c
    elif level == 3:
        small = dice.randint(3, 9)
        text, value = f"{a} + {small} * {c}", a + small * c
    elif level == 4:
        small, other = dice.randint(3, 12), dice.randint(3, 12)
        text, value = f"({a} + {b}) * {small} - {c} * {other}", (a + b) * small - c * other
    else:
        small = dice.randint(6, 25)
        text, value = f"({a} - {b}) * {small} + {c}^2", (a - b) * small + c**2
    return Made(
        prompt=f"Work out {_shown(text)}.",
        key=str(value),
        checks=(f"{text} = {value}",),
        hints=(
            "Which of these operations has to be done before the others?",
            "Write down what each part comes to before you put the parts together.",
        ),
    )


def _fractions(dice: Dice, level: int) -> Made:
    low = (4, 6, 9, 12, 15)[level - 1]
    below = dice.randint(2, low)
    other = below if level == 1 else dice.choice([n for n in range(2, low + 1) if n != below])
    a, b = dice.randint(1, max(1, below - 1)), dice.randint(1, max(1, other - 1))
    sign = "+" if level < 3 else dice.choice("+-*")
    left, right = Fraction(a, below), Fraction(b, other)
    value = {"+": left + right, "-": left - right, "*": left * right}[sign]
    if level == 5:
        value += 1
    text = f"{a}/{below} {sign} {b}/{other}" + (" + 1" if level == 5 else "")
    return Made(
        prompt=f"Work out {_shown(text)}. {FRACTION}",
        key=_written(value),
        checks=(f"{text} = {_written(value)}",),
        hints=(
            "What do the parts of these fractions have in common, and what not?",
            "Into which parts could both wholes be cut?",
        ),
    )


def _percent(dice: Dice, level: int) -> Made:
    rate = dice.choice(((10, 50), (10, 20, 25), (5, 15, 30), (12, 35, 45), (3, 17, 64))[level - 1])
    whole = dice.randint(2, 9) * (100, 40, 20, 50, 25)[level - 1]
    value = Fraction(rate * whole, 100)
    if level < 4:
        prompt, checks = f"What is {rate}% of {whole}?", (f"{rate}% * {whole} = {_written(value)}",)
    else:
        value = whole - value
        prompt = f"A price of {whole} is reduced by {rate}%. What is the new price?"
        checks = (f"{whole} - {rate}% * {whole} = {_written(value)}",)
    if value.denominator > 1:
        prompt += f" {FRACTION}"
    return Made(
        prompt=prompt,
        key=_written(value),
        checks=checks,
        hints=(
            "What does one percent of a thing mean in your own words?",
            "Which simple part of the whole could you find, and then build on?",
        ),
    )


def _ratios(dice: Dice, level: int) -> Made:
    most = (3, 5, 8, 12, 20)[level - 1]
    a, b = dice.sample(range(1, most + 2), 2)
    times = dice.randint(2, most + 1)
    value = b * times
    return Made(
        prompt=f"Two amounts are in the ratio {a} to {b}. The first is {a * times}. What is the second?",
        key=str(value),
        checks=(f"{a * times} * {b} / {a} = {value}",),
        hints=(
            "What happens to one of the amounts if the other grows?",
            "How often does the ratio's number go into the amount that you know?",
        ),
    )


def _linear_equations(dice: Dice, level: int) -> Made:
    most = (9, 12, 12, 15, 20)[level - 1]
    x = Fraction(dice.randint(2, most)) * (1 if level < 3 else dice.choice((1, -1)))
    if level == 5:
        x = Fraction(dice.randint(1, 9), dice.choice((2, 3, 4)))
    a, b = dice.randint(2, 9), dice.randint(1, most)
    if level == 1:
        text = f"x + {b} = {_written(x + b)}"
    elif level < 4:
        text = f"{a}x + {b} = {_written(a * x + b)}"
    else:
        c = dice.choice([n for n in range(1, 9) if n != a])
        text = f"{a}x + {b} = {c}x + {_written(a * x + b - c * x)}".replace("+ -", "- ")
    asked = " Give a fraction in lowest terms." if x.denominator > 1 else ""
    return Made(
        prompt=f"Solve {text} for x.{asked}",
        key=_written(x),
        checks=(f"x = {_written(x)}", text),
        hints=(
            "What was done to x, and in which order?",
            "What could you do to both sides so that less is left beside x?",
        ),
    )


def _geometry(dice: Dice, level: int) -> Made:
    most = (9, 12, 20, 30, 40)[level - 1]
    a, b, c = (dice.randint(2, most) for _ in range(3))
    if level == 1:
        prompt, text = f"A rectangle is {a} long and {b} wide. What is its perimeter?", f"2 * ({a} + {b})"
    elif level == 2:
        prompt, text = f"A rectangle is {a} long and {b} wide. What is its area?", f"{a} * {b}"
    elif level == 3:
        a *= 2
        prompt, text = (
            f"A triangle has a base of {a} and a height of {b}. What is its area?",
            f"{a} * {b} / 2",
        )
    elif level == 4:
        prompt, text = f"A box is {a} long, {b} wide and {c} high. What is its volume?", f"{a} * {b} * {c}"
    else:
        prompt = f"A box is {a} long, {b} wide and {c} high. What is the area of all its faces together?"
        text = f"2 * ({a} * {b} + {a} * {c} + {b} * {c})"
    value = _value(level, a, b, c)
    return Made(
        prompt=prompt,
        key=str(value),
        checks=(f"{text} = {value}",),
        hints=(
            "What would a sketch of it look like, with all that you know written beside it?",
            "Of which simple pieces is it made, and what do you know of each?",
        ),
    )


def _value(level: int, a: int, b: int, c: int) -> int:
    return (2 * (a + b), a * b, a * b // 2, a * b * c, 2 * (a * b + a * c + b * c))[level - 1]


_FAMILIES: dict[Family, Callable[[Dice, int], Made]] = {
    "arithmetic": _arithmetic,
    "fractions": _fractions,
    "percent": _percent,
    "ratios": _ratios,
    "linear-equations": _linear_equations,
    "geometry": _geometry,
}
