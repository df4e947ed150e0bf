"""The picture of the group, against a slow and obvious one."""

from hypothesis import given
from hypothesis import strategies as st

from domain.events import Recorded
from domain.rooms import BoardEdited, MessageSent, RoomJoined, RoomLeft, TurnTaken
from rooms.facilitator.picture import Picture, millis
from rooms.facilitator.track import LONGEST_OPEN
from tests.facilitator.script import Script, ms

PEOPLE = st.sampled_from(["ada", "bo", "cy", "di"])
REACH = 60_000
WINDOW = 30_000
OVER = (5_000, 20_000, 30_000)

Step = st.one_of(
    st.tuples(st.just("joins"), PEOPLE, st.integers(0, 5)),
    st.tuples(st.just("leaves"), PEOPLE, st.integers(0, 5)),
    st.tuples(st.just("speaks"), PEOPLE, st.integers(0, 20)),
    st.tuples(st.just("writes"), PEOPLE, st.integers(0, 5)),
    st.tuples(st.just("edits"), PEOPLE, st.integers(0, 5)),
)


def scripted(steps: list[tuple[str, str, int]]) -> Script:
    script, now = Script(), 0.0
    for what, person, seconds in steps:
        now += seconds
        match what:
            case "joins":
                script.joins(person, at=now)
            case "leaves":
                script.leaves(person, at=now)
            case "speaks":
                script.speaks(person, now - seconds, now)
            case "writes":
                script.writes(person, at=now)
            case _:
                script.edits(person, at=now)
    return script


