"""Early warning in group chats (DeliData): after ten messages, will the group gain nothing?

A group gains if its last performance is above its first. The rule is four figures with whole coefficients,
all but the last of which speak for a gain: how much better the members' answers are than at the beginning
(10), how many members changed their answer (1), whether somebody named the right one (2), and how right the
answers were to begin with, from 0 to 1 (-2: who is right already has little to gain). Answers are taken from
the solution tracker of the data, which reads messages too.

Groups whose SHA-256 begins with a byte of remainder 0 to 2 by ten are held out; the coefficients were chosen
on the others. Groups that are over after ten messages are left out, since nothing is early about them.
"""

from collections.abc import Sequence

from benchmarks.measuring.facilitator_chats import Chat, Entry
from benchmarks.report import Row, at_least_times

MESSAGES = 10
GOAL = 0.75
RULE, PAPER = 0.672, 0.70
"""The AUC of a rule known before, and of the paper's tree over whole chats: quoted, not measured here."""


def warning(groups: Sequence[Chat]) -> list[Row]:
    """The area under the curve of our rule, on the groups held out and on the others."""
    long = [chat for chat in groups if chat.messages > MESSAGES]
    rows: list[Row] = []
    for held_out, label in ((True, "held out"), (False, "others (tuned)")):
        chosen = [chat for chat in long if chat.held_out is held_out]
        area = _area([_risk(chat) for chat in chosen], [not chat.gained for chat in chosen])
        what = f"DeliData, no gain, warned at {MESSAGES} messages, {len(chosen)} groups {label}: AUC"
        rows.append(at_least_times(f"{what}; of {GOAL}", "", area, GOAL, 1 if held_out else None))
        if held_out:
            rows.append(at_least_times(f"{what}; the paper's tree, as quoted", "", area, PAPER))
            rows.append(at_least_times(f"{what}; a rule known before, as quoted", "", area, RULE))
    return rows


def _risk(chat: Chat) -> float:
    early = _early(chat)
    first, last = early[0], early[-1]
    changed = sum(last.solutions.get(person) != first.solutions[person] for person in chat.members)
    named = any(entry.named == chat.right for entry in early if entry.kind == "MESSAGE")
    return 2 * first.performance - 10 * (last.performance - first.performance) - changed - 2 * named


def _early(chat: Chat) -> list[Entry]:
    """The entries up to the tenth message."""
    messages = 0
    for at, entry in enumerate(chat.entries):
        messages += entry.kind == "MESSAGE"
        if messages == MESSAGES:
            return chat.entries[: at + 1]
    return chat.entries


def _area(risks: Sequence[float], real: Sequence[bool]) -> float:
    """How often a real one has the higher risk than one that is not; a tie is half."""
    those = [risk for risk, is_real in zip(risks, real, strict=True) if is_real]
    others = [risk for risk, is_real in zip(risks, real, strict=True) if not is_real]
    won = sum((a > b) + (a == b) / 2 for a in those for b in others)
    return won / (len(those) * len(others))
