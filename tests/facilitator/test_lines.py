"""Which lines the model may read, and what of them."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from adapters.claude import Claude
from domain.events import Context, Event
from domain.interventions import ModelAnswered
from domain.model_calls import ModelTextsKept
from domain.people import ConsentGiven, ConsentWithdrawn, PersonErased
from domain.rooms import MessageSent, RoomJoined, RoomLeft
from domain.text_to_model import TextToModelSet
from domain.transcripts import TranscriptsSet, TurnTranscribed
from rooms.facilitator.history import Known
from rooms.facilitator.lines import MOST, RECENT, Line, permitted_lines, quotes, unnamed
from rooms.facilitator.picture import Picture
from tests.facilitator.house import House, Time
from tests.facilitator.script import Script, lecture, ms
from tests.fakes import messages_api as api
from tests.fakes.messages_api import KEY, MessagesApi

ROOM_ON = (
    TextToModelSet(room="algebra", on=True, by="tia"),
    TranscriptsSet(room="algebra", on=True, by="tia"),
)
SCOPES = ("voice", "transcript", "text-to-model")
NAMES = {"ada": "Ada Byron", "ben": "Ben", "cem": "Cem"}


def agreed(person: str, *scopes: str) -> tuple[Event, ...]:
    return tuple(ConsentGiven(person=person, scope=scope) for scope in scopes or SCOPES)


def said(person: str, text: str, turn: str = "t1") -> TurnTranscribed:
    spoken = {"room": "algebra", "person": person, "turn": turn, "piece": 0, "started": ms(0), "ended": ms(9)}
    return TurnTranscribed(**spoken, text=text, language="en", recogniser="scripted")


def wrote(person: str, text: str, message: str = "m1") -> MessageSent:
    return MessageSent(room="algebra", person=person, message=message, text=text)


class Everybody:
    async def people(self, org: str, persons: Iterable[str]) -> dict[str, Known]:
        return {person: Known(NAMES[person], False) for person in persons if person in NAMES}


async def shown(log, *events: Event, now: float = 10) -> list[Line]:
    script = Script()
    for person in NAMES:
        script.write(0, RoomJoined(room="algebra", person=person))
    for event in events:
        script.write(9, event)
    picture = Picture("main", "algebra", RECENT)
    for recorded in script.events:
        picture.fold(recorded)
    for recorded in script.events:
        await log.append([recorded.event], context(recorded.at))
    return list(await permitted_lines(log, Everybody(), picture, ms(now)))


def context(at):
    return Context(org="main", actor="ada", role="service", at=at)


async def test_lines_of_those_who_agreed_are_shown_under_pseudonyms_and_no_others(log):
    lines = await shown(
        log,
        *ROOM_ON,
        *agreed("ada"),
        *agreed("cem", "voice", "transcript"),
        said("ada", "Ben, divide by two, says BYRON."),
        wrote("ada", "or three"),
        said("cem", "Not for a model."),
        wrote("ben", "Nor this."),
    )
    assert lines == [Line("S1", "S2, divide by two, says S1."), Line("S1", "or three")]


@pytest.mark.parametrize("missing", SCOPES)
async def test_speech_needs_every_consent(log, missing):
    given = [scope for scope in SCOPES if scope != missing]
    assert await shown(log, *ROOM_ON, *agreed("ada", *given), said("ada", "Divide.")) == []


@pytest.mark.parametrize(
    "ended",
    [
        TextToModelSet(room="algebra", on=False, by="tia"),
        TranscriptsSet(room="algebra", on=False, by="tia"),
        PersonErased(person="ada", rooms=()),
        RoomLeft(room="algebra", person="ada", why="left"),
        *(ConsentWithdrawn(person="ada", scope=scope) for scope in SCOPES),
    ],
    ids=repr,
)
async def test_what_ends_takes_back_what_was_said_before(log, ended):
    assert await shown(log, *ROOM_ON, *agreed("ada"), said("ada", "Divide."), ended) == []


async def test_what_was_said_before_all_agreed_is_never_shown(log):
    early = said("ada", "Before.", "t0")
    assert await shown(log, early, *ROOM_ON, early, *agreed("ada"), said("ada", "After.")) == [
        Line("S1", "After.")
    ]


async def test_the_latest_few_are_enough_and_what_is_long_is_cut(log):
    some = [wrote("ada", f"{n} " + "x" * 500, f"m{n}") for n in range(20)]
    lines = await shown(log, *ROOM_ON, *agreed("ada"), *some)
    assert [line.text.split()[0] for line in lines] == [str(n) for n in range(20 - MOST, 20)]
    assert {len(line.text) for line in lines} == {200}
    assert await shown_later(log) == []


async def shown_later(log) -> list[Line]:
    picture = Picture("main", "algebra", RECENT)
    picture.members = dict.fromkeys(NAMES, 0)
    return list(await permitted_lines(log, Everybody(), picture, ms(10) + RECENT))


LETTERS = st.text(st.characters(categories=("Lu", "Ll", "Lo")), min_size=1)


@given(st.text(), st.dictionaries(LETTERS, st.just("S1"), min_size=1))
def test_no_name_is_left(text, names):
    unnamed(text, names)
    for name in names:
        assert unnamed(f"1 {name} 2", names) == "1 S1 2"


@given(st.text(), st.dictionaries(st.text(), st.just("S1")))
def test_whatever_people_call_themselves_and_write_is_no_trouble(text, names):
    unnamed(text, names)


def test_words_that_only_hold_a_name_stay():
    assert unnamed("The benefit of Ben's", {"Ben": "S2"}) == "The benefit of S2's"


def test_five_words_in_a_row_are_a_quotation():
    lines = (Line("S1", "We divide both sides by the number"),)
    assert quotes("Ada, you DIVIDE both sides, by the what?", lines)
    assert not quotes("Why divide both sides by a number?", lines)
    assert not quotes("Why?", lines)


async def test_the_model_reads_along_where_all_agreed_and_its_words_repeat_nobody(log):
    house = House(log)
    await house.register(ada="Ada Byron", bo="Bo Diddley", cy="Cy Twombly")
    await house.play(lecture("ada"))
    await house.record(*ROOM_ON, *agreed("bo"), at=280)
    line = "Bo here, Ada, we divide both sides by the factor."
    await house.record(replace(said("bo", line), ended=ms(285)), at=286)
    time = Time(300)
    async with (
        MessagesApi.scripted(api.says("S2, why divide both sides by the thing?")) as served,
        Claude(KEY, base_url=served.url) as claude,
        house.facilitator(time, phraser=claude),
    ):
        await time.looked()
    told = str(served.received)
    assert "here, S2, we divide both sides" in told
    assert not any(name in told for name in ("Ada", "Bo", "Diddley"))
    kept = await house.happened(ModelTextsKept)
    assert [each.person for each in kept] == ["ada"]
    assert "divide" not in kept[0].request
    answered = await house.happened(ModelAnswered)
    assert [(each.outcome, each.reason) for each in answered] == [("rejected", "quote")]
