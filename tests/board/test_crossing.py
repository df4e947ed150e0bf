"""What of somebody's presence goes from node to node."""

from rooms.board.crossing import bare, nameless, with_names
from rooms.board.telling import Asked, Person, Seen, Told
from rooms.board.wire import Entry


def seen(*states: str | None) -> Seen:
    return Seen(tuple(Person(Entry(n, 1, state), "ada") for n, state in enumerate(states)))


def states(what) -> list[str | None]:
    return [each.entry.state for each in what.present]


ADA = '{"user":{"person":"ada","name":"Ada","color":"#123456"},"cursor":{"anchor":[1,2.5]}}'
BARE = ADA.replace("Ada", "")


def test_where_somebody_points_goes_across_and_their_name_is_filled_in_there():
    told = bare(seen(ADA))
    assert states(told) == [BARE]
    assert nameless(told) == {"ada"}
    assert with_names(told, {"ada": "Ada"}) == seen(ADA)
    assert with_names(told, {}) == told
    assert bare(Told(open=True, present=seen(ADA).present)) == Told(open=True, present=told.present)


def test_nothing_else_that_a_client_says_of_somebody_goes_across():
    said = [
        '{"user":{"person":"ada","mail":"a@b.c"},"part":"shapes","pointer":[1,2],"mood":{}}',
        '{"user":"Ada of 7b","selection":null}',
        '{"user":{"name":null,"color":"' + "x" * 101 + '"}}',
        "[]",
        "nonsense",
        None,
    ]
    kept = [
        '{"user":{"person":"ada"},"part":"shapes","pointer":[1,2]}',
        '{"selection":null}',
        '{"user":{"name":""}}',
        "{}",
        "{}",
        None,
    ]
    assert states(bare(seen(*said))) == kept
    assert nameless(bare(seen(*said[:2], *said[3:]))) == set()


def test_what_is_of_nobody_goes_across_as_it_is():
    assert bare(Asked()) == Asked() == with_names(Asked(), {"ada": "Ada"})
    assert nameless(Asked()) == set()
