"""The table of contents of the views that live in PostgreSQL."""

from typing import Any

from projections.attendance import ATTENDANCE
from projections.company import COMPANY, SEEKERS
from projections.credentials import CREDENTIALS, HELD, PILLARS, SHARES
from projections.mastery import FITTED, MASTERY
from projections.measures import MEASURES
from projections.office_hours import OFFICE_HOURS
from projections.participation import PARTICIPATION
from projections.paths import CONTENTS, GOALS, PATHS
from projections.people import PEOPLE
from projections.prediction.view import PREDICTION
from projections.problems import PROBLEMS, PROBLEMS_BY_SKILL
from projections.quests import QUESTS
from projections.reliability import RELIABILITY
from projections.reviews import REVIEWS
from projections.room import ROOM
from projections.sessions import SCHEDULE, SESSIONS
from projections.summaries import SUMMARIES
from projections.teams import TEAMS
from projections.timeline import TIMELINE
from projections.view import AnyView, View

VIEWS: tuple[View[Any], ...] = (
    PEOPLE,
    ROOM,
    PARTICIPATION,
    TIMELINE,
    MASTERY,
    FITTED,
    REVIEWS,
    PATHS,
    GOALS,
    CONTENTS,
    COMPANY,
    SEEKERS,
    QUESTS,
    PROBLEMS,
    PROBLEMS_BY_SKILL,
    SESSIONS,
    SCHEDULE,
    RELIABILITY,
    ATTENDANCE,
    PILLARS,
    CREDENTIALS,
    HELD,
    SHARES,
    MEASURES,
    OFFICE_HOURS,
    TEAMS,
    SUMMARIES,
)
"""Every view whose rows go each by itself. Leaderboards live in Redis and have their own follower
(`projections.board_follower`)."""

KEPT: tuple[AnyView, ...] = (*VIEWS, PREDICTION)
"""Every view that the follower keeps, those in which rows meet included."""
