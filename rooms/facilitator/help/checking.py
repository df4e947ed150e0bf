"""Whether a problem is what it says: its answer is worked out, never believed. Pure."""

import re
from collections.abc import Sequence

from msgspec import Struct

from rooms.facilitator.help.making import Made
from rooms.facilitator.numerals import in_figures
from rooms.facilitator.validation import Fault, Rules, fault
from rooms.scratchpad.scratchpad import worked_out

_OPERATION = re.compile("[-+*/^%\u00d7\u00b7\u00f7]")
_NAME = re.compile(r"(?<![A-Za-z])[a-z](?![A-Za-z])")
LONGEST = 400
HINTS = 3


class Proposal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A problem as a model proposes it. `work` is what is to be worked out, or an equation in x."""

    prompt: str
    work: str
    answer: str
    hints: tuple[str, ...] = ()


def is_right(checks: Sequence[str]) -> bool:
    """Whether the last of these lines comes out as right, with what those before it define."""
    results = worked_out(checks)
    return bool(results) and results[-1].kind == "right" and all(each.kind != "error" for each in results)


def accepted(proposal: Proposal) -> Made | Fault | str:
    """The problem, if its answer holds and its words may be said; else why not."""
    checks = _checks(proposal.work, proposal.answer)
    if checks is None:
        return "not-checkable"
    if not is_right(checks):
        return "wrong-answer"
    return _wrong_words(proposal) or Made(
        prompt=proposal.prompt,
        key=" ".join(proposal.answer.split()),
        checks=checks,
        hints=_hints(proposal),
    )


def _checks(work: str, answer: str) -> tuple[str, ...] | None:
    """The lines that prove the answer, None if they would prove nothing."""
    if not re.fullmatch(r"-?[0-9]+(?:/[0-9]+)?(?:\.[0-9]+)?", answer.strip()) or len(work) > 100:
        return None
    if "=" not in work:
        return (f"{work} = {answer}",) if _OPERATION.search(work) and not _NAME.search(work) else None
    if set(_NAME.findall(work)) != {"x"} or work.count("=") != 1:
        return None
    if any(is_right((f"x = {answer} + {other}", work)) for other in (1, 2)):  # true of any number
        return None
    return (f"x = {answer}", work)


def _wrong_words(proposal: Proposal) -> Fault | str | None:
    """Why the prompt may not be posed: it must speak of just the figures that are worked with."""
    if not 1 <= len(proposal.prompt) <= LONGEST:
        return "too-long"
    if in_figures(proposal.work) - in_figures(proposal.prompt):
        return "other-figures"
    rules = Rules(addressee="", keys=(proposal.answer,), known=f"{proposal.work} \u00d7\u00f7=+/%x\u00b0")
    sentences = re.split(r"(?<=[.?!]) +", proposal.prompt)
    return next((wrong for each in sentences if (wrong := fault(each, rules))), None)


def _hints(proposal: Proposal) -> tuple[str, ...]:
    rules = Rules(addressee="", keys=(proposal.answer,), known=proposal.prompt)
    return tuple(hint for hint in proposal.hints[:HINTS] if fault(hint, rules) is None)
