"""The running picture of real meetings (AMI), as turns of speech come in, against an offline reference."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.events import Recorded
from domain.rooms import TurnTaken
from rooms.facilitator.measures import dominance, gini
from rooms.facilitator.picture import Picture
from rooms.facilitator.policy import STANDARD
from tests.facilitator.script import Script, ms

Turn = tuple[int, int, str]
"""Start and end in milliseconds from the beginning of the meeting, and the speaker."""

STEP = 10_000
WINDOWS = STANDARD.windows


def meetings(rttm: Path) -> dict[str, list[Turn]]:
    found: dict[str, list[Turn]] = {}
    for line in rttm.read_text().splitlines():
        _, meeting, _, start, duration, _, _, speaker, *_ = line.split()
        began = round(float(start) * 1000)
        found.setdefault(meeting, []).append((began, began + round(float(duration) * 1000), speaker))
    return found


def spoken(turns: list[Turn], person: str, after: int, upto: int) -> int:
    """Milliseconds by adding up every turn of the meeting, clipped to the window."""
    return sum(max(0, min(end, upto) - max(start, after)) for start, end, who in turns if who == person)


def live(turns: list[Turn], script: Script) -> Iterator[tuple[int, Recorded | tuple[str, bool]]]:
    """What is heard of a meeting while it goes on: signs that somebody begins or ends, and recorded turns."""
    heard: list[tuple[int, int, Recorded | tuple[str, bool]]] = []
    for start, end, person in turns:
        script.speaks(person, start / 1000, end / 1000)
        heard += [(start, 3, (person, True)), (end, 1, (person, False)), (end, 2, script.events[-1])]
    heard.sort(key=lambda sign: sign[:2])
    for position, (at, _, sign) in enumerate(heard):
        yield at, _placed(sign, 1000 + position)


def _placed(sign: Recorded | tuple[str, bool], position: int) -> Recorded | tuple[str, bool]:
    if isinstance(sign, tuple):
        return sign
    fields = {field: getattr(sign, field) for field in sign.__struct_fields__}
    return Recorded(**{**fields, "position": position})


def check(turns: list[Turn], picture: Picture, tick: int) -> None:
    over = picture.talk_over(WINDOWS, ms(tick / 1000))
    for at, window in enumerate(WINDOWS):
        expected = {p: spoken(turns, p, tick - window, tick) for p in picture.members}
        running = {person: amounts[at] for person, amounts in over.items()}
        assert running == expected, f"at {tick} ms over {window} ms"
        assert gini(running) == gini(expected)
        assert dominance(running) == dominance(expected)


@pytest.mark.parametrize("part", ["dev", "train"])
def test_the_running_picture_of_a_meeting_equals_the_offline_one_to_the_millisecond(data, part):
    chosen = sorted(meetings(data / "ami" / f"{part}.rttm").items())
    for _, turns in chosen if part == "dev" else chosen[::12]:
        people = sorted({person for _, _, person in turns})
        script = Script().joins(*people)
        picture = script.picture()
        tick = STEP
        for at, sign in live(turns, script):
            while tick < at:
                check(turns, picture, tick)
                tick += STEP
            if isinstance(sign, Recorded):
                assert isinstance(sign.event, TurnTaken)
                picture.fold(sign)
            else:
                picture.mark(sign[0], sign[1], ms(at / 1000))
        assert tick > STEP
