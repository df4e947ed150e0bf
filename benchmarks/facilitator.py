"""The facilitator on real meetings (AMI) and real group chats (DeliData): is it right, in time, and quick.

    python -m benchmarks.facilitator --data ../shared/data

**Picture.** Meetings are played as a room hears them: of each turn the live sign that it begins and ends, and
its record. At every second the running figures (milliseconds of each one over the policy's three windows,
dominance index, Gini) are compared with those that an offline reader of the whole meeting works out. The
pace is of processor time, on all meetings: every event and live sign, and a tick each second that asks for
the talk of everybody over all windows.

**Episodes** are defined at the top of `measuring/facilitator_episodes.py`. The peers are the rules of CMU
Bazaar and of Rhythm on turns of speech (`peers/facilitator_rules.py`), in the same run, on the same meetings,
by the same count. Thresholds and weights were chosen on train; dev is for the report.

**Interventions.** Meetings are rehearsed second by second with arbitration, and nobody heeds what is said.
One is right if hindsight sees the pattern that it names at that moment (quiet: of the person addressed).

**Simulated groups** and their response are defined at the top of `measuring/facilitator_groups.py`, what is
counted as cost at the top of `measuring/facilitator_cost.py`. How quick the way from the end of a turn to the
facilitator's words is, is measured by `python -m benchmarks.story`, on the whole house.

**Chats** are defined at the top of `measuring/facilitator_warning.py` and `facilitator_agreement.py`.
"""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from benchmarks.leaks import leaks
from benchmarks.measuring.facilitator_agreement import agreement
from benchmarks.measuring.facilitator_chats import chats
from benchmarks.measuring.facilitator_cost import costs
from benchmarks.measuring.facilitator_episodes import Alarms, Found, compared, ours
from benchmarks.measuring.facilitator_groups import GROUPS, groups
from benchmarks.measuring.facilitator_meetings import Meeting, meetings
from benchmarks.measuring.facilitator_picture import picture
from benchmarks.measuring.facilitator_said import Said
from benchmarks.measuring.facilitator_warning import warning
from benchmarks.peers.facilitator_rules import bazaar, rhythm
from benchmarks.report import Row, arguments, at_least_times, at_most, show
from rooms.facilitator.policy import STANDARD

DATA = Path(__file__).parents[2] / "shared" / "data"
QUICK = 12
"""With --quick, one meeting in so many."""
TARGETS = {"dominance": (0.82, 120), "quiet": (0.73, 90)}
"""The F1 that is to be reached, and the median delay in seconds that is not to be exceeded."""


def main() -> None:
    """Measure all of it, and print."""
    asked = arguments("facilitator", __doc__)
    data = asked.data or DATA
    if not (data / "ami").is_dir():
        show("facilitator", [], f"there is no {data / 'ami'}; say where the data is with --data")
        return
    every = QUICK if asked.quick else 1
    parts = [(part, list(meetings(data / "ami", part))[::every]) for part in ("train", "dev")]
    rows = picture(parts)
    for part, chosen in parts:
        rows += _episodes(part, chosen) + _interventions(part, chosen)
    talks = chats(data / "delidata")
    rows += [*warning(talks), *agreement(talks), *leaks()]
    show("facilitator", [*rows, *groups(GROUPS // every), *costs()])


def _episodes(part: str, chosen: list[Meeting]) -> list[Row]:
    scores = [_scored(chosen, side) for side in (partial(ours, policy=STANDARD), bazaar, rhythm)]
    rows: list[Row] = []
    for at, kind in enumerate(TARGETS):
        mine, *peers = (pair[at] for pair in scores)
        f1, delay = TARGETS[kind]
        what = f"AMI {part}, {kind}, {mine.episodes} episodes"
        rows.append(at_least_times(f"{what}: F1; of {f1}", "", mine.f1, f1, 1))
        rows += [
            at_least_times(f"{what}: F1; {name}'s rule", "", mine.f1, peer.f1)
            for name, peer in zip(("Bazaar", "Rhythm"), peers, strict=True)
        ]
        rows.append(at_most(f"{what}: precision", "", mine.precision))
        rows.append(at_most(f"{what}: recall", "", mine.recall))
        rows.append(at_most(f"{what}: median delay", "s", mine.delay, delay))
    return rows


def _scored(chosen: Iterable[Meeting], side: Callable[[Meeting], Alarms]) -> tuple[Found, Found]:
    dominance, quiet = Found(), Found()
    for meeting in chosen:
        compared(meeting, side(meeting), dominance, quiet)
    return dominance, quiet


def _interventions(part: str, chosen: list[Meeting]) -> list[Row]:
    said = Said()
    for meeting in chosen:
        said.add(meeting, STANDARD)
    what = f"AMI {part}, {said.number} interventions in {said.hours:.1f} h"
    rows = [
        at_most(f"{what}: an hour", "", said.hourly, 9),
        at_least_times(f"{what}: precision; of 0.75", "", said.precision, 0.75, 1),
        at_most(f"{what}: cool-downs and budgets violated", "", said.violated, 0),
    ]
    for detector, right in sorted(said.by_detector.items()):
        rows.append(at_most(f"{what}: precision of {len(right)} for {detector}", "", sum(right) / len(right)))
    return rows


if __name__ == "__main__":
    main()
