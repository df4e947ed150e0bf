"""Help, fresh problems and summaries: what is decided."""

from datetime import timedelta

import pytest

from domain.called import Call
from domain.fresh_problems import (
    FRESH,
    MakeProblem,
    ProblemMade,
    ProblemWished,
    TooManyProblems,
    UnknownWish,
    WishForProblem,
    WishIdTaken,
)
from domain.helping import (
    FACILITATOR,
    HELP,
    OF_A_PERSON,
    WITHIN,
    AskForHelp,
    GiveHelp,
    HelpAsked,
    HelpGiven,
    HelpIdTaken,
    TooMuchHelp,
    UnknownHelp,
)
from domain.interventions import ModelAnswered, ModelAsked, OnlyTheFacilitator
from domain.model_calls import ModelTextsKept
from domain.practice import ProblemAdded, UnknownProblem
from domain.rooms import (
    BoardEdited,
    NotInTheRoom,
    ProblemPosed,
    RoomClosed,
    RoomIsClosed,
    RoomJoined,
    RoomLeft,
    RoomOpened,
    Run,
)
from domain.summaries import (
    SUMMARIES,
    NotClosedYet,
    ReviewSuggested,
    RoomSummarised,
    Suggestion,
    SummariseRoom,
)
from tests.domain.spec import NOON, given

OPENED = RoomOpened(room="r", title="R", capacity=8, host="tia")
IN = (OPENED, RoomJoined(room="r", person="ada"), RoomJoined(room="r", person="ben"))
ADDED = ProblemAdded(problem="p", skill="s", prompt="1 + 1?", key="2")
POSED = ProblemPosed(room="r", problem="p", person="tia")
MOMENT = round(NOON.timestamp() * 1000)
SERVICE = {"actor": "facilitator", "role": "service"}
CALL = Call(
    asked=ModelAsked(intervention="i", room="r", model="m", prompt="0" * 64),
    answered=ModelAnswered(intervention="i", room="r", outcome="used", reason="", tokens=(1, 2), took=3),
    request="{}",
    answer="Hm?",
)
TEXTS = ModelTextsKept(intervention="i", room="r", person="ada", request="{}", answer="Hm?")


def asked(help="h", kinds=("hint", "picture", "comparison"), **fields) -> HelpAsked:
    given = {"person": "ada", "problem": "p", "variants": (0,) * len(kinds), "spot": 0, "moment": MOMENT}
    return HelpAsked(**{"help": help, "room": "r", "kinds": kinds, "work": "", **given, **fields})


def test_who_is_stuck_asks_three_helpers_about_what_the_room_works_on():
    wish = AskForHelp(room="r", help="h", work="I added the tops.")
    given(HELP, *IN, ADDED, POSED).when(wish).then(asked(work="I added the tops.")).again().nothing()


def test_who_asks_again_gets_another_variant_and_a_picture_another_place():
    history = given(HELP, *IN, ADDED, POSED, asked())
    again = AskForHelp(room="r", help="h2", kinds=("picture",))
    history.when(again).then(asked("h2", kinds=("picture",), variants=(1,), spot=1))
    other = asked("h3", kinds=("picture",), person="ben", variants=(0,), spot=1)
    history.when(AskForHelp(room="r", help="h3", kinds=("picture",)), actor="ben").then(other)


def test_help_is_for_those_in_the_room_while_it_is_open():
    wish = AskForHelp(room="r", help="h")
    given(HELP, *IN).when(wish, actor="cyd").refused(NotInTheRoom)
    given(HELP, *IN, RoomLeft(room="r", person="ada", why="left")).when(wish).refused(NotInTheRoom)
    given(HELP, *IN, RoomClosed(room="r")).when(wish).refused(RoomIsClosed)
    given(HELP, *IN).when(AskForHelp(room="r", help="h", problem="no")).refused(UnknownProblem)
    given(HELP, *IN, asked()).when(wish, actor="ben").refused(HelpIdTaken)


def test_too_much_help_is_refused_until_some_time_has_passed():
    history = given(HELP, *IN, *(asked(f"h{n}", problem=None) for n in range(OF_A_PERSON)))
    wish = AskForHelp(room="r", help="more")
    history.when(wish).refused(TooMuchHelp)
    assert history.when(wish, actor="ben").decide()
    assert history.when(wish, at=NOON + timedelta(milliseconds=WITHIN)).decide()
    with pytest.raises(TooMuchHelp) as refused:
        history.when(wish, at=NOON + timedelta(seconds=1)).decide()
    assert refused.value.wait == WITHIN // 1000 - 1


