"""What an hour of a room costs at list price, if a model phrases every word that the budget allows.

Tokens are counted as characters by 3.5, which is more than English takes. Ours: as many calls an hour as the
policy allows, each so long after the one before that the instruction is cached anew; each is told a room of
eight and twelve lines of talk. Polling: a model that is asked each 30 seconds whether to speak, with the same
instruction, from the cache but for the first time, and the last three minutes of talk (150 words a minute).
"""

from datetime import date

from adapters.claude import MODEL
from adapters.claude_prompt import SYSTEM
from benchmarks.report import Row, at_most
from domain.prices import LIST, cost
from rooms.facilitator.policy import STANDARD

CHARACTERS = 3.5
DAY = date(2026, 11, 21)
LINE = "S3: and then I think we would have to divide both sides by two, would we not?"
EVIDENCE = (
    "The person addressed has spoken 0 s of the last 180 s, and written nothing; the group talked for 96 s."
)
TALK = 3 * 150 * 6
"""Characters of three minutes of talk."""
ANSWER = 200
POLLS = 120
GOAL = 0.01


def costs() -> list[Row]:
    """An hour by our calls, and by polling."""
    system, answer = _tokens(len(SYSTEM)), _tokens(ANSWER)
    told = _tokens(len(EVIDENCE) + 200 + 12 * len(LINE))
    each = _cost((system + told, answer), (0, system))
    ours = STANDARD.hourly * each
    polled = _tokens(TALK)
    polling = _cost((system + polled, answer), (0, system))
    polling += (POLLS - 1) * _cost((system + polled, answer), (system, 0))
    what = f"an hour of a room at list price ({MODEL}, {STANDARD.hourly} calls)"
    return [at_most(f"{what}; polling each 30 s", "cent", 100 * ours, 100 * GOAL, 100 * polling)]


def _tokens(characters: int) -> int:
    return round(characters / CHARACTERS)


def _cost(tokens: tuple[int, int], cached: tuple[int, int]) -> float:
    found = cost(LIST, MODEL, DAY, tokens, cached)
    if found is None:
        raise LookupError(f"{MODEL} has no price")
    return found
