"""What the helpers read from the log: a room's work, the problems in it, and what its people agreed to."""

from collections.abc import Collection
from dataclasses import dataclass, field

from domain.events import Event, Query, about
from domain.fresh_problems import ProblemMade
from domain.helping import HelpAsked, HelpGiven
from domain.log import EventLog
from domain.people import ConsentGiven, ConsentWithdrawn
from domain.practice import AnswerGiven, HintTaken, ProblemAdded
from domain.rooms import ProblemPosed, RoomClosed, RoomJoined, RoomOpened
from domain.summaries import RoomSummarised
from domain.text_to_model import TextToModelSet

READ = (
    *(RoomOpened, RoomClosed, RoomJoined, ProblemPosed, ProblemMade, AnswerGiven, HintTaken),
    *(HelpAsked, HelpGiven, RoomSummarised, TextToModelSet),
)


@dataclass
class RoomWork:
    """What was worked on in a room, by whom, and what became of it."""

    people: dict[str, None] = field(default_factory=dict[str, None])
    """Everybody who was ever in, in the order in which they came."""
    problems: dict[str, None] = field(default_factory=dict[str, None])
    families: dict[str, str] = field(default_factory=dict[str, str])
    right: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    """Problem -> who solved it."""
    tried: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    """Problem -> who got it wrong, took a hint or asked for help."""
    asked: dict[str, HelpAsked] = field(default_factory=dict[str, HelpAsked])
    given: dict[tuple[str, str], HelpGiven] = field(default_factory=dict[tuple[str, str], HelpGiven])
    made: set[str] = field(default_factory=set[str])
    summarised: bool = False
    text_to_model: bool = False

    def pseudonym(self, person: str) -> str:
        """S1 for who came first, and so on; S0 for who never was in."""
        return f"S{list(self.people).index(person) + 1}" if person in self.people else "S0"

    def fold(self, event: Event) -> None:
        """Take one event in."""
        match event:
            case RoomJoined():
                self.people[event.person] = None
            case ProblemMade():
                self.families[event.problem] = event.family
                self.made.add(event.wish)
            case ProblemPosed() | AnswerGiven() | HintTaken() | HelpGiven():
                self._practised(event)
            case HelpAsked():
                self.asked[event.help] = event
            case TextToModelSet():
                self.text_to_model = event.on
            case _:
                self.summarised = self.summarised or isinstance(event, RoomSummarised)

    def _practised(self, event: ProblemPosed | AnswerGiven | HintTaken | HelpGiven) -> None:
        if isinstance(event, HelpGiven):
            self.given[event.help, event.kind] = event
        if event.problem is None:
            return
        self.problems[event.problem] = None
        if not isinstance(event, ProblemPosed):
            solved = isinstance(event, AnswerGiven) and event.correct
            (self.right if solved else self.tried).setdefault(event.problem, set()).add(event.person)


async def read_work(log: EventLog, org: str, room: str) -> RoomWork:
    """The work of a room as the log has it now. Raises `LogUnavailable`."""
    work = RoomWork()
    async for batch in log.read(Query((about(f"room:{room}", *READ),)), org=org):
        for recorded in batch:
            work.fold(recorded.event)
    return work


async def read_problems(log: EventLog, org: str, problems: Collection[str]) -> dict[str, ProblemAdded]:
    """These problems, with their keys. Raises `LogUnavailable`."""
    found: dict[str, ProblemAdded] = {}
    if not problems:
        return found
    query = Query(tuple(about(f"problem:{problem}", ProblemAdded) for problem in problems))
    async for batch in log.read(query, org=org):
        for recorded in batch:
            if isinstance(recorded.event, ProblemAdded):
                found[recorded.event.problem] = recorded.event
    return {problem: found[problem] for problem in problems if problem in found}


async def lets_text_be_read(log: EventLog, org: str, person: str) -> bool:
    """Whether what this person writes may go to a model. Raises `LogUnavailable`."""
    agreed = False
    query = Query((about(f"person:{person}", ConsentGiven, ConsentWithdrawn),))
    async for batch in log.read(query, org=org):
        for recorded in batch:
            match recorded.event:
                case ConsentGiven(scope="text-to-model"):
                    agreed = True
                case ConsentWithdrawn(scope="text-to-model"):
                    agreed = False
                case _:
                    pass
    return agreed
