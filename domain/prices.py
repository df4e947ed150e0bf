"""What calls to models cost at list price: one table, in which each price holds from a day on."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

Dollars = Annotated[float, Meta(ge=0, le=10_000)]
"""US dollars for a million tokens."""
PARTS = 1_000_000
"""Costs are added up in whole millionths of a dollar for a million tokens, so that nothing is rounded."""


class Price(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The list price of a model from a day on, until the next one of the same model."""

    model: Annotated[str, Meta(min_length=1, max_length=100)]
    since: date
    read: Dollars
    written: Dollars
    from_cache: Dollars
    into_cache: Dollars


LIST: tuple[Price, ...] = (
    Price(
        model="claude-haiku-5-5",
        since=date(2026, 10, 7),
        read=0.10,
        written=0.50,
        from_cache=0.01,
        into_cache=0.125,
    ),
)
"""As the service published them, for requests of up to 100,000 tokens and a cache of five minutes."""


def price_of(prices: Iterable[Price], model: str, day: date) -> Price | None:
    """The price of a model on a day. A name with more behind it, such as a date, is the same model."""
    fitting = [each for each in prices if each.since <= day and _names(each.model, model)]
    return max(fitting, key=lambda each: (len(each.model), each.since), default=None)


def cost(
    prices: Iterable[Price], model: str, day: date, tokens: tuple[int, int], cached: tuple[int, int]
) -> float | None:
    """US dollars for (read, written) tokens, (from the cache, into it) among those that were read.

    None if no price is known.
    """
    price = price_of(prices, model, day)
    if price is None:
        return None
    plain = max(0, tokens[0] - sum(cached))
    amounts = (plain, tokens[1], *cached)
    each = (price.read, price.written, price.from_cache, price.into_cache)
    return sum(number * round(dollars * PARTS) for number, dollars in zip(amounts, each, strict=True)) / (
        PARTS * 1_000_000
    )


def _names(priced: str, model: str) -> bool:
    return model == priced or model.startswith(f"{priced}-")