def naive(events: list[Recorded], window: int, now: int) -> dict[str, tuple[int, int, int]]:
    """Who is in, and what each did in the window, by going through all of history."""
    members: dict[str, None] = {}
    spoken: dict[str, set[int]] = {}
    messages: dict[str, int] = {}
    edits: dict[str, int] = {}
    for recorded in events:
        inside = now - window < millis(recorded.at) <= now
        match recorded.event:
            case RoomJoined(person=person):
                members[person] = None
            case RoomLeft(person=person):
                members.pop(person, None)
            case TurnTaken(person=person, started=started, ended=ended):
                tenths = range(max(started, now - window) // 100, min(ended, now) // 100)
                spoken.setdefault(person, set()).update(tenths)
            case MessageSent(person=person):
                messages[person] = messages.get(person, 0) + inside
            case BoardEdited(runs=runs):
                for run in runs:
                    edits[run.person] = edits.get(run.person, 0) + inside
            case _:
                pass
    return {p: (100 * len(spoken.get(p, ())), messages.get(p, 0), edits.get(p, 0)) for p in members}


@given(st.lists(Step, max_size=60))
def test_the_running_picture_equals_one_made_from_all_of_history_after_every_event(steps):
    script = scripted(steps)
    picture = Picture("main", "algebra", REACH)
    for count, recorded in enumerate(script.events, 1):
        picture.fold(recorded)
        now = millis(recorded.at)
        talk, messages, edits = (f(WINDOW, now) for f in (picture.talk, picture.messages, picture.edits))
        found = {p: (talk[p], messages[p], edits[p]) for p in picture.members}
        assert found == naive(script.events[:count], WINDOW, now)


@given(st.lists(Step, max_size=40), st.data())
def test_events_that_come_twice_change_nothing(steps, data):
    script = scripted(steps)
    picture = script.picture(REACH)
    again = data.draw(st.lists(st.sampled_from(script.events)))
    now = millis(script.events[-1].at)
    before = (dict(picture.members), picture.talk(WINDOW, now), picture.messages(WINDOW, now))
    for recorded in again:
        picture.fold(recorded)
    assert before == (dict(picture.members), picture.talk(WINDOW, now), picture.messages(WINDOW, now))


def test_memory_is_bounded_however_long_a_room_goes_on_and_however_many_come_and_go():
    script = Script().joins("bo")
    for minute in range(600):
        guest = f"guest{minute}"
        script.joins(guest, at=minute * 60)
        script.speaks(guest, minute * 60, minute * 60 + 1).leaves(guest, at=minute * 60 + 2)
        for second in range(0, 60, 10):
            script.speaks("bo", minute * 60 + second, minute * 60 + second + 5)
            script.edits("bo", at=minute * 60 + second + 6)
    picture = script.picture(REACH)
    assert len(picture._tracks) < 5
    assert len(picture.track("bo").talk) < 100
    assert len(picture.track("bo").edits) < 100


def test_somebody_who_is_talking_right_now_counts():
    picture = Script().joins("ada", "bo").picture()
    picture.mark("ada", speaking=True, at=ms(10))
    assert picture.talk(60_000, ms(25))["ada"] == 15_000
    picture.mark("ada", speaking=False, at=ms(30))
    assert picture.talk(60_000, ms(40))["ada"] == 20_000


def test_the_recorded_turn_takes_the_place_of_the_live_one():
    script = Script().joins("ada", "bo")
    picture = script.picture()
    picture.mark("ada", speaking=True, at=ms(10))
    picture.mark("ada", speaking=False, at=ms(30))
    script.speaks("ada", 10.5, 29)
    picture.fold(script.events[-1])
    assert picture.talk(60_000, ms(40))["ada"] == 18_500


def test_a_turn_that_began_after_the_recorded_one_goes_on():
    script = Script().joins("ada", "bo").speaks("ada", 0, 5)
    picture = Picture("main", "algebra", REACH)
    for recorded in script.events[:-1]:
        picture.fold(recorded)
    picture.mark("ada", speaking=True, at=ms(6))
    picture.fold(script.events[-1])
    assert picture.talk(60_000, ms(8))["ada"] == 7_000


def test_a_sign_that_got_lost_does_not_make_a_person_talk_for_ever():
    picture = Script().joins("ada", "bo").picture()
    picture.mark("ada", speaking=True, at=ms(0))
    assert picture.talk(LONGEST_OPEN * 2, ms(LONGEST_OPEN / 500)) == {"ada": LONGEST_OPEN, "bo": 0}


def test_whoever_leaves_is_not_talking_any_more():
    script = Script().joins("ada", "bo")
    picture = script.picture()
    picture.mark("ada", speaking=True, at=ms(1))
    for recorded in script.leaves("ada", at=2).joins("ada", at=3).events:
        picture.fold(recorded)
    assert picture.talk(60_000, ms(10))["ada"] == 0


def test_pseudonyms_go_by_the_order_of_coming():
    picture = Script().joins("ada", "bo").leaves("ada", at=1).joins("ada", at=2).picture()
    assert picture.pseudonyms() == {"bo": "S1", "ada": "S2"}


def test_being_together_begins_with_the_second_person_and_ends_with_the_last_but_one():
    script = Script().joins("ada", at=1).joins("bo", at=5).joins("cy", at=9)
    assert script.picture().together == ms(5)
    assert script.leaves("cy", at=10).picture().together == ms(5)
    assert script.leaves("bo", at=11).picture().together is None


def test_what_the_room_works_on_is_known_by_what_is_posed_answered_and_asked_about():
    script = Script().joins("ada").works_on("p1", at=1).answers("ada", "p2", True, at=2)
    script.asks_for_a_hint("ada", "p3", at=3).works_on("p1", at=4)
    assert script.picture().problems == ["p2", "p3", "p1"]


@given(st.lists(Step, max_size=40), st.lists(st.integers(0, 60_000), min_size=1, max_size=5))
def test_several_windows_at_once_are_what_each_of_them_is_alone(steps, ago):
    script = scripted(steps)
    picture = Picture("main", "algebra", 10**9)
    for recorded in script.events:
        picture.fold(recorded)
        if isinstance(recorded.event, TurnTaken):
            picture.mark(recorded.event.person, speaking=True, at=millis(recorded.at))
        for back in ago:
            now = millis(recorded.at) + 1_000 - back
            over = picture.talk_over(OVER, now)
            for at, window in enumerate(OVER):
                assert {p: amounts[at] for p, amounts in over.items()} == picture.talk(window, now)


def test_the_members_of_a_room_agree_when_the_last_of_them_gives_the_same_answer():
    script = Script().joins("ada", "bo").works_on("p1", at=1).answers("ada", "p1", False, at=2)
    assert script.picture().consensus() is None
    assert script.answers("bo", "p1", False, at=3).picture().consensus() == "wrong"
    assert script.works_on("p2", at=4).picture().consensus() is None


def test_whoever_has_not_answered_yet_and_leaves_lets_the_others_agree():
    script = (
        Script().joins("ada", "bo", "cy").answers("ada", "p1", True, at=2).answers("bo", "p1", True, at=3)
    )
    assert script.picture().consensus() is None
    assert script.leaves("cy", at=4).picture().consensus() == "right"
