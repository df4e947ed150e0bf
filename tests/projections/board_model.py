"""Leaderboards as plain Python: what the boards in Redis are compared with."""

from collections import defaultdict
from collections.abc import Iterable

from domain.events import Recorded
from domain.people import ConsentGiven, ConsentWithdrawn, PersonErased
from domain.practice import AnswerGiven
from domain.quests import QuestClaimed
from domain.teams import TeamJoined, TeamLeft
from projections.leaderboards import Entry
from projections.seasons import seasons_at

Place = tuple[str, str, str]
"""(organisation, board, season)"""


class Model:
    """Keeps every award, and sorts when asked."""

    def __init__(self, log: Iterable[Recorded] = ()) -> None:
        self.points: dict[Place, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.reached: dict[Place, dict[str, int]] = defaultdict(dict)
        self.listed: set[tuple[str, str]] = set()
        self.team: dict[tuple[str, str], str] = {}
        for recorded in log:
            self.take(recorded)

    def take(self, recorded: Recorded) -> None:
        org = recorded.org
        match recorded.event:
            case AnswerGiven() as event:
                self.award(recorded, event.person, ["xp", f"skill-{event.skill}"], event.xp)
            case QuestClaimed() as event:
                self.award(recorded, event.person, ["xp"], event.xp)
            case ConsentGiven(scope="leaderboard") as event:
                self.listed.add((org, event.person))
            case ConsentWithdrawn(scope="leaderboard") | PersonErased() as event:
                self.listed.discard((org, event.person))
            case TeamJoined() as event:
                self.team[org, event.person] = event.team
            case TeamLeft() as event:
                if self.team.get((org, event.person)) == event.team:
                    del self.team[org, event.person]
            case _:
                pass

    def award(self, recorded: Recorded, person: str, boards: list[str], points: int) -> None:
        if not points:
            return
        team = self.team.get((recorded.org, person))
        winners = [(board, person) for board in boards] + ([("teams", team)] if team else [])
        for board, member in winners:
            for season in seasons_at(recorded.at):
                self.points[recorded.org, board, season][member] += points
                self.reached[recorded.org, board, season][member] = recorded.position

    def entries(self, place: Place) -> list[Entry]:
        """The whole board."""
        org, board, _ = place
        points, reached = self.points[place], self.reached[place]
        shown = [who for who in points if board == "teams" or (org, who) in self.listed]
        shown.sort(key=lambda who: (-points[who], reached[who]))
        return [
            Entry(
                rank=1 + sum(points[other] > points[who] for other in shown), member=who, points=points[who]
            )
            for who in shown
        ]
