"""What a learner should review, and how much there will be of it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from litestar import Router, get
from litestar.params import QueryParameter
from msgspec import Struct

from domain.practice import day_in
from projections.problems import PROBLEMS
from projections.reviews import REVIEWS, Card, prefix_of, recall
from realtime.house import House
from realtime.reading import must_see
from realtime.routes.common import Asking, Cursor, InHouse, Limit, PathId
from realtime.routes.practice import ZoneQuery

PAGE = 1000
MOST = 20_000
"""Cards of one learner that are looked at; those of so many problems are decades of reviews."""
Days = Annotated[int, QueryParameter(ge=1, le=366, description="Days of the forecast, from today on.")]
Place = tuple[datetime, str]


class DueCard(Struct, frozen=True, kw_only=True):
    """A problem that should come back now.

    `recall` is the chance that its answer is remembered, 0 to 1; `stability` the days after which it is 0.9;
    `difficulty` is from 1 to 10.
    """

    problem: str
    skill: str
    prompt: str
    due: datetime
    recall: float
    stability: float
    difficulty: float
    reviews: int
    lapses: int


class Load(Struct, frozen=True, kw_only=True):
    """How many cards come due on a day, as they stand; what is due by now is due today."""

    day: date
    cards: int


class Reviews(Struct, frozen=True, kw_only=True):
    """What is due, the longest first, and the days to come, on the learner's own calendar.

    `due` cards of `cards`; ask on with `after` = `next`.
    """

    person: str
    day: date
    zone: str
    cards: int
    due: int
    reviews: tuple[DueCard, ...]
    next: str | None
    forecast: tuple[Load, ...]


@get("/learners/{person:str}/reviews")
async def reviews(
    house: InHouse,
    access: Asking,
    person: PathId,
    zone: ZoneQuery = "UTC",
    after: Cursor = "",
    limit: Limit = 50,
    days: Days = 30,
) -> Reviews:
    """Problems that are about to be forgotten, by FSRS, and how many there will be on each day."""
    await must_see(house, access, person, "reviews")
    now = house.clock()
    today = day_in(zone, now)
    cards = await cards_of(house, access.org, person)
    due = sorted((when, problem) for problem, card in cards.items() if (when := card.due) and when <= now)
    following = [place for place in due if cursor(place) > after]
    page = following[:limit]
    return Reviews(
        person=person,
        day=today,
        zone=zone,
        cards=len(cards),
        due=len(due),
        reviews=tuple(await _shown(house, access.org, cards, page, now)),
        next=cursor(page[-1]) if len(following) > limit else None,
        forecast=tuple(forecast(cards.values(), today, days, ZoneInfo(zone))),
    )


async def cards_of(house: House, org: str, person: str) -> dict[str, Card]:
    """A learner's cards that were reviewed once at least, by problem."""
    cards: dict[str, Card] = {}
    prefix = after = prefix_of(person)
    while len(cards) < MOST:
        page = await house.views.page(REVIEWS, org, prefix=prefix, after=after, limit=PAGE)
        cards |= {key.removeprefix(prefix): card for key, card in page if card.reviewed}
        if len(page) < PAGE:
            break
        after = page[-1][0]
    return cards


def cursor(place: Place) -> str:
    """Where a card stands in the list; sorts as the list does."""
    return f"{place[0].timestamp():020.6f}.{place[1]}"


def forecast(cards: Iterable[Card], today: date, days: int, zone: ZoneInfo) -> list[Load]:
    """How many cards come due on each of these days."""
    found = Counter(max(today, card.due.astimezone(zone).date()) for card in cards if card.due)
    each = [today + timedelta(days=number) for number in range(days)]
    return [Load(day=day, cards=found[day]) for day in each]


async def _shown(
    house: House, org: str, cards: Mapping[str, Card], page: Sequence[Place], now: datetime
) -> list[DueCard]:
    problems = await house.views.many(PROBLEMS, org, [problem for _, problem in page])
    return [
        DueCard(
            problem=problem,
            skill=card.skill,
            prompt=problems[problem].prompt if problem in problems else "",
            due=due,
            recall=round(recall(card, now), 4),
            stability=round(card.stability, 2),
            difficulty=round(card.difficulty, 2),
            reviews=card.reviews,
            lapses=card.lapses,
        )
        for due, problem in page
        for card in (cards[problem],)
    ]


ROUTER = Router("/", route_handlers=[reviews], tags=["reviews"])