def test_a_helper_answers_once_and_what_it_draws_is_on_the_board_with_it():
    run = Run(person=FACILITATOR, client=7, update=b"\0\0")
    picture = GiveHelp(
        room="r", help="h", kind="picture", text="Look.", source="model", shapes=("s",), drawn=run, call=CALL
    )
    answered = HelpGiven(
        help="h",
        room="r",
        person="ada",
        problem="p",
        kind="picture",
        variant=0,
        text="Look.",
        source="model",
        shapes=("s",),
    )
    events = (CALL.asked, TEXTS, CALL.answered, answered, BoardEdited(room="r", runs=(run,)))
    given(HELP, *IN, asked()).when(picture, **SERVICE).then(*events).again().nothing()


def test_a_call_to_a_model_is_on_record_though_the_room_has_closed():
    hint = GiveHelp(room="r", help="h", kind="hint", text="Hm?", source="model", call=CALL)
    closed = given(HELP, *IN, asked(), RoomClosed(room="r"))
    closed.when(hint, **SERVICE).then(CALL.asked, TEXTS, CALL.answered).again().nothing()


def test_only_the_facilitator_helps_and_only_who_asked():
    hint = GiveHelp(room="r", help="h", kind="hint", text="Hm?", source="template")
    given(HELP, *IN, asked()).when(hint).refused(OnlyTheFacilitator)
    given(HELP, *IN).when(hint, **SERVICE).refused(UnknownHelp)
    given(HELP, *IN, asked(kinds=("picture",))).when(hint, **SERVICE).refused(UnknownHelp)


WISH = WishForProblem(room="r", wish="w", skill="fractions", family="fractions", level=2)
WISHED = ProblemWished(
    wish="w", room="r", person="ada", skill="fractions", family="fractions", level=2, moment=MOMENT
)
MAKE = MakeProblem(
    room="r",
    wish="w",
    problem="made-1",
    prompt="1/2 + 1/3?",
    key="5/6",
    hints=("Which parts?",),
    source="template",
    checks=("1/2 + 1/3 = 5/6",),
)


def test_a_wished_problem_is_made_and_posed_once():
    history = given(FRESH, *IN).when(WISH).then(WISHED)
    history.again().nothing()
    made = ProblemMade(
        wish="w",
        room="r",
        problem="made-1",
        family="fractions",
        level=2,
        source="template",
        checks=MAKE.checks,
    )
    added = ProblemAdded(problem="made-1", skill="fractions", prompt=MAKE.prompt, key="5/6", hints=MAKE.hints)
    posed = ProblemPosed(room="r", problem="made-1", person="ada")
    history.when(MAKE, **SERVICE).then(made, added, posed).again().nothing()


def test_problems_are_for_members_and_not_without_end():
    given(FRESH, *IN).when(WISH, actor="cyd").refused(NotInTheRoom)
    given(FRESH, *IN, WISHED).when(WISH, actor="ben").refused(WishIdTaken)
    given(FRESH, *IN).when(MAKE, **SERVICE).refused(UnknownWish)
    given(FRESH, *IN, WISHED).when(MAKE).refused(OnlyTheFacilitator)
    many = [
        ProblemWished(
            wish=f"w{n}", room="r", person="ada", skill="s", family="percent", level=1, moment=MOMENT
        )
        for n in range(20)
    ]
    given(FRESH, *IN, *many).when(WISH).refused(TooManyProblems)


def test_a_closed_room_is_summed_up_once_for_all_and_for_each():
    wish = SummariseRoom(
        room="r",
        text="This room worked on fractions.",
        worked_on=("p",),
        open=(),
        source="template",
        suggestions=(Suggestion(person="ada", problems=("p",), text="Once more?"),),
    )
    left = RoomSummarised(room="r", text=wish.text, worked_on=("p",), open=(), source="template")
    own = ReviewSuggested(room="r", person="ada", problems=("p",), text="Once more?", source="template")
    given(SUMMARIES, *IN).when(wish, **SERVICE).refused(NotClosedYet)
    closed = given(SUMMARIES, *IN, RoomClosed(room="r"))
    closed.when(wish).refused(OnlyTheFacilitator)
    closed.when(wish, **SERVICE).then(left, own).again().nothing()
