"""Going back to a position, and taking out what somebody did: as edits that every copy takes in."""

from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Doc, Map, Text

from domain.rooms import Run
from rooms.board import parts
from rooms.board.document import Document, restored
from rooms.board.update import read
from rooms.past.board import BoardPast
from rooms.past.restoring import MAPS, TEXTS, back_to, client_of, drafted, without
from tests.history.told import PERSONS, Told, histories, past_of

ALL = (*TEXTS, *MAPS)


def takes(document: Document, runs: list[Run]) -> Document:
    """The document, after the board has taken the runs as it takes those of another node."""
    for run in runs:
        contents = read(run.update)
        document.follow(run.update, contents, document.new_blocks(contents))
    return document


def went_back(told: Told, position: int) -> list[Run]:
    past = past_of(told)
    return drafted(past, back_to(past, position), "e", "tia", ALL)


def taken_out(told: Told, person: str, since: int) -> list[Run]:
    past = past_of(told)
    return drafted(past, without(past, person, since), "e", "tia", ALL)


def live(told: Told, runs: list[Run]) -> Document:
    return takes(told.document(len(told.events)), runs)


def described(document: Document) -> parts.Parts:
    return parts.read(document.whole())


def authors(past: BoardPast, position: int) -> list[str]:
    """Whose each character is."""
    return [whose for _, start, end, whose in past.visible(position) for _ in range(start, end)]


@settings(max_examples=150, deadline=None)
@given(histories, st.integers(0, 20))
def test_going_back_makes_every_part_what_it_was_with_its_authors_and_history_keeps_what_was_between(
    history, at
):
    told = Told(history)
    position, last = told.complete[at % len(told.complete)], len(told.events)
    runs = went_back(told, position)
    assert described(live(told, runs)) == described(told.document(position))
    past = past_of(told)
    past.fold(runs, last + 1)
    assert past.text(last + 1) == told.document(position).text()
    assert authors(past, last + 1) == authors(past, position)
    assert past.text(last) == told.document(last).text()
    again = drafted(past, back_to(past, last), "f", "tia", ALL)
    assert described(takes(live(told, runs), again)) == described(told.document(last))
    past.fold(again, last + 2)
    assert authors(past, last + 2) == authors(past, last)


