"""Streams of events as a small school might produce them."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import strategies as st

from domain import (
    aloud,
    appeals,
    boards,
    company,
    credentials,
    floor,
    fresh_problems,
    guidance,
    helping,
    interventions,
    mastery,
    measures,
    office_hours,
    paths,
    people,
    pillars,
    practice,
    quests,
    ratings,
    recording,
    reviews,
    rooms,
    sessions,
    summaries,
    teams,
    text_to_model,
    transcripts,
)
from domain.events import Event, Recorded
from tests.projections.given import START, recorded

PERSON = st.sampled_from(["ada", "ben", "cyd", "dan"])
TUTOR = st.sampled_from(["tess", "tom"])
ROOM = st.sampled_from(["r1", "r2"])
SKILL = st.sampled_from(["fractions", "algebra", "logic"])
PROBLEM = st.sampled_from(["p1", "p2", "p3"])
PROBLEMS = st.lists(PROBLEM, max_size=2, unique=True).map(tuple)
HELP = st.sampled_from(["h1", "h2"])
SESSION = st.sampled_from(["s1", "s2", "s3"])
DOOR = st.sampled_from(["o1", "o2"])
TEAM = st.sampled_from(["owls", "foxes"])
INTERVENTION = st.sampled_from(["i1", "i2"])
ROLE = st.sampled_from(["student", "tutor", "auditor", "admin"])
SCOPE = st.sampled_from(["voice", "leaderboard", "leaderboard", "transcript"])
ZONE = st.sampled_from(
    ["UTC", "Europe/Berlin", "Pacific/Kiritimati", "Etc/GMT+12", "Pacific/Apia", "No/Such"]
)
TEXT = st.sampled_from(["Hallo", "½ + ½ = 1", "ну и что?", "x" * 300])
PARTY = st.sampled_from(["tutor", "learner"])
BY = st.sampled_from(["tutor", "learner", "staff"])
REASON = st.sampled_from(["illness", "technical", "other"])
NOTICE = st.sampled_from([-5, 0, 30, 24 * 60 - 1, 24 * 60, 5000])
INSTANT = st.integers(0, 90 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))
MOMENT = st.integers(1_790_000_000_000, 1_790_000_600_000)
RUNS = st.lists(st.builds(rooms.Run, person=PERSON, client=st.just(7), update=st.just(b"\0\0")), max_size=3)
COUNT = st.integers(0, 9)
PILLAR = st.sampled_from(["numbers", "shapes"])
LINK = st.sampled_from(["sh1", "sh2"])
MEASURE = st.sampled_from(["rescheduled", "no-show"])
CARD = st.builds(
    reviews.Sm2Card,
    problem=PROBLEM,
    skill=SKILL,
    reviewed=INSTANT,
    interval=st.sampled_from([1, 6, 400]),
    ease=st.sampled_from([1.3, 2.5]),
    lapses=COUNT,
)
PATH = st.sampled_from(["numbers", "proofs"])
KIND = st.sampled_from([None, "video", "text"])
SHARE = st.sampled_from([0.05, 0.2, 0.5])
FIT = st.builds(
    mastery.SkillFit,
    skill=SKILL,
    prior=SHARE,
    learn=SHARE,
    forget=SHARE,
    guess=SHARE,
    slip=SHARE,
    answers=COUNT,
)

_parties = {"session": SESSION, "tutor": TUTOR, "learner": PERSON}
_credential = {"credential": st.sampled_from(["c1", "c2"]), "person": PERSON}
_times = {"starts": INSTANT, "ends": INSTANT}
_said = {"intervention": INTERVENTION, "room": ROOM}
_decided = {"evidence": TEXT, "policy": st.just("one"), "seen": COUNT, "moment": MOMENT}

KINDS: dict[type[Event], dict[str, st.SearchStrategy]] = {
    people.PersonRegistered: {"person": PERSON, "name": TEXT, "role": ROLE},
    people.PersonRenamed: {"person": PERSON, "name": TEXT},
    people.RoleGranted: {"person": PERSON, "role": ROLE},
    people.RoleRevoked: {"person": PERSON, "role": ROLE},
    people.ConsentGiven: {"person": PERSON, "scope": SCOPE},
    people.ConsentWithdrawn: {"person": PERSON, "scope": SCOPE},
    people.PersonErased: {"person": PERSON, "rooms": st.lists(ROOM, unique=True).map(tuple)},
    rooms.RoomOpened: {"room": ROOM, "title": TEXT, "capacity": st.integers(1, 8), "host": TUTOR},
    rooms.RoomJoined: {"room": ROOM, "person": PERSON},
    rooms.RoomLeft: {"room": ROOM, "person": PERSON, "why": st.sampled_from(["left", "moved", "gone"])},
    rooms.RoomClosed: {"room": ROOM},
    rooms.MessageSent: {
        "room": ROOM,
        "person": PERSON,
        "message": st.just("m"),
        "text": TEXT,
        "anchor": st.sampled_from([None, "text@7:12"]),
    },
    rooms.TimerSet: {
        "room": ROOM,
        "person": PERSON,
        "phase": st.sampled_from(["work", "break", "off"]),
        "ends": INSTANT,
    },
    rooms.ProblemPosed: {"room": ROOM, "problem": PROBLEM, "person": PERSON},
    helping.HelpAsked: {
        "help": HELP,
        "room": ROOM,
        "person": PERSON,
        "problem": st.none() | PROBLEM,
        "kinds": st.just(helping.KINDS),
        "variants": st.just((0, 1, 2)),
        "spot": COUNT,
        "work": TEXT,
        "moment": MOMENT,
    },
    helping.HelpGiven: {
        "help": HELP,
        "room": ROOM,
        "person": PERSON,
        "problem": st.none() | PROBLEM,
        "kind": st.sampled_from(helping.KINDS),
        "variant": COUNT,
        "text": TEXT,
        "source": st.just("template"),
    },
    fresh_problems.ProblemWished: {
        "wish": st.just("w"),
        "room": ROOM,
        "person": PERSON,
        "skill": SKILL,
        "family": st.just("fractions"),
        "level": st.integers(1, 5),
        "moment": MOMENT,
    },
    fresh_problems.ProblemMade: {
        "wish": st.just("w"),
        "room": ROOM,
        "problem": PROBLEM,
        "family": st.just("fractions"),
        "level": st.integers(1, 5),
        "source": st.just("template"),
        "checks": st.just(("1 + 1 = 2",)),
    },
    summaries.RoomSummarised: {
        "room": ROOM,
        "text": TEXT,
        "worked_on": PROBLEMS,
        "open": PROBLEMS,
        "source": st.just("template"),
    },
    summaries.ReviewSuggested: {
        "room": ROOM,
        "person": PERSON,
        "problems": PROBLEMS,
        "text": TEXT,
        "source": st.just("template"),
    },
    boards.BoardRightSet: {
        "room": ROOM,
        "person": st.none() | PERSON,
        "part": st.sampled_from([None, "text"]),
        "right": st.sampled_from([None, "read", "write"]),
        "by": TUTOR,
    },
    floor.FloorModeSet: {"room": ROOM, "mode": st.sampled_from(["open", "stage"]), "by": TUTOR},
    floor.HandRaised: {"room": ROOM, "person": PERSON},
    floor.HandLowered: {"room": ROOM, "person": PERSON, "by": TUTOR},
    floor.FloorGiven: {"room": ROOM, "person": PERSON, "by": TUTOR},
    floor.FloorTaken: {"room": ROOM, "person": PERSON, "by": TUTOR},
    floor.PersonMuted: {"room": ROOM, "person": PERSON, "by": TUTOR},
    floor.PersonUnmuted: {"room": ROOM, "person": PERSON, "by": TUTOR},
    floor.ShowingAllowed: {"room": ROOM, "person": PERSON, "by": TUTOR},
    floor.ShowingEnded: {"room": ROOM, "person": PERSON, "by": TUTOR},
    rooms.BoardEdited: {"room": ROOM, "runs": RUNS.map(tuple)},
    rooms.TurnTaken: {
        "room": ROOM,
        "person": PERSON,
        "turn": st.just("t"),
        "started": MOMENT,
        "ended": MOMENT,
    },
    recording.RecordingStarted: {"room": ROOM, "recording": st.just("rec"), "by": TUTOR},
    recording.RecordingStopped: {"room": ROOM, "recording": st.just("rec"), "why": st.just("asked")},
    recording.SegmentKept: {
        "room": ROOM,
        "person": PERSON,
        "segment": st.just("snd"),
        "recording": st.just("rec"),
        "started": MOMENT,
        "ended": MOMENT,
        "codec": st.just("opus"),
        "size": st.just(7),
        "sha256": st.just("0" * 64),
    },
    recording.SegmentRemoved: {
        "room": ROOM,
        "person": PERSON,
        "segment": st.just("snd"),
        "why": st.just("expired"),
    },
    transcripts.TranscriptsSet: {"room": ROOM, "on": st.booleans(), "by": TUTOR},
    transcripts.TurnTranscribed: {
        "room": ROOM,
        "person": PERSON,
        "turn": st.just("t"),
        "piece": COUNT,
        "started": MOMENT,
        "ended": MOMENT,
        "text": TEXT,
        "language": st.just("en"),
        "recogniser": st.just("scripted"),
    },
    text_to_model.TextToModelSet: {"room": ROOM, "on": st.booleans(), "by": TUTOR},
    aloud.FacilitatorVoiceSet: {"room": ROOM, "on": st.booleans(), "by": TUTOR},
    practice.ProblemAdded: {
        "problem": PROBLEM,
        "skill": SKILL,
        "prompt": TEXT,
        "key": st.just("42"),
        "choices": st.just(("41", "42")),
        "hints": st.lists(TEXT, max_size=2).map(tuple),
    },
    practice.AnswerGiven: {
        "answer": st.just("a"),
        "person": PERSON,
        "problem": PROBLEM,
        "skill": SKILL,
        "given": TEXT,
        "correct": st.booleans(),
        "xp": st.sampled_from([0, 1, 10, 10, 10]),
        "day": st.just(date.min),  # set below, by the clock on the learner's wall
        "zone": ZONE,
        "room": st.none() | ROOM,
        "test": st.sampled_from([None, None, "t1"]),
        "elapsed": st.sampled_from([None, 900, 5000, 60_000]),
    },
    mastery.MasteryFitted: {
        "fit": st.sampled_from(["f1", "f2"]),
        "upto": COUNT,
        "skills": st.lists(FIT, min_size=1, max_size=3).map(tuple),
    },
    company.PartnersSought: {
        "person": PERSON,
        "path": PATH,
        "hours": st.just((9, 10)),
        "zone": st.just("UTC"),
    },
    company.PartnersDeclined: {"person": PERSON, "path": PATH},
    company.PersonBlocked: {"person": PERSON, "whom": PERSON},
    company.PersonUnblocked: {"person": PERSON, "whom": PERSON},
    paths.PathPublished: {
        "path": PATH,
        "version": COUNT,
        "title": st.just("Numbers"),
        "gate": st.just(0.85),
        "steps": st.just((paths.Step(skill="fractions", title="Fractions"),)),
    },
    paths.GoalSet: {
        "path": PATH,
        "person": PERSON,
        "by": st.just(date(2027, 1, 1)),
        "minutes": st.just(90),
        "zone": st.just("UTC"),
        "prefers": KIND,
    },
    paths.GoalDropped: {"path": PATH, "person": PERSON},
    paths.CalendarLinked: {"person": PERSON, "link": st.just("l1")},
    paths.ContentTaken: {
        "taken": st.just("t1"),
        "person": PERSON,
        "skill": SKILL,
        "kind": st.sampled_from(["video", "text"]),
        "suggested": KIND,
    },
    reviews.CardsImported: {
        "load": st.just("l1"),
        "person": PERSON,
        "cards": st.lists(CARD, min_size=1, max_size=3, unique_by=lambda card: card.problem).map(tuple),
    },
    practice.HintTaken: {
        "person": PERSON,
        "problem": PROBLEM,
        "skill": SKILL,
        "level": st.integers(1, 3),
        "room": st.none() | ROOM,
    },
    quests.QuestClaimed: {
        "quest": st.sampled_from([quest.quest for quest in quests.QUESTS]),
        "person": PERSON,
        "day": st.dates(date(2026, 11, 20), date(2026, 12, 20)),
        "xp": st.sampled_from([20, 30]),
    },
    teams.TeamFormed: {"team": TEAM, "title": TEXT, "person": PERSON},
    teams.TeamJoined: {"team": TEAM, "person": PERSON},
    teams.TeamLeft: {"team": TEAM, "person": PERSON},
    sessions.SessionBooked: {**_parties, **_times, "subject": TEXT},
    sessions.SessionRescheduled: {**_parties, **_times, "by": BY, "reason": REASON, "notice": NOTICE},
    sessions.SessionCancelled: {**_parties, "by": BY, "reason": REASON, "notice": NOTICE},
    sessions.SessionStarted: {**_parties, "late": COUNT},
    sessions.NoShowReported: {**_parties, "missing": PARTY},
    sessions.SessionCompleted: _parties,
    sessions.SessionRated: {**_parties, "stars": st.integers(1, 5)},
    pillars.PillarDefined: {
        "pillar": PILLAR,
        "title": TEXT,
        "skills": st.just(("fractions",)),
        "answers": st.integers(3, 50),
        "part": st.floats(0.5, 1),
    },
    credentials.CredentialIssued: {
        **_credential,
        "pillar": PILLAR,
        "title": TEXT,
        "skills": st.just((pillars.Standing("fractions", 10, 9),)),
        "by": st.none() | TUTOR,
        "note": TEXT,
    },
    credentials.CredentialRevoked: {**_credential, "by": TUTOR, "why": st.just("mistake")},
    credentials.CredentialShared: {
        **_credential,
        "share": LINK,
        "skills": st.just(("fractions",)),
        "name": st.booleans(),
        "until": INSTANT,
    },
    credentials.ShareWithdrawn: {**_credential, "share": LINK},
    appeals.AppealUpheld: {
        "appeal": st.just("ap"),
        "session": SESSION,
        "tutor": TUTOR,
        "act": st.sampled_from(["rescheduled", "cancelled", "missed"]),
        "by": PERSON,
    },
    measures.PriorFitted: {
        "measure": MEASURE,
        "a": st.floats(0.1, 5),
        "b": st.floats(1, 50),
        "tutors": COUNT,
        "lessons": COUNT,
    },
    measures.RiskFitted: {
        "measure": MEASURE,
        "weights": st.just((0.5, -0.25)),
        "lessons": COUNT,
        "error": st.floats(0, 1),
        "rate": st.floats(0, 1),
    },
    office_hours.OfficeHoursOpened: {
        "office_hours": DOOR,
        "tutor": TUTOR,
        "room": ROOM,
        "title": TEXT,
        "capacity": st.integers(1, 50),
    },
    office_hours.QueueJoined: {"office_hours": DOOR, "person": PERSON},
    office_hours.QueueLeft: {"office_hours": DOOR, "person": PERSON},
    office_hours.NextCalled: {"office_hours": DOOR, "person": PERSON, "call": st.just("c")},
    office_hours.OfficeHoursClosed: {"office_hours": DOOR},
    guidance.CallsDeclined: {"person": PERSON},
    guidance.CallsAllowed: {"person": PERSON},
    guidance.FacilitatorBegun: {
        "room": ROOM,
        "policy": st.sampled_from(["one", "two"]),
        "values": st.just("{}"),
        "hold_out": COUNT,
    },
    guidance.FacilitatorModeSet: {
        "room": ROOM,
        "mode": st.sampled_from(["on", "approve", "muted"]),
        "by": TUTOR,
    },
    guidance.FacilitatorTuned: {
        "room": ROOM,
        "version": COUNT,
        "tuning": st.just(guidance.Tuning(quiet=0.2)),
        "by": TUTOR,
    },
    guidance.ReadingSet: {"room": ROOM, "on": st.booleans(), "by": TUTOR},
    interventions.InterventionDecided: {
        **_said,
        **_decided,
        "person": PERSON,
        "detector": st.sampled_from(["quiet", "dominance"]),
    },
    ratings.InterventionRated: {
        **_said,
        "person": PERSON,
        "helped": st.sampled_from(["yes", "no", "withdrawn"]),
    },
    interventions.InterventionDelivered: {
        **_said,
        "person": PERSON,
        "text": TEXT,
        "why": TEXT,
        "source": st.sampled_from(["template", "model"]),
    },
}
"""How each event is made up. `test_every_event_that_a_view_reads_is_tried` keeps it complete."""

GAP = st.sampled_from([0, 1, 40, 3600, 20 * 3600, 24 * 3600, 49 * 3600]).map(lambda s: timedelta(seconds=s))
ORG = st.sampled_from(["school", "school", "school", "club"])

BOARD_KINDS = (
    practice.AnswerGiven,
    quests.QuestClaimed,
    people.ConsentGiven,
    people.ConsentWithdrawn,
    people.PersonErased,
    teams.TeamJoined,
    teams.TeamLeft,
)


def streams(*kinds: type[Event], size: int = 60) -> st.SearchStrategy[list[Recorded]]:
    """Logs of up to `size` events of these kinds (of all, if none is named), by two organisations."""
    event = st.one_of([st.builds(kind, **KINDS[kind]) for kind in kinds or KINDS])
    return st.lists(st.tuples(GAP, ORG, event), max_size=size).map(_recorded)


def _recorded(drawn: list[tuple[timedelta, str, Event]]) -> list[Recorded]:
    at = START
    log: list[Recorded] = []
    for gap, org, event in drawn:
        at += gap
        log.append(recorded(len(log) + 1, _on_its_day(event, at), at, org))
    return log


def _on_its_day(event: Event, at: datetime) -> Event:
    if not isinstance(event, practice.AnswerGiven):
        return event
    zone = "UTC" if event.zone == "No/Such" else event.zone
    return msgspec.structs.replace(event, day=at.astimezone(ZoneInfo(zone)).date())
