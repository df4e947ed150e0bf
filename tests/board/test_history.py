"""The room as it was: at a position or an instant, from its events alone."""

from datetime import UTC, datetime, timedelta

import msgspec
from pycrdt import Doc, Text

from domain.catalogue import tags_of
from domain.events import Recorded
from domain.identity import ERASED
from domain.interventions import InterventionDelivered
from domain.rooms import BoardEdited, MessageSent, RoomJoined, RoomLeft, RoomOpened, Run, TurnTaken
from rooms.past.board import Span
from rooms.past.room import RoomHistory
from rooms.past.then import Known

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NOON_MS = round(NOON.timestamp() * 1000)


class Story:
    """Events of room r, one each second after noon, from position 10 on."""

    def __init__(self):
        self.events = []
        self.docs = {}
        self.erased = ()
        self.runs = []

    def add(self, event):
        at = NOON + timedelta(seconds=len(self.events))
        position = 10 + len(self.events)
        tags = tags_of(event)
        self.events.append(
            Recorded(position=position, org="o", at=at, actor="x", cause=None, tags=tags, event=event)
        )
        return position

    def edit(self, person, client, change, carried_by=None, part="text"):
        doc = self.docs.setdefault(client, Doc(client_id=client))
        text = doc.get(part, type=Text)
        for run in self.runs:
            doc.apply_update(run.update)
        before = doc.get_state()
        change(text)
        update = doc.get_update(before)
        by, written = (carried_by, 0) if carried_by else (person, client)
        self.runs.append(Run(person=by, client=written, update=update))
        return self.add(BoardEdited(room="r", runs=(self.runs[-1],)))

    def at(self, **instant):
        history = RoomHistory("r")
        for recorded in self.events:
            history.apply(recorded)
        return history.answer(
            history.moment(**instant), Known({"ada": "Ada", "bob": "Bob"}, self.erased), self.events
        )


def told():
    story = Story()
    story.add(RoomOpened(room="r", title="Fractions", capacity=4, host="tut"))
    story.add(RoomJoined(room="r", person="ada"))
    story.add(RoomJoined(room="r", person="bob"))
    story.edit("ada", 1, lambda text: text.insert(0, "hello"))
    story.edit("bob", 2, lambda text: text.insert(5, " world 😀"))
    story.add(MessageSent(room="r", person="ada", message="m1", text="hi"))
    story.add(
        InterventionDelivered(
            intervention="i1", room="r", person="bob", text="Bob?", why="Silent for 60 s.", source="template"
        )
    )
    story.add(turn("ada", 0, 2_000))
    story.add(RoomLeft(room="r", person="bob", why="left"))
    story.edit("ada", 1, lambda text: text.__delitem__(slice(0, 6)))
    return story


def turn(person, started, ended, name="t"):
    return TurnTaken(room="r", person=person, turn=name, started=NOON_MS + started, ended=NOON_MS + ended)


def test_the_whole_room_at_the_end():
    answer = told().at()
    assert (answer.title, answer.position, answer.first, answer.last) == ("Fractions", 19, 10, 19)
    assert answer.board.text == "world 😀"
    assert [(a.person, a.name, a.characters) for a in answer.authors] == [("bob", "Bob", 7)]
    assert [m.person for m in answer.members] == ["ada"]
    assert [(s.name, s.talk_ms, s.turns) for s in answer.spoke] == [("Ada", 2_000, 1)]
    assert [(m.position, m.name, m.text) for m in answer.messages] == [(15, "Ada", "hi")]
    assert [(w.position, w.name, w.why, w.source) for w in answer.facilitator] == [
        (16, "Bob", "Silent for 60 s.", "template")
    ]


def test_a_position_in_the_middle_shows_what_there_was_and_where_the_history_ends():
    answer = told().at(position=14)
    assert (answer.position, answer.time, answer.last) == (14, NOON + timedelta(seconds=4), 19)
    assert answer.board.text == "hello world 😀"
    assert {a.person: a.characters for a in answer.authors} == {"ada": 5, "bob": 8}
    assert [m.name for m in answer.members] == ["Ada", "Bob"]
    assert answer.messages == answer.facilitator == ()


