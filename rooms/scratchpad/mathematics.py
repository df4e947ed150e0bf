"""Lines of mathematics, read by a grammar: nothing that is written is ever run."""

from collections.abc import Iterator
from functools import cache, lru_cache

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput
from lark.lark import PostLex

LINE = 120
"""Characters of one line, at most: what is nested can be no deeper."""
REMEMBERED = 512
"""How many lines are kept as they were read: while somebody types, most of a page stays as it is."""

GRAMMAR = r"""
start: claimed? sum ("=" sum)*
claimed: "="

?sum: product
    | sum "+" product           -> plus
    | sum "-" product           -> minus
?product: signed
    | product "*" signed        -> times
    | product "/" signed        -> over
?signed: power
    | "-" signed                -> negative
    | "+" signed
?power: postfix
    | postfix "^" signed        -> power
?postfix: atom
    | postfix "%"               -> percent
?atom: NUMBER                   -> number
    | NAME                      -> name
    | FUNCTION "(" sum ")"      -> function
    | "(" sum ")"

FUNCTION.2: /(sqrt|abs)(?=\()/
NAME: /[A-Za-z][A-Za-z_]*[0-9]*/
NUMBER: /[0-9]+(\.[0-9]+)?/
%ignore " "
"""
TIMES = ("\N{MULTIPLICATION SIGN}", "\N{MIDDLE DOT}", "\N{DOT OPERATOR}")
OVER = ("\N{DIVISION SIGN}", ":")
MINUS = ("\N{MINUS SIGN}", "\N{EN DASH}")
SPACES = ("\t", "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}")
WRITTEN_OTHERWISE = str.maketrans(
    {"²": "^2", "³": "^3"}
    | dict.fromkeys(TIMES, "*")
    | dict.fromkeys(OVER, "/")
    | dict.fromkeys(MINUS, "-")
    | dict.fromkeys(SPACES, " ")
)
CLOSING = ("NUMBER", "RPAR")
"""What is multiplied with a name, a function or a parenthesis that follows it without a sign, as in 2x."""


class Unreadable(Exception):
    """This cannot be read as mathematics."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class TooLong(Unreadable):
    """This line is too long."""


class _Neighbours(PostLex):
    """Puts in the signs of multiplication that are left out in writing."""

    always_accept = ()

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        before = ""
        for token in stream:
            follows = token.type in ("NAME", "FUNCTION", "LPAR")
            if (before in CLOSING and follows) or (before == "NAME" and token.type == "LPAR"):
                yield Token("STAR", "*")
            yield token
            before = token.type


@cache
def _grammar() -> Lark:
    return Lark(GRAMMAR, parser="lalr", lexer="basic", postlex=_Neighbours())


@lru_cache(maxsize=REMEMBERED)
def read(line: str) -> Tree[Token]:
    """What the line says: `start` over the sides of its equalities. Raises `Unreadable`."""
    if len(line) > LINE:
        raise TooLong
    try:
        return _grammar().parse(line.translate(WRITTEN_OTHERWISE))
    except UnexpectedInput as error:
        raise Unreadable from error
