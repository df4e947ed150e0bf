"""The router: every command and the decider that answers it."""

from typing import Any

from domain import (
    aloud,
    appeals,
    archive,
    boards,
    company,
    credentials,
    erasure,
    floor,
    fresh_problems,
    guidance,
    guiding,
    helping,
    hosting,
    intervening,
    interventions,
    mastery,
    measures,
    moderating,
    office_hours,
    paths,
    people,
    practice,
    quests,
    ratings,
    recording,
    reviews,
    rooms,
    scheduling,
    sessions,
    speech,
    summaries,
    teams,
    text_to_model,
    transcripts,
)
from domain.deciding import AnyDecider, Command

DECIDERS: dict[Any, AnyDecider] = {
    people.PersonCommand: people.PEOPLE,
    erasure.ErasePerson: erasure.ERASURE,
    rooms.RoomCommand: hosting.ROOMS,
    boards.SetBoardRight: boards.BOARDS,
    floor.FloorCommand: moderating.FLOOR,
    speech.RecordTurn: speech.TURNS,
    recording.RecordingCommand: recording.RECORDING,
    transcripts.TranscriptCommand: transcripts.TRANSCRIPTS,
    aloud.SetFacilitatorVoice: aloud.ALOUD,
    text_to_model.SetTextToModel: text_to_model.TEXT_TO_MODEL,
    practice.PracticeCommand: practice.PRACTICE,
    mastery.RecordFit: mastery.FITS,
    reviews.ImportCards: reviews.IMPORTS,
    paths.PathCommand: paths.PATHS,
    company.CompanyCommand: company.COMPANY,
    quests.QuestCommand: quests.QUEST_CLAIMS,
    teams.TeamCommand: teams.TEAMS,
    sessions.SessionCommand: scheduling.SESSIONS,
    appeals.AppealCommand: appeals.APPEALS,
    measures.MeasureCommand: measures.MEASURES,
    credentials.IssuingCommand: credentials.ISSUING,
    credentials.HoldingCommand: credentials.HOLDING,
    office_hours.OfficeHoursCommand: office_hours.OFFICE_HOURS,
    interventions.InterventionCommand: intervening.INTERVENTIONS,
    guidance.GuidanceCommand: guiding.GUIDANCE,
    ratings.RateIntervention: ratings.RATINGS,
    helping.HelpCommand: helping.HELP,
    fresh_problems.FreshCommand: fresh_problems.FRESH,
    summaries.SummariseRoom: summaries.SUMMARIES,
    archive.ArchiveSegment: archive.ARCHIVE,
}

ROUTES: dict[type[Command], AnyDecider] = {
    command: decider
    for union, decider in DECIDERS.items()
    for command in getattr(union, "__args__", (union,))
}
