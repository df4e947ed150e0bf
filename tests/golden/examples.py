"""The examples that golden files are first written from: every field filled, nothing left at its default."""

from datetime import UTC, date, datetime

from domain.aloud import FacilitatorVoiceSet
from domain.appeals import AppealMade, AppealRejected, AppealUpheld
from domain.archive import SegmentArchived
from domain.boards import BoardRightSet
from domain.company import PartnersDeclined, PartnersSought, PersonBlocked, PersonUnblocked
from domain.credentials import CredentialIssued, CredentialRevoked, CredentialShared, ShareWithdrawn
from domain.events import Event
from domain.floor import (
    FloorGiven,
    FloorModeSet,
    FloorTaken,
    HandLowered,
    HandRaised,
    PersonMuted,
    PersonUnmuted,
    ShowingAllowed,
    ShowingEnded,
)
from domain.fresh_problems import ProblemMade, ProblemWished
from domain.guidance import (
    CallsAllowed,
    CallsDeclined,
    FacilitatorBegun,
    FacilitatorModeSet,
    FacilitatorTuned,
    ReadingSet,
    StuckReported,
    Tuning,
)
from domain.helping import HelpAsked, HelpGiven
from domain.interventions import (
    InterventionDecided,
    InterventionDelivered,
    InterventionHeldOut,
    InterventionProposed,
    InterventionWithheld,
    LiveTurn,
    ModelAnswered,
    ModelAsked,
    OutcomeMeasured,
)
from domain.mastery import MasteryFitted, SkillFit
from domain.measures import PriorFitted, RiskFitted
from domain.model_calls import ModelTextsKept
from domain.office_hours import (
    NextCalled,
    OfficeHoursClosed,
    OfficeHoursOpened,
    QueueJoined,
    QueueLeft,
)
from domain.paths import (
    CalendarLinked,
    Content,
    ContentTaken,
    GoalDropped,
    GoalSet,
    PathPublished,
    Step,
)
from domain.people import (
    ConsentGiven,
    ConsentWithdrawn,
    PersonErased,
    PersonRegistered,
    PersonRenamed,
    RoleGranted,
    RoleRevoked,
)
from domain.pillars import PillarDefined, Standing
from domain.practice import AnswerGiven, HintTaken, ProblemAdded
from domain.quests import QuestClaimed
from domain.ratings import InterventionRated
from domain.reading import PersonalDataRead
from domain.recording import RecordingStarted, RecordingStopped, SegmentKept, SegmentRemoved
from domain.reviews import CardsImported, Sm2Card
from domain.rooms import (
    BoardEdited,
    MessageSent,
    ProblemPosed,
    RoomClosed,
    RoomJoined,
    RoomLeft,
    RoomOpened,
    Run,
    TimerSet,
    TurnTaken,
)
from domain.sessions import (
    NoShowReported,
    SessionBooked,
    SessionCancelled,
    SessionCompleted,
    SessionRated,
    SessionRescheduled,
    SessionStarted,
)
from domain.simulation import SimulationBegun
from domain.summaries import ReviewSuggested, RoomSummarised
from domain.teams import TeamFormed, TeamJoined, TeamLeft
from domain.text_to_model import TextToModelSet
from domain.transcripts import TranscriptsSet, TurnTranscribed

STARTS = datetime(2025, 3, 11, 15, 0, 0, 250_000, tzinfo=UTC)
ENDS = datetime(2025, 3, 11, 15, 45, tzinfo=UTC)
LESSON = {"session": "lesson-1", "tutor": "tia", "learner": "ada"}
WORDS = "A third is “1/3”: é, ß, 数学, 🧮"
"""Two, three and four bytes a character."""

