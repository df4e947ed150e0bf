"""Policies over what happened: the one in force says what it said, and others are shown beside it."""

import asyncio
from collections.abc import AsyncIterator

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.events import Query, Recorded, about
from domain.guidance import CallsDeclined, FacilitatorModeSet
from domain.interventions import InterventionDecided, InterventionHeldOut, OutcomeMeasured
from domain.rooms import TurnTaken
from rooms.facilitator.differences import differences, habit
from rooms.facilitator.picture import FOLDED
from rooms.facilitator.policy import STANDARD, Policy
from rooms.facilitator.ports import Mark
from rooms.facilitator.rehearsal import History, Outcome, rehearse
from tests.facilitator.house import House, Time
from tests.facilitator.script import BEGAN, Script, lecture, ms

QUICK = replace(STANDARD.scaled(0.1, "quick"), step=1000, held=3000, gap=2000, hold_out=0.6)
"""A tenth of the time, and looks on whole seconds, as the clock of these tests moves."""
PROMPT = replace(STANDARD, name="prompt", gap=0)


class Signs:
    """Live signs of who speaks, as the bus would give them."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[Mark] = asyncio.Queue()

    async def stream(self) -> AsyncIterator[Mark]:
        while True:
            yield await self._waiting.get()
            self._waiting.task_done()

    async def tell(self, script: Script, second: int, speaking: bool) -> None:
        """Who begins to speak at this second, or ends; heard before this returns."""
        for turn in (each.event for each in script.events):
            if isinstance(turn, TurnTaken) and (turn.started if speaking else turn.ended) == ms(second):
                mark = Mark(org="main", room="algebra", person=turn.person, speaking=speaking, at=ms(second))
                self._waiting.put_nowait(mark)
        await self._waiting.join()


def past(script: Script, seconds: float = 400, **more) -> History:
    return History(org="main", room="algebra", events=script.events, until=ms(seconds), **more)


def decided(outcome: Outcome) -> list[InterventionDecided]:
    return [said.decided for said in outcome.said]


def ordered(script: Script) -> Script:
    """The same, with positions in the order of time; what was decided is the facilitator's doing."""
    for position, recorded in enumerate(sorted(script.events, key=lambda each: each.at), 1):
        own = isinstance(recorded.event, InterventionDecided)
        fields = {name: getattr(recorded, name) for name in recorded.__struct_fields__}
        fields |= {"position": position, "actor": "facilitator" if own else recorded.actor}
        script.events[position - 1] = Recorded(**fields)
    return script


def crowd(seconds: int = 110) -> Script:
    """Bo lectures, Cy joins late and writes, Di says a word now and then; the tutor listens."""
    script = lecture("ada", "tutor", seconds=seconds).joins("di", at=1)
    for second in range(20, seconds, 25):
        script.speaks("di", second, second + 2)
    script.joins("cy", at=30)
    for second in range(31, seconds, 7):
        script.writes("cy", second)
    return script


async def test_rehearsing_the_policy_in_force_gives_exactly_the_decisions_in_the_log(log):
    house, time, signs, seconds = House(log), Time(0), Signs(), 200
    await house.register(ada="Ada", bo="Bo", cy="Cy", di="Di", tutor="Tilda")
    script = crowd(seconds)
    async with house.facilitator(time, policy=QUICK, marks=signs.stream):
        for second in range(seconds):
            await signs.tell(script, second, False)
            for written in script.events:
                if written.at == time.now:  # one by one, as they are heard
                    await house.record(written.event, at=second)
                    await house.heard()
                    await time.looked()
            await signs.tell(script, second, True)
            await time.move(1)
    query = Query((about("room:algebra", *FOLDED),))
    events = [recorded async for batch in log.read(query, org="main") for recorded in batch]
    live = [each.event for each in events if isinstance(each.event, InterventionDecided)]
    unsaid = [each.event.intervention for each in events if isinstance(each.event, InterventionHeldOut)]
    past = History(org="main", room="algebra", events=events, until=ms(seconds), exempt=frozenset({"tutor"}))
    again = rehearse(past, QUICK)
    assert len(live) >= 6
    assert {each.detector for each in live} >= {"quiet", "dominance"}
    assert 0 < len(unsaid) < len(live)
    assert sum(isinstance(each.event, OutcomeMeasured) for each in events) >= 3
    assert decided(again) == live
    assert [said.decided.intervention for said in again.said if said.held_out] == unsaid


def test_a_policy_says_it_in_the_words_of_a_template_with_pseudonyms_and_gives_no_answer_away():
    script = ordered(lecture("ada").works_on("p1", at=2))
    words = "view next step begin look together own reasons check going add ask put"
    (said,) = rehearse(past(script, 301, keys={"p1": words}), PROMPT).said
    assert said.pseudonym == "S2"
    assert said.text == "S2?"
    assert said.decided.evidence.startswith("The person addressed has spoken 0 s")
    assert said.decided.policy == PROMPT.label


def test_tutors_are_neither_addressed_nor_called_dominant():
    exempt = frozenset({"ada", "bo"})
    assert rehearse(past(lecture("ada"), 301, exempt=exempt), STANDARD).said == ()


def test_who_does_not_want_to_be_called_on_is_not():
    script = lecture("ada", "cy", seconds=301)
    script.write(100, CallsDeclined(person="ada"))
    assert {each.person for each in decided(rehearse(past(ordered(script), 301), PROMPT))} == {"cy"}


