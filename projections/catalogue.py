"""The table of contents of the views that live in PostgreSQL."""

from projections.mastery import MASTERY
from projections.measures import MEASURES
from projections.office_hours import OFFICE_HOURS
from projections.participation import PARTICIPATION
from projections.people import PEOPLE
from projections.problems import PROBLEMS, PROBLEMS_BY_SKILL
from projections.quests import QUESTS
from projections.reliability import RELIABILITY
from projections.room import ROOM
from projections.sessions import SCHEDULE, SESSIONS
from projections.teams import TEAMS
from projections.timeline import TIMELINE
from projections.view import AnyView

VIEWS: tuple[AnyView, ...] = (
    PEOPLE,
    ROOM,
    PARTICIPATION,
    TIMELINE,
    MASTERY,
    QUESTS,
    PROBLEMS,
    PROBLEMS_BY_SKILL,
    SESSIONS,
    SCHEDULE,
    RELIABILITY,
    MEASURES,
    OFFICE_HOURS,
    TEAMS,
)
"""Every view. Leaderboards live in Redis and have their own follower (`projections.board_follower`)."""
