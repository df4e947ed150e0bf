"""A learner's plan, read from the views, and as a calendar."""

from dataclasses import dataclass
from datetime import date, timedelta

from icalendar import Calendar, Event

from domain.errors import Unknown
from domain.practice import day_in
from projections.mastery import MASTERY, Mastery
from projections.paths import GOALS, PATHS, Goal, Goals, Path
from projections.planning import NextStep, Pace, Standing, Week, next_steps, pace, standings, weeks
from realtime.house import House
from realtime.routes.reviews import cards_of


class NotThisLink(Unknown):
    """This link leads to no calendar, or not any more."""


@dataclass(frozen=True)
class Planned:
    """All that a plan says."""

    today: date
    path: Path
    goal: Goal | None
    steps: list[NextStep]
    standings: list[Standing]
    pace: Pace | None
    weeks: list[Week]


async def goals_of(house: House, org: str, person: str) -> Goals:
    """What somebody has set for themselves."""
    return await house.views.get(GOALS, org, person) or Goals()


async def planned(house: House, org: str, person: str, named: str | None, zone: str) -> Planned:
    """The plan on a path; without a name, on that whose goal comes first. Raises `UnknownZone`."""
    goals = (await goals_of(house, org, person)).goals
    first = min(goals, key=lambda path: goals[path].by, default=None)
    chosen = named or first
    path = await house.views.get(PATHS, org, chosen) if chosen else None
    goal = goals.get(chosen) if chosen else None
    now = house.clock()
    today = day_in(goal.zone if goal else zone, now)
    cards = await cards_of(house, org, person)
    due = sum(card.due is not None and card.due <= now for card in cards.values())
    mastery = await house.views.get(MASTERY, org, person) or Mastery()
    return plan_of(path or Path(), goal, mastery, due, today)


def plan_of(path: Path, goal: Goal | None, mastery: Mastery, due: int, today: date) -> Planned:
    """All of it, by what is known of the learner."""
    found = standings(path, mastery.skills)
    return Planned(
        today=today,
        path=path,
        goal=goal,
        steps=next_steps(path, found, due),
        standings=found,
        pace=pace(goal, found, today) if goal else None,
        weeks=list(weeks(goal, found, today)) if goal else [],
    )


def key_of(house: House, org: str, person: str, link: str) -> str:
    """What a link to a calendar ends in: nobody can make it without the secret of the house."""
    return house.tokens.signed("calendar", org, person, link)


async def calendar_of(house: House, org: str, person: str, goals: Goals) -> bytes:
    """Every goal of a learner, as iCalendar (RFC 5545)."""
    calendar = Calendar()
    calendar.add("prodid", "-//Lyceum//Plan//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Lyceum")
    now = house.clock()
    for name, goal in goals.goals.items():
        found = await planned(house, org, person, name, goal.zone)
        for week in found.weeks:
            summary = f"{found.path.title}: {', '.join(week.titles)}"
            about = f"About {week.minutes} minutes."
            calendar.add_component(_entry(f"{name}-{week.starts}", summary, about, week.starts, week.ends))
        calendar.add_component(_entry(f"{name}-goal", f"Goal: {found.path.title}", "", goal.by, goal.by))
    for entry in calendar.walk("VEVENT"):
        entry.add("dtstamp", now)
    return calendar.to_ical()


def _entry(uid: str, summary: str, about: str, first: date, last: date) -> Event:
    """Whole days, of which the last is included: its end is the day after."""
    entry = Event()
    entry.add("uid", f"{uid}@lyceum")
    entry.add("summary", summary)
    if about:
        entry.add("description", about)
    entry.add("dtstart", first)
    entry.add("dtend", last + timedelta(days=1))
    return entry
