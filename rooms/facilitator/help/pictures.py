"""Pictures for the board: small diagrams of what a problem says, never of what it asks for. Pure."""

import re
from collections.abc import Callable, Sequence
from hashlib import sha256
from itertools import count

from msgspec import Struct

from domain.helping import FACILITATOR
from rooms.facilitator.help.advice import Topic
from rooms.facilitator.validation import Rules, fault

WIDE, HIGH = 480, 300
"""Of a picture, in units of the board."""
COLUMNS, ROWS = 3, 3
"""Places for pictures on the board; from the right at the top on, as people begin on the left."""
LEFT, TOP, APART = 60, 40, 30
INK, SHADE, SOFT = "#5b5bd6", "#e5484d", "#8b8d98"
MOST_PARTS = 12


class Drawn(Struct, frozen=True, kw_only=True):
    """One shape, as `docs/board-schema.md` has it, without its id."""

    kind: str
    points: tuple[float, ...]
    colour: str = INK
    text: str = ""


Draw = Callable[[str, int], list[Drawn]]
"""Takes the problem's prompt and the variant; draws within `WIDE` and `HIGH`."""


def picture(topic: Topic, prompt: str, variant: int, spot: int, rules: Rules) -> list[Drawn]:
    """The picture at a place on the board. Labels that may not be said are left out."""
    column, row = spot % COLUMNS, spot // COLUMNS % ROWS
    x = LEFT + (COLUMNS - 1 - column) * (WIDE + APART)
    y = TOP + row * (HIGH + APART)
    frame = Drawn(kind="rectangle", points=(-10, -10, WIDE + 10, HIGH + 10), colour=SOFT)
    return [
        _moved(shape, x, y) for shape in (frame, *_DRAWN[topic](prompt, variant)) if _may_stand(shape, rules)
    ]


def ids(help: str, room: str, shapes: Sequence[Drawn]) -> tuple[str, ...]:
    """The ids of the shapes, the same whenever it is asked: in the order in which they lie on one another."""
    name = sha256(f"{room} {help}".encode()).hexdigest()[:16]
    return tuple(f"zz-help-{name}-{number:03}" for number, _ in zip(count(), shapes))


def fields(shape: Drawn) -> dict[str, object]:
    """What stands in the document for a shape."""
    text = {"text": shape.text} if shape.text else {}
    common = {"v": 1, "kind": shape.kind, "points": list(shape.points), "colour": shape.colour}
    return {**common, "by": FACILITATOR, **text}


def _may_stand(shape: Drawn, rules: Rules) -> bool:
    return not shape.text or fault(shape.text, rules) is None


def _moved(shape: Drawn, x: float, y: float) -> Drawn:
    points = (value + (y if place % 2 else x) for place, value in enumerate(shape.points))
    return Drawn(kind=shape.kind, points=tuple(points), colour=shape.colour, text=shape.text)


def _bar(x: float, y: float, wide: float, high: float, parts: int, filled: int = 0) -> list[Drawn]:
    """A bar in equal parts, of which the first few are crossed."""
    part = wide / parts
    cuts = [Drawn(kind="line", points=(x + i * part, y, x + i * part, y + high)) for i in range(1, parts)]
    crossed = [
        Drawn(
            kind="line", points=(x + i * part + 4, y + high - 4, x + (i + 1) * part - 4, y + 4), colour=SHADE
        )
        for i in range(filled)
    ]
    return [Drawn(kind="rectangle", points=(x, y, x + wide, y + high)), *cuts, *crossed]


def _label(x: float, y: float, text: str, colour: str = INK) -> Drawn:
    return Drawn(kind="text", points=(x, y), colour=colour, text=text)


def _numbers(prompt: str) -> list[str]:
    return re.findall(r"\d+(?:[./]\d+)?", prompt)


def _fractions(prompt: str, variant: int) -> list[Drawn]:
    found = [(int(a), int(b)) for a, b in re.findall(r"(\d+) ?/ ?(\d+)", prompt)][:2] or [(0, 4)]
    shapes: list[Drawn] = []
    for row, (above, below) in enumerate(found):
        if not 0 < below <= MOST_PARTS:
            continue
        y = 50 + row * 130
        shapes += _bar(20, y, WIDE - 40, 60, below, min(above, below))
        shapes.append(_label(20, y - 12, f"{above}/{below}" if above else "?"))
    return shapes


def _percent(prompt: str, variant: int) -> list[Drawn]:
    numbers = _numbers(re.sub(r"\d+(?:\.\d+)?%", "", prompt))
    whole = [_label(20, 60, f"the whole: {numbers[0]}")] if numbers else []
    parts = (10, 4, 5)[variant % 3]
    return [*_bar(20, 90, WIDE - 40, 80, parts), *whole, _label(20, 220, "Equal parts: how much is in each?")]