@settings(max_examples=60, deadline=None)
@given(histories, st.integers(0, 20), st.sampled_from(("one", "other", "between")))
def test_what_is_edited_meanwhile_is_merged_whichever_comes_first(history, at, order):
    told = Told(history)
    runs = went_back(told, told.complete[at % len(told.complete)])
    page = told.authors[0]
    page.doc.apply_update(told.document(len(told.events)).whole())
    page.waiting.clear()
    page.edit(lambda text: text.insert(0, "meanwhile"))
    page.edit(lambda _: page.draw("new", "#abcdef"))
    meanwhile = [Run(person=page.person, client=1, update=each) for each in page.waiting]
    half = {"one": 0, "other": len(runs), "between": len(runs) // 2}[order]
    board = live(told, [*runs[:half], *meanwhile, *runs[half:]])
    for run in runs:
        page.doc.apply_update(run.update)
    assert board.text() == str(page.text)
    assert "meanwhile" in board.text()
    assert "new" in [shape.shape for shape in described(board).shapes]
    past = past_of(told)
    past.fold([*runs[:half], *meanwhile, *runs[half:]], len(told.events) + 1)
    assert past.text(len(told.events) + 1) == board.text()


@settings(max_examples=150, deadline=None)
@given(histories, st.integers(0, 20), st.sampled_from(PERSONS))
def test_taking_out_what_somebody_did_leaves_every_character_of_the_others(history, at, person):
    told = Told(history)
    since, last = at % (len(told.events) + 1), len(told.events)
    runs = taken_out(told, person, since)
    document, past = live(told, runs), past_of(told)
    past.fold(runs, last + 1)
    assert past.text(last + 1) == document.text()
    before, after = past.reached(since), past.reached(last)
    still = {
        (item.client, clock) for item, start, end, _ in past.visible(last + 1) for clock in range(start, end)
    }
    for item, start, end, author in past_of(told).visible(last):
        for clock in range(start, end):
            own = author == person and before.get(item.client, 0) <= clock
            assert own is ((item.client, clock) not in still)
    assert after.items() <= past.reached(last).items()


def recorded(doc: Doc, *changes) -> BoardPast:
    """The history of a page whose changes are an event each, of Ada."""
    past = BoardPast()
    for position, change in enumerate(changes, 1):
        before = doc.get_state()
        change()
        past.fold([Run(person="ada", client=doc.client_id, update=doc.get_update(before))], position)
    return past


def test_what_was_brought_back_is_its_authors_and_who_brought_it_can_be_undone():
    doc: Doc = Doc(client_id=5)
    text = doc.get("text", type=Text)
    past = recorded(doc, lambda: text.insert(0, "ours"), text.clear)
    runs = drafted(past, back_to(past, 1), "e", "tia", ALL)
    assert [(run.person, run.by) for run in runs] == [("ada", "tia"), ("tia", None)]
    past.fold(runs, 3)
    assert past.read(3).characters == {"ada": 4}
    assert len(drafted(past, without(past, "ada", 2), "f", "tia", ALL)) == 1  # she did nothing since
    past.fold(drafted(past, without(past, "tia", 2), "g", "tia", ALL), 4)
    assert not past.text(4)


def test_shapes_fields_language_and_notes_go_back_and_what_came_since_goes():
    doc: Doc = Doc(client_id=5)
    shapes, settings_, notes = (doc.get(root, type=Map) for root in ("shapes", "code-settings", "notes"))
    fields = {"v": 1, "kind": "line", "points": [0, 0, 5, 5], "colour": "#112233"}

    def first():
        shapes["a"], shapes["b"] = Map(fields), Map(fields)
        settings_["language"] = "python"
        notes["m1"] = {"v": 1, "anchor": "shape@a"}

    def since():
        shapes["a"]["points"] = [1, 1, 9, 9]
        del shapes["b"]
        shapes["c"] = Map(fields)
        settings_["language"] = "javascript"
        notes["m1"] = {"v": 1, "anchor": "shape@c"}

    past = recorded(doc, first, since)
    then = restored([Run(person="", client=0, update=doc.get_update())])
    now = described(takes(then, drafted(past, back_to(past, 1), "e", "tia", ALL)))
    assert [(shape.shape, shape.points) for shape in now.shapes] == [
        ("a", (0, 0, 5, 5)),
        ("b", (0, 0, 5, 5)),
    ]
    assert (now.language, [note.anchor for note in now.notes]) == ("python", ["shape@a"])
    some = drafted(past, back_to(past, 1), "f", "tia", ["code", "code-settings"])
    only = described(takes(restored([Run(person="", client=0, update=doc.get_update())]), some))
    assert only.language == "python"
    assert [shape.shape for shape in only.shapes] == ["a", "c"]


def test_what_is_larger_than_a_message_goes_back_in_runs_that_are_none_too_large():
    doc: Doc = Doc(client_id=5)
    text = doc.get("text", type=Text)
    words = "".join(f"{n} 😀 " for n in range(150_000))
    past = recorded(doc, lambda: text.insert(0, words), text.clear)
    runs = drafted(past, back_to(past, 1), "e", "tia", ALL)
    assert sum(len(run.update) for run in runs) > 1024 * 1024
    assert max(len(run.update) for run in runs) <= 256 * 1024
    board = takes(restored([Run(person="", client=0, update=doc.get_update())]), runs)
    assert board.text() == words


def test_what_somebody_deleted_is_brought_back_in_its_place():
    told = Told(
        [
            ("insert", 0, 0, "xyz"),
            ("send", 0),
            ("event",),
            ("hear", 1),
            ("delete", 1, 1, 1),
            ("insert", 1, 2, "a"),
            ("send", 1),
        ]
    )
    past = past_of(told)
    assert past.text(2) == "xza"
    assert live(told, taken_out(told, "ben", 1)).text() == "xyz"
    assert live(told, taken_out(told, "ada", 0)).text() == "a"


def test_every_part_that_is_a_text_goes_back():
    doc: Doc = Doc(client_id=5)
    code = doc.get("code", type=Text)
    past = recorded(doc, lambda: code.insert(0, "let x"), code.clear)
    past.fold(drafted(past, back_to(past, 1), "e", "tia", ALL), 3)
    assert [past.text(position, "code") for position in (1, 2, 3)] == ["let x", "", "let x"]
    assert not past.text(3)


def test_an_edit_has_one_client_id_which_is_nobody_elses():
    past = BoardPast()
    client = client_of("e1", past, "ada")
    assert client == client_of("e1", past, "ada") != client_of("e1", past, "ben")
    doc: Doc = Doc(client_id=client)
    doc.get("text", type=Text).insert(0, "x")
    past.fold([Run(person="eve", client=client, update=doc.get_update())], 1)
    assert client_of("e1", past, "ada") != client
    past = BoardPast()
    past.fold([Run(person="ada", client=client, update=doc.get_update())], 1)
    assert client_of("e1", past, "ada") == client