EXAMPLES: tuple[Event, ...] = (
    PersonRegistered(person="ada", name="Ada Ødegård", role="student"),
    BoardRightSet(room="algebra", person="ada", part="shapes", right="comment", by="tia"),
    PersonRenamed(person="ada", name="Ada 数"),
    RoleGranted(person="tia", role="tutor"),
    RoleRevoked(person="tia", role="auditor"),
    ConsentGiven(person="ada", scope="voice"),
    ConsentWithdrawn(person="ada", scope="text-to-model"),
    PersonErased(person="cyd", rooms=("algebra", "physics")),
    SegmentArchived(
        segment="0123456789abcdef" * 4, events=4096, first=17, last=9_301, rooms=12, size=350_021
    ),
    PersonalDataRead(persons=("ada", "bo"), what="room-history", detail="algebra at 2025-03-11T15:00:00Z"),
    RoomOpened(room="algebra", title="Algebra, evenings", capacity=12, host="tia"),
    RoomJoined(room="algebra", person="ada"),
    RoomLeft(room="algebra", person="ada", why="moved"),
    RoomClosed(room="algebra"),
    RoomSummarised(
        room="algebra",
        text="This room worked on fractions. Which step would you explain to somebody else?",
        worked_on=("thirds", "halves"),
        open=("halves",),
        source="template",
    ),
    ReviewSuggested(room="algebra", person="ada", problems=("halves",), text=WORDS, source="template"),
    HelpAsked(
        help="h-1",
        room="algebra",
        person="ada",
        problem="thirds",
        kinds=("hint", "picture"),
        variants=(0, 2),
        spot=3,
        work=WORDS,
        moment=1_741_705_200_250,
    ),
    HelpGiven(
        help="h-1",
        room="algebra",
        person="ada",
        problem="thirds",
        kind="picture",
        variant=2,
        text=WORDS,
        source="model",
        shapes=("zz-help-1-000", "zz-help-1-001"),
    ),
    ProblemWished(
        wish="w-1",
        room="algebra",
        person="ada",
        skill="fractions",
        family="fractions",
        level=2,
        moment=1_741_705_200_250,
    ),
    ProblemMade(
        wish="w-1",
        room="algebra",
        problem="made-1",
        family="fractions",
        level=2,
        source="template",
        checks=("1/3 + 1/4 = 7/12",),
    ),
    TranscriptsSet(room="algebra", on=True, by="tia"),
    TurnTranscribed(
        room="algebra",
        person="ada",
        turn="v-1",
        piece=1,
        started=1_741_705_200_250,
        ended=1_741_705_203_000,
        text=WORDS,
        language="en",
        recogniser="faster-whisper small",
    ),
    FacilitatorVoiceSet(room="algebra", on=True, by="tia"),
    TextToModelSet(room="algebra", on=True, by="tia"),
    MessageSent(room="algebra", person="ada", message="m-1", text=WORDS, anchor="text@4294967295:12"),
    TimerSet(room="algebra", person="tia", phase="work", ends=ENDS),
    ProblemPosed(room="algebra", problem="thirds", person="tia"),
    BoardEdited(
        room="algebra",
        runs=(
            Run(person="ada", client=4_294_967_295, update=b"\x01\x01\xff\x00"),
            Run(person="bo", client=7, update=b""),
        ),
    ),
    FloorModeSet(room="algebra", mode="stage", by="tia"),
    HandRaised(room="algebra", person="ada"),
    HandLowered(room="algebra", person="bo", by="tia"),
    FloorGiven(room="algebra", person="ada", by="tia"),
    FloorTaken(room="algebra", person="ada", by="ada"),
    PersonMuted(room="algebra", person="bo", by="tia"),
    PersonUnmuted(room="algebra", person="bo", by="tia"),
    ShowingAllowed(room="algebra", person="ada", by="tia"),
    ShowingEnded(room="algebra", person="ada", by="tia"),
    TurnTaken(room="algebra", person="ada", turn="t-1", started=1_741_705_200_000, ended=1_741_705_203_500),
    RecordingStarted(room="algebra", recording="rec-1", by="tia"),
    RecordingStopped(room="algebra", recording="rec-1", why="full"),
    SegmentKept(
        room="algebra",
        person="ada",
        segment="snd-1",
        recording="rec-1",
        started=1_741_705_200_000,
        ended=1_741_705_319_980,
        codec="opus",
        size=481_337,
        sha256="fedcba9876543210" * 4,
    ),
    SegmentRemoved(room="algebra", person="ada", segment="snd-1", why="expired"),
    ProblemAdded(
        problem="thirds",
        skill="fractions",
        prompt="What is 1 - 2/3?",
        key="1/3",
        choices=("1/3", "2/3"),
        hints=("Thirds of one.", "1 is 3/3."),
    ),
    AnswerGiven(
        answer="a-1",
        person="ada",
        problem="thirds",
        skill="fractions",
        given=WORDS,
        correct=True,
        xp=10,
        day=date(2025, 3, 11),
        zone="Pacific/Auckland",
        room="algebra",
        elapsed=12_345,
    ),
    HintTaken(person="ada", problem="thirds", skill="fractions", level=2, room="algebra"),
    PartnersSought(person="ada", path="numbers", hours=(16, 40), zone="Pacific/Auckland"),
    PartnersDeclined(person="ada", path="numbers"),
    PersonBlocked(person="ada", whom="bo"),
    PersonUnblocked(person="ada", whom="bo"),
    PathPublished(
        path="numbers",
        version=2,
        title="Numbers",
        gate=0.875,
        steps=(
            Step(
                skill="fractions",
                title="Fractions",
                requires=("division",),
                minutes=90,
                contents=(Content(kind="video", title="Halves", link="https://example.org/halves"),),
            ),
        ),
    ),
    GoalSet(
        path="numbers",
        person="ada",
        by=date(2025, 6, 30),
        minutes=90,
        zone="Pacific/Auckland",
        prefers="video",
    ),
    GoalDropped(path="numbers", person="ada"),
    CalendarLinked(person="ada", link="l-1"),
    ContentTaken(taken="t-1", person="ada", skill="fractions", kind="video", suggested="text"),
    CardsImported(
        load="anki-1",
        person="ada",
        cards=(
            Sm2Card(problem="thirds", skill="fractions", reviewed=STARTS, interval=6, ease=2.5, lapses=1),
        ),
    ),
    MasteryFitted(
        fit="2025-03-11",
        upto=4711,
        skills=(
            SkillFit(
                skill="fractions", prior=0.5, learn=0.125, forget=0.03125, guess=0.25, slip=0.125, answers=640
            ),
        ),
    ),
    QuestClaimed(quest="daily-five", person="ada", day=date(2025, 3, 11), xp=20),
    TeamFormed(team="owls", title="The Owls", person="ada"),
    TeamJoined(team="owls", person="bo"),
    TeamLeft(team="owls", person="bo"),
    SessionBooked(**LESSON, starts=STARTS, ends=ENDS, subject="Fractions"),
    SessionRescheduled(**LESSON, by="tutor", reason="illness", notice=90, starts=STARTS, ends=ENDS),
    SessionCancelled(**LESSON, by="learner", reason="conflict", notice=-5),
    SessionStarted(**LESSON, late=3, room="algebra"),
    NoShowReported(**LESSON, missing="learner"),
    SessionCompleted(**LESSON, room="algebra"),
    AppealMade(appeal="ap-1", session="lesson-1", person="tia", act="rescheduled", text=WORDS),
    AppealUpheld(appeal="ap-1", session="lesson-1", tutor="tia", act="rescheduled", by="root"),
    AppealRejected(appeal="ap-2", session="lesson-1", tutor="tia", act="missed", by="root"),
    PillarDefined(pillar="numbers", title="Numbers", skills=("fractions", "thirds"), answers=10, part=0.875),
    CredentialIssued(
        credential="c-1",
        person="ada",
        pillar="numbers",
        title="Numbers",
        skills=(Standing(skill="fractions", answers=10, right=9),),
        by="tia",
        note=WORDS,
    ),
    CredentialRevoked(credential="c-1", person="ada", by="root", why="mistake"),
    CredentialShared(
        share="sh-1", credential="c-1", person="ada", skills=("fractions",), name=True, until=ENDS
    ),
    ShareWithdrawn(share="sh-1", credential="c-1", person="ada"),
    SimulationBegun(simulation="sim-1", seed=7, tutors=1000, until=ENDS),
    PriorFitted(measure="rescheduled", a=0.94, b=10.25, tutors=1000, lessons=38_211),
    RiskFitted(measure="no-show", weights=(-2.5, 0.75, 0.125), lessons=4000, error=0.0125, rate=0.0625),
    SessionRated(**LESSON, stars=5),
    OfficeHoursOpened(
        office_hours="tuesday", tutor="tia", room="algebra", title="Bring your questions", capacity=20
    ),
    QueueJoined(office_hours="tuesday", person="ada"),
    QueueLeft(office_hours="tuesday", person="bo"),
    NextCalled(office_hours="tuesday", person="ada", call="c-1"),
    OfficeHoursClosed(office_hours="tuesday"),
    InterventionDecided(
        intervention="i-1",
        room="algebra",
        person="ada",
        detector="quiet",
        evidence="The person addressed has spoken 0 s of the last 600 s.",
        policy="standard@1",
        seen=4711,
        moment=1_741_705_800_000,
        move="revoice",
        severity=40,
        speaking=(LiveTurn(person="bo", began=1_741_705_799_000, ended=1_741_705_799_800),),
    ),
    InterventionHeldOut(intervention="i-1", room="algebra", person="ada", drawn=1999, share=2000),
    InterventionProposed(intervention="i-1", room="algebra", person="ada", text=WORDS, source="model"),
    InterventionWithheld(intervention="i-1", room="algebra", person="ada", by="tia"),
    OutcomeMeasured(
        intervention="i-1",
        room="algebra",
        person="ada",
        detector="quiet",
        move="revoice",
        arm="held-out",
        began=1_741_705_800_000,
        ended=1_741_705_920_000,
        before=40,
        after=880,
        result="better",
        seen=4801,
    ),
    CallsDeclined(person="ada"),
    CallsAllowed(person="ada"),
    FacilitatorBegun(room="algebra", policy="standard@1a21390955c6", values='{"quiet":0.07}', hold_out=2000),
    FacilitatorModeSet(room="algebra", mode="approve", by="tia"),
    FacilitatorTuned(
        room="algebra",
        version=3,
        tuning=Tuning(
            warm_up=60_000,
            quiet=0.1,
            dominance=0.6,
            group_cooldown=240_000,
            person_cooldown=900_000,
            hourly=4,
            off=("drift", "silence"),
        ),
        by="tia",
    ),
    ReadingSet(room="algebra", on=True, by="tia"),
    StuckReported(room="algebra", person="ada", report="s-1", moment=1_741_705_800_000, problem="thirds"),
    ModelAsked(intervention="i-1", room="algebra", model="small-1", prompt="9f86d081" * 8),
    ModelAnswered(
        intervention="i-1",
        room="algebra",
        outcome="rejected",
        reason="too long",
        tokens=(640, 21),
        took=412,
        cached=(600, 0),
    ),
    ModelTextsKept(
        intervention="i-1",
        room="algebra",
        person="ada",
        request='{"invite":"S2","pattern":"quiet"}',
        answer="S2, how would you begin?",
    ),
    InterventionRated(intervention="i-1", room="algebra", person="ada", helped="yes"),
    InterventionDelivered(
        intervention="i-1",
        room="algebra",
        person="ada",
        text=WORDS,
        why="The person addressed has spoken 0 s of the last 600 s.",
        source="template",
        approved_by="tia",
    ),
)