def test_an_instant_shows_the_same_as_the_position_it_falls_on():
    story = told()
    by_time, by_position = story.at(time=NOON + timedelta(seconds=4, milliseconds=9)), story.at(position=14)
    assert by_time.board == by_position.board
    assert by_time.position == by_position.position


def test_a_turn_that_is_going_on_counts_up_to_the_instant_though_it_is_recorded_later():
    story = told()
    story.add(turn("bob", 3_000, 9_000, "t2"))
    answer = story.at(time=NOON + timedelta(seconds=5))
    assert answer.speaking == ("bob",)
    assert {s.person: (s.talk_ms, s.turns) for s in answer.spoke} == {"ada": (2_000, 1), "bob": (2_000, 1)}
    assert story.at(time=NOON + timedelta(seconds=2, milliseconds=500)).speaking == ()
    assert story.at(time=NOON + timedelta(seconds=1)).speaking == ("ada",)


def test_a_room_that_never_was_is_empty():
    history = RoomHistory("nowhere")
    answer = history.answer(history.moment(), Known())
    assert (answer.first, answer.last, answer.position, answer.time) == (0, 0, 0, None)
    assert answer.board.text == ""


def test_code_and_the_scratchpad_are_shown_with_their_authors_where_there_are_any():
    story = Story()
    story.edit("ada", 1, lambda text: text.insert(0, "here"))
    story.edit("bob", 2, lambda code: code.insert(0, "x = 1"), part="code")
    shown = [(other.part, other.text, other.spans) for other in story.at().board.others]
    assert shown == [("code", "x = 1", (Span(start=0, end=5, person="bob"),))]
    assert story.at(position=10).board.others == ()


def test_edits_in_another_root_are_nobodys_characters_of_the_text():
    story = Story()
    doc = Doc(client_id=3)
    doc.get("notes", type=Text).insert(0, "elsewhere")
    story.runs.append(Run(person="ada", client=3, update=doc.get_update()))
    story.add(BoardEdited(room="r", runs=(story.runs[-1],)))
    story.edit("ada", 1, lambda text: text.insert(0, "here"))
    assert [(a.person, a.characters) for a in story.at().authors] == [("ada", 4)]


def test_what_somebody_brings_back_for_another_is_on_record_as_brought():
    story = Story()
    story.edit("ada", 1, lambda text: text.insert(0, "ada's "))
    story.edit("ada", 1, lambda text: text.insert(6, "😀brought"), carried_by="bob")
    story.edit("ada", 1, lambda text: text.insert(6, "more "))
    assert {a.person: a.characters for a in story.at().authors} == {"ada": 11, "bob": 8}


def test_the_answer_is_ready_for_json():
    answer = msgspec.json.decode(msgspec.json.encode(told().at(position=16)))
    assert answer["board"]["text"] == "hello world 😀"
    assert answer["board"]["spans"] == [
        {"start": 0, "end": 5, "person": "ada"},
        {"start": 5, "end": 14, "person": "bob"},
    ]
    assert answer["facilitator"][0]["text"] == "Bob?"
    assert answer["time"] == "2026-03-02T12:00:06Z"


def test_of_the_erased_no_name_no_id_and_no_word_is_shown_and_the_board_keeps_its_text():
    story = told()
    story.edit("cyd", 3, lambda text: text.insert(0, "so, "))
    story.edit("bob", 2, lambda text: text.insert(0, "and "))
    story.erased = ("bob", "cyd")
    answer = story.at()
    assert answer.board.text == "and so, world 😀"
    assert [(s.start, s.end, s.person) for s in answer.board.spans] == [(0, 16, "")]
    assert [(a.person, a.name, a.characters) for a in answer.authors] == [("", ERASED, 15)]
    assert [(w.name, w.text) for w in answer.facilitator] == [(ERASED, ERASED)]
    assert [m.text for m in answer.messages] == ["hi"]
