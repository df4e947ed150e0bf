"""What is left unsaid by lot, what came of it and of the rest, and decisions made again from the log."""

import asyncio

import pytest
from msgspec.structs import replace

from domain.errors import LogUnavailable
from domain.events import Context
from domain.guidance import CallsDeclined, FacilitatorBegun, FacilitatorModeSet
from domain.interventions import (
    ApproveIntervention,
    DecideIntervention,
    InterventionDecided,
    InterventionDelivered,
    InterventionHeldOut,
    InterventionProposed,
    OutcomeMeasured,
)
from rooms.facilitator.outcomes import outcome
from rooms.facilitator.policy import STANDARD, Policy
from rooms.facilitator.ports import Mark
from rooms.facilitator.replaying import NoPolicyOnRecord, replayed
from tests.facilitator.house import SAYS_ALL, House, Time
from tests.facilitator.script import BEGAN, Script, lecture, ms

ALWAYS = replace(STANDARD, hold_out=1.0)
NAMES = {"ada": "Ada Lovelace", "bo": "Bo Diddley", "cy": "Cy Twombly", "tutor": "Tilda Tutor"}


@pytest.fixture
async def house(log) -> House:
    house = House(log)
    await house.register(**NAMES)
    return house


async def lived(house: House, script: Script, policy: Policy, seconds: int) -> None:
    """Let the facilitator live through a script, ten seconds at a time."""
    time = Time(0)
    async with house.facilitator(time, policy=policy):
        for until in range(0, seconds, 10):
            await house.play(script, after=until - 10, upto=until)
            await house.heard()
            await time.move(10)


async def test_what_is_held_out_is_not_said_cools_down_all_the_same_and_is_measured(house):
    await lived(house, lecture("ada", seconds=520), ALWAYS, 520)
    assert await house.happened(InterventionDelivered) == []
    decided = await house.happened(InterventionDecided)
    held_out = await house.happened(InterventionHeldOut)
    assert [event.intervention for event in decided] == [event.intervention for event in held_out]
    assert len(decided) == 1  # ada is left alone for ten minutes, as if something had been said
    (measured,) = await house.happened(OutcomeMeasured)
    assert isinstance(measured, OutcomeMeasured)
    assert (measured.arm, measured.result, measured.after) == ("held-out", "same", 0)
    assert measured.ended - measured.began == 120_000


@pytest.mark.parametrize("policy", [ALWAYS, SAYS_ALL])
async def test_both_arms_are_measured_alike(house, policy):
    script = lecture("ada", seconds=204)
    for start in range(210, 370, 20):
        script.speaks("ada", start, start + 10).speaks("bo", start + 10, start + 20)
    await lived(house, script, policy, 370)
    (measured,) = await house.happened(OutcomeMeasured)
    assert isinstance(measured, OutcomeMeasured)
    assert measured.arm == ("held-out" if policy is ALWAYS else "said")
    assert (measured.before, measured.result) == (0, "better")
    assert 800 <= measured.after <= 1200


async def test_the_outcome_is_seen_though_everybody_has_left_and_another_process_looks(house):
    script = lecture("ada", seconds=300).leaves("ada", at=310).leaves("bo", at=311)
    time = Time(300)
    async with house.facilitator(time):
        await house.play(script, upto=300)
        await house.heard()
        await time.move(1)
        await house.play(script, after=300)
        await house.heard()
    time = Time(460)
    async with house.facilitator(time) as facilitator:
        await time.looked()
        await house.heard()
        assert facilitator._rooms == {}
    assert len(await house.happened(OutcomeMeasured)) == 1


async def test_the_room_is_told_of_hold_outs_once_before_anything_is_decided(house):
    for _ in range(2):
        time = Time(300)
        async with house.facilitator(time, policy=STANDARD):
            await house.play(lecture("ada"), upto=1)
            await house.heard()
            await time.move(0.1)
    (begun,) = await house.happened(FacilitatorBegun)
    assert isinstance(begun, FacilitatorBegun)
    assert (begun.hold_out, begun.policy) == (2000, STANDARD.label)
    assert await house.happened(InterventionDecided) == []


