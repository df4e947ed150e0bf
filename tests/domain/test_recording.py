"""Recording: who turns it on and off, and what is on record of whose sound."""

import pytest

from domain.people import ConsentGiven, ConsentWithdrawn, PersonErased, PersonWasErased
from domain.recording import (
    RECORDING,
    AgreedToNoRecording,
    KeepSegment,
    OnlyWhoeverRecords,
    RecordingIsOn,
    RecordingStarted,
    RecordingStopped,
    RemoveSegment,
    SegmentKept,
    SegmentRemoved,
    StartRecording,
    StopRecording,
    UnknownRecording,
    UnknownSegment,
)
from domain.rooms import NotYourRoom, RoomClosed, RoomIsClosed, RoomJoined, RoomOpened, UnknownRoom
from tests.domain.spec import given

opened = RoomOpened(room="algebra", title="Algebra", capacity=9, host="tess")
closed = RoomClosed(room="algebra")
start = StartRecording(room="algebra", recording="r1")
stop = StopRecording(room="algebra")
stopped = RecordingStopped(room="algebra", recording="r1", why="asked")
agreed = ConsentGiven(person="ada", scope="recording")
SOUND = {"room": "algebra", "person": "ada", "segment": "s1", "recording": "r1"}
FILE = {"started": 1000, "ended": 3000, "size": 700, "sha256": "0123456789abcdef" * 4}
keep = KeepSegment(**SOUND, **FILE)
kept = SegmentKept(**SOUND, **FILE, codec="opus")
remove = RemoveSegment(segment="s1", why="expired")
removed = SegmentRemoved(room="algebra", person="ada", segment="s1", why="expired")


def started(by: str = "tess", recording: str = "r1") -> RecordingStarted:
    return RecordingStarted(room="algebra", recording=recording, by=by)


@pytest.mark.parametrize(("actor", "role"), [("tess", "student"), ("tia", "tutor"), ("root", "admin")])
def test_the_host_and_the_staff_turn_it_on_and_off(actor, role):
    on = given(RECORDING, opened).when(start, actor=actor, role=role).then(started(actor))
    on.again().nothing()
    on.when(stop, actor=actor, role=role).then(stopped).again().nothing()


def test_nobody_else_does():
    member = RoomJoined(room="algebra", person="ada")
    for role in ("student", "auditor"):
        given(RECORDING, opened, member).when(start, role=role).refused(NotYourRoom)
        given(RECORDING, opened, member, started()).when(stop, role=role).refused(NotYourRoom)


def test_there_is_nothing_to_record_but_in_an_open_room():
    given(RECORDING).when(start, actor="tess").refused(UnknownRoom)
    given(RECORDING, opened, closed).when(start, actor="tess").refused(RoomIsClosed)


def test_a_room_is_recorded_once_at_a_time():
    other = StartRecording(room="algebra", recording="r2")
    given(RECORDING, opened, started()).when(other, actor="tess").refused(RecordingIsOn)
    again = given(RECORDING, opened, started(), stopped).when(other, actor="tess")
    again.then(started(recording="r2"))


def test_what_was_started_is_not_started_again_by_a_late_repetition():
    given(RECORDING, opened, started(), stopped).when(start, actor="tess").nothing()
    given(RECORDING, opened, started(), closed).when(start, actor="tess").nothing()


def test_what_is_off_or_ended_with_its_room_need_not_be_stopped():
    given(RECORDING, opened).when(stop, actor="tess").nothing()
    given(RECORDING, opened, started(), closed).when(stop, actor="tess").nothing()


def test_a_recording_that_found_no_room_says_so():
    full = StopRecording(room="algebra", why="full")
    because = RecordingStopped(room="algebra", recording="r1", why="full")
    given(RECORDING, opened, started()).when(full, role="service").then(because)


def test_a_segment_is_kept_once():
    history = given(RECORDING, opened, started(), agreed)
    history.when(keep, role="service").then(kept).again().nothing()


def test_a_segment_may_be_told_of_after_the_recording_ended_or_consent_was_withdrawn():
    withdrawn = ConsentWithdrawn(person="ada", scope="recording")
    history = given(RECORDING, opened, started(), agreed, withdrawn, stopped, closed)
    history.when(keep, role="service").then(kept)


def test_only_the_node_that_records_says_what_was_recorded():
    for role in ("student", "tutor", "admin", "auditor"):
        given(RECORDING, opened, started(), agreed).when(keep, role=role).refused(OnlyWhoeverRecords)
        given(RECORDING, kept).when(remove, role=role).refused(OnlyWhoeverRecords)


def test_no_sound_is_kept_of_somebody_who_never_agreed():
    voice = ConsentGiven(person="ada", scope="voice")
    bens = ConsentGiven(person="ben", scope="recording")
    given(RECORDING, opened, started()).when(keep, role="service").refused(AgreedToNoRecording)
    given(RECORDING, opened, started(), voice, bens).when(keep, role="service").refused(AgreedToNoRecording)


def test_no_sound_is_kept_of_somebody_who_was_erased():
    erased = PersonErased(person="ada", rooms=())
    given(RECORDING, opened, started(), agreed, erased).when(keep, role="service").refused(PersonWasErased)


def test_no_sound_is_kept_of_a_room_that_was_not_recorded():
    given(RECORDING, opened, agreed).when(keep, role="service").refused(UnknownRecording)


def test_a_segment_is_removed_once_when_its_time_is_over():
    given(RECORDING, kept).when(remove, role="service").then(removed).again().nothing()
    given(RECORDING).when(remove, role="service").refused(UnknownSegment)
