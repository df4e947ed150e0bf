"""How much a document takes in at once that is more than any client sends."""

from pycrdt import Doc, Map, Text

from domain.rooms import Run
from rooms.board.fitting import fits
from rooms.board.limits import Limits


def written(client: int, change) -> bytes:
    doc: Doc = Doc(client_id=client)
    change(doc)
    return doc.get_update()


def text(length: int):
    return lambda doc: doc.get("text", type=Text).insert(0, "x" * length)


def shapes(count: int):
    def draw(doc: Doc) -> None:
        for number in range(count):
            doc.get("shapes", type=Map)[f"s{number}"] = Map({"v": 1})

    return draw


def runs(*updates: bytes) -> list[Run]:
    return [Run(person="tia", client=7, update=update) for update in updates]


def test_what_is_within_the_limits_fits_and_what_is_beyond_does_not():
    limits = Limits(document=10_000)
    assert fits(written(1, text(5_000)), runs(written(7, text(4_000))), limits)
    assert not fits(written(1, text(5_000)), runs(written(7, text(6_000))), limits)


def test_what_makes_room_for_itself_fits():
    doc: Doc = Doc(client_id=1)
    doc.get("text", type=Text).insert(0, "x" * 9_000)
    whole, before = doc.get_update(), doc.get_state()
    doc.get("text", type=Text).clear()
    limits = Limits(document=10_000)
    assert fits(whole, runs(doc.get_update(before), written(7, text(9_000))), limits)


def test_more_maps_than_a_board_may_hold_do_not_fit():
    limits = Limits(nested_types=50)
    assert fits(written(1, shapes(30)), runs(written(7, shapes(20))), limits)
    assert not fits(written(1, shapes(30)), runs(written(7, shapes(21))), limits)