async def test_every_decision_can_be_made_again_from_the_log_to_the_bit(house):
    """While people speak, with lots, tutors, somebody who declines, and moves that are learnt meanwhile."""
    brisk = replace(
        STANDARD,
        name="brisk",
        warm_up=30_000,
        group_cooldown=30_000,
        person_cooldown=60_000,
        hourly=60,
        hold_out=0.4,
        outcome=10_000,
        settle=1_000,
        salt="a school",
    )
    script = lecture("ada", "cy", "di", "tutor", seconds=900)
    await house.record(CallsDeclined(person="di"), at=100)

    begins: asyncio.Queue[Mark] = asyncio.Queue()

    async def marks():
        while True:
            yield await begins.get()

    time = Time(0)
    async with house.facilitator(time, policy=replace(brisk, gap=0), marks=marks):
        for until in range(0, 900, 15):
            await house.play(script, after=until - 15, upto=until)
            begins.put_nowait(Mark(org="main", room="algebra", person="bo", speaking=True, at=ms(until - 1)))
            await house.heard()
            await time.move(15)
    decided = await house.happened(InterventionDecided)
    lots = {e.intervention: e for e in await house.happened(InterventionHeldOut)}
    assert len(decided) > 15
    assert 0 < len(lots) < len(decided)
    assert len({event.move for event in decided}) > 1
    assert any(event.speaking for event in decided)
    assert {event.person for event in decided} == {"ada", "cy"}
    for event in decided:
        again = await replayed(house.log, "main", event)
        assert isinstance(again, DecideIntervention)
        assert all(getattr(again, name) == getattr(event, name) for name in event.__struct_fields__)
        assert (again.drawn < again.hold_out) == (event.intervention in lots)


async def test_every_outcome_can_be_measured_again_from_the_log(house):
    await lived(house, lecture("ada", "cy", seconds=500), SAYS_ALL, 500)
    (measured,) = await house.happened(OutcomeMeasured)
    assert isinstance(measured, OutcomeMeasured)
    (decided, *_) = await house.happened(InterventionDecided)
    picture = Script().picture()
    async for batch in house.log.read(upto=measured.seen):
        for recorded in batch:
            picture.fold(recorded)
    again = outcome(picture, decided, STANDARD, measured.seen)
    assert (again.before, again.after, again.result) == (measured.before, measured.after, measured.result)


async def test_without_a_policy_on_record_no_decision_can_be_made_again(house):
    await house.play(lecture("ada").decided("i1", "ada", at=300))
    (decided,) = await house.happened(InterventionDecided)
    with pytest.raises(NoPolicyOnRecord):
        await replayed(house.log, "main", decided)


async def test_where_a_tutor_approves_each_word_nothing_is_said_before(house):
    script = lecture("ada", seconds=360)
    script.write(2, FacilitatorModeSet(room="algebra", mode="approve", by="tutor"))
    await house.play(script)
    time = Time(300)
    async with house.facilitator(time):
        for _ in range(4):
            await time.move(10)
        assert await house.happened(InterventionDelivered) == []
        (proposed,) = await house.happened(InterventionProposed)
        assert isinstance(proposed, InterventionProposed)
        tutor = Context(org="main", actor="tutor", role="tutor", at=BEGAN)
        wish = ApproveIntervention(room="algebra", intervention=proposed.intervention)
        await house.performer.perform(wish, tutor)
    (delivered,) = await house.happened(InterventionDelivered)
    assert isinstance(delivered, InterventionDelivered)
    assert (delivered.text, delivered.approved_by) == (proposed.text, "tutor")


@pytest.mark.parametrize("after", [0, 1, 2, 3])
async def test_wherever_it_is_killed_another_goes_on_says_it_once_and_measures_it_once(house, after):
    """Its commands are: begin, decide, deliver, measure. It dies before the one numbered `after`."""
    script = lecture("ada", seconds=520)
    await house.play(script, upto=300)
    performed = []

    async def dying(command, context):
        if len(performed) >= after:
            raise LogUnavailable
        performed.append(command)
        return await house.performer.perform(command, context)

    time = Time(300)
    async with house.facilitator(time, perform=dying):
        await time.move(1)
        await house.play(script, after=300)
        await house.heard()
        await time.move(160)
    time = Time(462)
    async with house.facilitator(time):
        for _ in range(16):
            await time.move(10)
    decided = await house.happened(InterventionDecided)
    delivered = await house.happened(InterventionDelivered)
    measured = await house.happened(OutcomeMeasured)
    assert len(decided) == len(delivered) == 1
    assert {event.intervention for event in (*delivered, *measured)} == {decided[0].intervention}
    assert len(measured) == 1
    assert len(await house.happened(FacilitatorBegun)) == 1
    assert isinstance(decided[0], InterventionDecided)


@pytest.mark.parametrize("stops", [True, False])
async def test_it_waits_a_while_for_nobody_to_speak_and_what_is_over_by_then_is_not_said(house, stops):
    script = lecture("ada", seconds=300)
    if not stops:
        script.speaks("ada", 240, 301)
    await house.play(script, upto=300)

    known, heard = asyncio.Event(), asyncio.Event()

    async def marks():
        await known.wait()
        yield Mark(org="main", room="algebra", person="bo", speaking=True, at=ms(299))
        heard.set()
        await asyncio.Event().wait()

    time = Time(170)
    async with house.facilitator(time, marks=marks):
        await time.looked()
        known.set()
        await heard.wait()
        await time.move(130.1)
        assert await house.happened(InterventionDecided) == []
        await house.play(script, after=300)
        await house.heard()
        await time.move(6)
    assert len(await house.happened(InterventionDecided)) == stops