def test_a_muted_facilitator_says_nothing_in_a_rehearsal_either():
    script = lecture("ada", seconds=301)
    script.write(1, FacilitatorModeSet(room="algebra", mode="muted", by="tutor"))
    assert rehearse(past(ordered(script), 301), PROMPT).said == ()


def test_what_helped_elsewhere_decides_on_the_move():
    script = lecture("ada", seconds=181)
    moves = set[str]()
    for move in ("invite", "connect", "revoice"):
        there = Script("physics")
        for number in range(40):
            there.write(1, measured(f"i{number}", move))
        script.events = [*lecture("ada", seconds=181).events, *there.events[1:]]
        (said,) = rehearse(past(ordered(script), 181), PROMPT).said
        moves.add(said.decided.move)
        assert said.decided.move == move
    assert len(moves) == 3


def measured(intervention: str, move: str) -> OutcomeMeasured:
    return OutcomeMeasured(
        intervention=intervention,
        room="physics",
        person="zoe",
        detector="quiet",
        move=move,
        arm="said",
        began=ms(0),
        ended=ms(1),
        before=0,
        after=1000,
        result="better",
        seen=1,
    )


def test_it_counts_as_long_as_two_people_are_together():
    script = Script().joins("ada", at=10).joins("bo", at=100).leaves("bo", at=160).joins("bo", at=200)
    assert rehearse(past(script, 260), STANDARD).together == 120_000
    assert rehearse(past(script, 260, since=ms(130)), STANDARD).together == 90_000


def test_with_live_signs_a_turn_counts_while_it_goes_on():
    script = lecture("ada", seconds=200).speaks("ada", 201, 260)
    assert [each.moment for each in decided(rehearse(past(script, 259), PROMPT))] == [ms(180)]
    late = replace(PROMPT, warm_up=230_000)
    assert decided(rehearse(past(script, 259), late)) == []
    heard_at_the_end = rehearse(past(script, 259, signs=False), late)
    assert [each.person for each in decided(heard_at_the_end)] == ["ada"]


def test_what_was_said_before_the_policy_came_into_force_stands_and_what_came_after_does_not():
    script = lecture("ada", seconds=400)
    for name, at in (("i1", 190), ("i2", 395)):
        script.decided(name, "ada", at)
    ordered(script)
    free = replace(PROMPT, person_cooldown=STANDARD.group_cooldown)
    assert [each.moment for each in decided(rehearse(past(script), free))] == [ms(180), ms(360)]
    assert [each.moment for each in decided(rehearse(past(script, since=ms(200)), free))] == [ms(370)]


def test_what_two_policies_say_is_told_apart():
    script = lecture("ada", "cy", seconds=900)
    slow = replace(PROMPT, name="slow", warm_up=200_000, group_cooldown=400_000)
    new, in_force = (rehearse(past(script, 900), policy).said for policy in (slow, PROMPT))
    found = differences(new, in_force, STANDARD.group_cooldown)
    assert [each.moment for each in found] == sorted(each.moment for each in found)
    assert [(each.by, each.later) for each in found][:2] == [("both", 20_000), ("in-force", None)]
    assert sum(each.by != "in-force" for each in found) == len(new)
    assert sum(each.by != "new" for each in found) == len(in_force)
    assert {each.by for each in differences(new, new, 1)} == {"both"}


def test_how_much_a_policy_says():
    outcome = rehearse(past(lecture("ada", "cy", seconds=3000), 3000), STANDARD)
    found = habit([outcome.said, outcome.said], 2 * outcome.together)
    assert (found.decided, found.most_within_an_hour) == (2 * len(outcome.said), len(outcome.said))
    assert found.hourly == len(outcome.said) * 1.2
    assert found.shortest_pause >= STANDARD.group_cooldown
    assert found.shortest_pause_for_a_person >= STANDARD.person_cooldown
    assert habit([], 0).hourly == 0


TURNS = st.lists(
    st.tuples(st.sampled_from(["ada", "bo", "cy"]), st.integers(0, 240), st.integers(1, 40)), max_size=25
)
POLICIES = st.builds(
    Policy,
    long=st.just(60_000),
    held=st.sampled_from([1000, 10_000]),
    warm_up=st.sampled_from([1000, 30_000]),
    least_talk=st.just(1000),
    group_cooldown=st.sampled_from([5000, 60_000]),
    person_cooldown=st.sampled_from([1000, 90_000]),
    hourly=st.integers(0, 5),
)


@given(turns=TURNS, policy=POLICIES)
def test_whatever_happens_cool_downs_and_budget_are_kept_and_it_comes_out_the_same_again(turns, policy):
    script = Script().joins("ada", "bo", "cy")
    for who, start, length in sorted(turns, key=lambda turn: turn[1] + turn[2]):
        script.speaks(who, start, start + length)
    outcome = rehearse(past(script), policy)
    found = habit([outcome.said], outcome.together)
    assert found.decided <= policy.hourly
    assert (found.shortest_pause or policy.group_cooldown) >= policy.group_cooldown
    assert (found.shortest_pause_for_a_person or policy.person_cooldown) >= policy.person_cooldown
    assert rehearse(past(script), policy) == outcome
    assert all(said.decided.moment >= int(BEGAN.timestamp()) * 1000 for said in outcome.said)
