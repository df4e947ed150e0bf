"""Transcripts and the facilitator's voice: a tutor turns them on; nothing is written down without consent."""

import pytest

from domain.aloud import ALOUD, FacilitatorVoiceSet, SetFacilitatorVoice
from domain.erasure import ERASURE, ErasePerson
from domain.people import ConsentGiven, ConsentWithdrawn, PersonErased
from domain.rooms import RoomClosed, RoomIsClosed, RoomOpened, UnknownRoom
from domain.speech import NoSuchTurn, OnlyTheVoiceNode
from domain.text_to_model import TEXT_TO_MODEL, SetTextToModel, TextToModelSet
from domain.transcripts import (
    TRANSCRIPTS,
    NotToBeWrittenDown,
    OnlyForTutors,
    RecordTranscript,
    SetTranscripts,
    TranscriptsSet,
    TurnTranscribed,
)
from tests.domain.spec import given

NODE = {"actor": "voice", "role": "service"}
opened = RoomOpened(room="algebra", title="Algebra", capacity=8, host="tess")
closed = RoomClosed(room="algebra")
on = TranscriptsSet(room="algebra", on=True, by="tess")
off = TranscriptsSet(room="algebra", on=False, by="tess")
heard = ConsentGiven(person="ada", scope="voice")
agreed = ConsentGiven(person="ada", scope="transcript")
SAID = {"room": "algebra", "person": "ada", "turn": "t1", "started": 1_000, "ended": 3_500}
WORDS = {"text": "Divide by two.", "language": "en", "recogniser": "scripted"}
record = RecordTranscript(**SAID, **WORDS, piece=0)
transcribed = TurnTranscribed(**SAID, **WORDS, piece=0)
SETTINGS = [
    (TRANSCRIPTS, SetTranscripts, TranscriptsSet),
    (ALOUD, SetFacilitatorVoice, FacilitatorVoiceSet),
    (TEXT_TO_MODEL, SetTextToModel, TextToModelSet),
]


@pytest.mark.parametrize(("decider", "wish", "event"), SETTINGS)
@pytest.mark.parametrize("role", ["tutor", "admin"])
def test_tutors_and_administrators_turn_it_on_and_off(decider, wish, event, role):
    turned = event(room="algebra", on=True, by="tess")
    back = event(room="algebra", on=False, by="tess")
    then = given(decider, opened).when(wish(room="algebra", on=True), actor="tess", role=role).then(turned)
    then.again().nothing().when(wish(room="algebra", on=False), actor="tess", role=role).then(back)


@pytest.mark.parametrize(("decider", "wish", "event"), SETTINGS)
@pytest.mark.parametrize("role", ["student", "auditor", "service"])
def test_nobody_else_does_not_even_the_host(decider, wish, event, role):
    given(decider, opened).when(wish(room="algebra", on=True), actor="tess", role=role).refused(OnlyForTutors)


@pytest.mark.parametrize(("decider", "wish", "event"), SETTINGS)
def test_it_is_said_of_open_rooms_alone(decider, wish, event):
    wish = wish(room="algebra", on=True)
    given(decider).when(wish, role="tutor").refused(UnknownRoom)
    given(decider, opened, closed).when(wish, role="tutor").refused(RoomIsClosed)


def test_what_was_said_is_recorded_once_where_room_and_person_agreed():
    given(TRANSCRIPTS, opened, on, heard, agreed).when(record, **NODE).then(transcribed).again().nothing()


def test_the_last_words_before_a_room_is_closed_are_recorded():
    given(TRANSCRIPTS, opened, on, heard, agreed, closed).when(record, **NODE).then(transcribed)


def test_every_piece_of_a_turn_is_recorded():
    second = TurnTranscribed(**SAID, **WORDS, piece=1)
    wish = RecordTranscript(**SAID, **WORDS, piece=1)
    given(TRANSCRIPTS, opened, on, heard, agreed, transcribed).when(wish, **NODE).then(second)


@pytest.mark.parametrize(
    "before",
    [
        (opened, heard, agreed),
        (opened, on, off, heard, agreed),
        (opened, on, heard),
        (opened, on, agreed),
        (opened, on, heard, agreed, ConsentWithdrawn(person="ada", scope="transcript")),
        (opened, on, heard, agreed, ConsentWithdrawn(person="ada", scope="voice")),
        (opened, on, heard, agreed, PersonErased(person="ada", rooms=())),
        (
            opened,
            on,
            ConsentGiven(person="ben", scope="voice"),
            ConsentGiven(person="ben", scope="transcript"),
        ),
    ],
)
def test_nothing_is_written_down_where_either_has_not_agreed_or_does_no_longer(before):
    given(TRANSCRIPTS, *before).when(record, **NODE).refused(NotToBeWrittenDown)


@pytest.mark.parametrize("role", ["student", "tutor", "auditor", "admin"])
def test_nobody_puts_words_into_anybodys_mouth(role):
    given(TRANSCRIPTS, opened, on, heard, agreed).when(record, role=role).refused(OnlyTheVoiceNode)


def test_what_was_said_ended_after_it_began():
    backwards = RecordTranscript(**{**SAID, "ended": 900}, **WORDS, piece=0)
    given(TRANSCRIPTS, opened, on, heard, agreed).when(backwards, **NODE).refused(NoSuchTurn)


def test_the_room_in_whose_history_ones_speech_stands_is_named_when_one_is_erased():
    erased = PersonErased(person="ada", rooms=("algebra",))
    given(ERASURE, agreed, transcribed).when(ErasePerson(person="ada"), actor="root", role="admin").then(
        erased
    )