def _ratios(prompt: str, variant: int) -> list[Drawn]:
    shares = [min(MOST_PARTS, int(number)) for number in re.findall(r"\d+", prompt)[:2]]
    rows = [_bar(20, 50 + 120 * row, 36 * max(1, n), 50, max(1, n)) for row, n in enumerate(shares)]
    return [shape for row in rows for shape in row] + [_label(20, 290, "Each box holds the same.")]


def _equation(prompt: str, variant: int) -> list[Drawn]:
    found = re.search(r"([-+*/0-9a-z. ()]*[0-9a-z)]) ?= ?([-+*/0-9a-z. ()]*?)(?: for |\.|$)", prompt)
    sides = (
        [side.removeprefix("Solve ").removeprefix("olve ").strip() for side in found.groups()]
        if found
        else ["", ""]
    )
    beam = [
        Drawn(kind="line", points=(60, 150, WIDE - 60, 150)),
        Drawn(kind="line", points=(240, 150, 200, 270)),
        Drawn(kind="line", points=(240, 150, 280, 270)),
        Drawn(kind="line", points=(200, 270, 280, 270)),
    ]
    pans = [Drawn(kind="rectangle", points=(x, 80, x + 170, 148)) for x in (40, WIDE - 210)]
    labels = [_label(x, 122, side) for x, side in zip((60, WIDE - 190), sides, strict=True) if side]
    return [*beam, *pans, *labels]


def _geometry(prompt: str, variant: int) -> list[Drawn]:
    lower, numbers = prompt.casefold(), _numbers(prompt)
    if "triangle" in lower:
        lines = ((60, 260, 420, 260), (60, 260, 250, 60), (250, 60, 420, 260))
        shapes = [Drawn(kind="line", points=each) for each in lines]
        shapes.append(Drawn(kind="line", points=(250, 60, 250, 260), colour=SOFT))
        places = ((220, 290), (262, 170))
    elif "circle" in lower:
        shapes = [
            Drawn(kind="ellipse", points=(120, 30, 360, 270)),
            Drawn(kind="line", points=(240, 150, 360, 150)),
        ]
        places = ((280, 140),)
    else:
        shapes = [Drawn(kind="rectangle", points=(60, 90, 360, 260))]
        if "box" in lower or "cube" in lower:
            shapes.append(Drawn(kind="rectangle", points=(120, 40, 420, 210), colour=SOFT))
            edges = ((60, 90, 120, 40), (360, 90, 420, 40), (60, 260, 120, 210), (360, 260, 420, 210))
            shapes += [Drawn(kind="line", points=edge, colour=SOFT) for edge in edges]
        places = ((200, 290), (370, 270) if len(shapes) > 1 else (370, 180), (10, 180))
    return [*shapes, *(_label(x, y, number) for (x, y), number in zip(places, numbers, strict=False))]


def _arithmetic(prompt: str, variant: int) -> list[Drawn]:
    parts = re.findall("[0-9]+(?:[.][0-9]+)?|[-+*/\u00d7\u00f7^()]", prompt)[:12]
    shapes: list[Drawn] = []
    x, y = 10.0, 20.0
    for part in parts:
        wide = 24 + 13 * len(part)
        if x + wide > WIDE:
            x, y = 10.0, y + 70
        if part[0].isdigit():
            shapes.append(Drawn(kind="rectangle", points=(x, y, x + wide, y + 50)))
        shapes.append(_label(x + 10, y + 35, part))
        x += wide + 6
    part = Drawn(kind="rectangle", points=(10, 220, 180, 280), colour=SOFT)
    return [*shapes, part, _label(30, 258, "which part?", SOFT)]


def _words(prompt: str, variant: int) -> list[Drawn]:
    boxes = ((10, "What is known"), (175, "What links them"), (340, "What is asked"))
    shapes = [Drawn(kind="rectangle", points=(x, 80, x + 130, 220)) for x, _ in boxes]
    labels = [_label(x + 4, 70, text) for x, text in boxes]
    arrows = [Drawn(kind="line", points=(x, 150, x + 35, 150), colour=SHADE) for x in (140, 305)]
    return [*shapes, *labels, *arrows]


_DRAWN: dict[Topic, Draw] = {
    "arithmetic": _arithmetic,
    "fractions": _fractions,
    "percent": _percent,
    "ratios": _ratios,
    "linear-equations": _equation,
    "geometry": _geometry,
    "words": _words,
}
