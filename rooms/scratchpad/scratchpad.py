"""The scratchpad: lines of mathematics, worked out exactly, and what is claimed in them looked at.

Lines are read by a grammar (`mathematics.py`) and worked out with bounded numbers (`exact.py`): nothing is
evaluated as a program. `docs/board-schema.md` says what a line may hold.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Literal

from lark import Token, Tree
from msgspec import Struct

from rooms.scratchpad.exact import Budget, Exact, Unreckonable, written
from rooms.scratchpad.mathematics import Unreadable, read

LINES = 60
"""In one scratchpad, at most."""
CHARACTERS = 4_000
"""In all lines together, at most."""
LINE_STEPS = 500
SHEET_STEPS = 6_000
"""What one line, and all lines, may cost: a step is one operation on two fractions."""
Kind = Literal["nothing", "value", "defined", "right", "wrong", "open", "error"]
ALL_STEPS = "This scratchpad holds too much to work out at once."


class Result(Struct, frozen=True, kw_only=True):
    """What a line comes to.

    `text` is the value of an expression or of a name that is defined, the names that an equality depends on
    (`open`), or what is the matter (`error`); `about` is the value in decimals where `text` is a fraction."""

    kind: Kind
    text: str = ""
    about: str = ""


OPERATIONS: Mapping[str, Callable[[Exact, Exact, Budget], Exact]] = {
    "plus": Exact.plus,
    "minus": Exact.minus,
    "times": Exact.times,
    "over": Exact.over,
    "power": Exact.power,
}
NOTHING = Result(kind="nothing")


class NothingAbove(Unreckonable):
    """There is nothing above that this could be equal to."""


class DefinedByItself(Unreckonable):
    """A name cannot stand for something that holds it."""


class _Sheet:
    def __init__(self) -> None:
        self._names: dict[str, Exact] = {}
        self._last: Exact | None = None
        self._left = SHEET_STEPS
        self._budget = Budget(0)

    def line(self, text: str) -> Result:
        """The next line."""
        if not text.strip() or text.lstrip().startswith("#"):
            return NOTHING
        if self._left <= 0:
            return Result(kind="error", text=ALL_STEPS)
        self._budget = Budget(LINE_STEPS)
        try:
            return self._result(read(text))
        except (Unreadable, Unreckonable) as error:
            return Result(kind="error", text=str(error))
        finally:
            self._left -= LINE_STEPS - self._budget.left

    def _result(self, tree: Tree[Token]) -> Result:
        parts = [part for part in tree.children if isinstance(part, Tree)]
        if parts[0].data == "claimed":
            return self._claimed([self._value(part) for part in parts[1:]])
        if len(parts) > 1 and parts[0].data == "name":
            return self._defined(str(parts[0].children[0]), [self._value(part) for part in parts[1:]])
        sides = [self._value(part) for part in parts]
        self._last = sides[-1]
        return self._compared(sides) if len(sides) > 1 else _value("value", sides[0])

    def _claimed(self, sides: list[Exact]) -> Result:
        if self._last is None:
            raise NothingAbove
        return self._compared([self._last, *sides])

    def _defined(self, name: str, sides: list[Exact]) -> Result:
        if name in sides[0].names:
            raise DefinedByItself
        self._last = self._names[name] = sides[0]
        return self._compared(sides) if len(sides) > 1 else _value("defined", sides[0])

    def _compared(self, sides: list[Exact]) -> Result:
        differences = [side.minus(sides[0], self._budget) for side in sides[1:]]
        if any(difference.plain for difference in differences):  # a number, and not zero
            return Result(kind="wrong")
        names = sorted(set[str]().union(*(difference.names for difference in differences)))
        return Result(kind="open", text=", ".join(names)) if names else Result(kind="right")

    def _value(self, tree: Tree[Token]) -> Exact:
        match tree.data:
            case "number":
                return Exact.number(Fraction(str(tree.children[0])))
            case "name":
                name = str(tree.children[0])
                return self._names.get(name) or Exact.name(name)
            case "function":
                function, inside = tree.children
                value = self._value(_tree(inside))
                return value.root() if function == "sqrt" else value.size()
            case operation:
                return self._operated(operation, [self._value(_tree(part)) for part in tree.children])

    def _operated(self, operation: str, values: Sequence[Exact]) -> Exact:
        if operation == "negative":
            return values[0].negative()
        if operation == "percent":
            return values[0].over(Exact.number(100), self._budget)
        return OPERATIONS[operation](values[0], values[1], self._budget)


def _tree(part: Tree[Token] | Token) -> Tree[Token]:
    assert isinstance(part, Tree)  # the grammar has tokens in numbers, names and functions only
    return part


def _value(kind: Kind, value: Exact) -> Result:
    plain = value.plain
    about = "" if plain is None or plain.denominator == 1 else f"{float(plain):.6g}"
    return Result(kind=kind, text=written(value), about=about)


def worked_out(lines: Sequence[str]) -> tuple[Result, ...]:
    """What each of the lines comes to, in their order; each may use names and the value of those above."""
    return tuple(_each(lines))


def _each(lines: Sequence[str]) -> Iterator[Result]:
    sheet = _Sheet()
    for line in lines:
        yield sheet.line(line)
