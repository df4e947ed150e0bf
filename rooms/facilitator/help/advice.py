"""What the helpers say when no model speaks, by the kind of problem; several wordings of each. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from domain.helping import HelpKind
from rooms.facilitator.validation import Rules, fault
from rooms.scratchpad.scratchpad import worked_out

Topic = Literal["arithmetic", "fractions", "percent", "ratios", "linear-equations", "geometry", "words"]
"""What a problem is about; `words` is anything without figures."""

TOPICS: tuple[Topic, ...] = get_args(Topic)
_SIGNS: tuple[tuple[Topic, str], ...] = (
    ("percent", r"%|\bper ?cent"),
    ("geometry", r"\b(?:triangle|rectangle|square|circle|area|perimeter|volume|angle|box|side)s?\b"),
    ("linear-equations", r"\b\d*[xyz]\b.*=|=.*\b\d*[xyz]\b"),
    ("ratios", r"\bratio|\bproportion|\bscale"),
    ("fractions", r"\d ?/ ?\d|\bfraction|\bhal(?:f|ves)\b|\bquarters?\b"),
    ("arithmetic", r"\d"),
)

HINTS: Mapping[Topic, tuple[str, ...]] = {
    "arithmetic": (
        "Which part could you work out on its own, and what would it tell you?",
        "Which operation comes before the others here, and why?",
        "About how large should the result be, before you work it out?",
        "How could you undo your last step to see whether it holds?",
    ),
    "fractions": (
        "What do the parts have in common, and what would have to be alike before you go on?",
        "How would you cut both wholes so that all parts have the same size?",
        "Would the result be more or less than a whole, and how can you tell?",
        "What does the number below the line tell you, and what the one above?",
    ),
    "percent": (
        "What is the whole here, and which part of it is asked for?",
        "Which simple part of the whole could you find, and then build on?",
        "Would the result be more or less than what you began with, and why?",
        "How would you say this without the word percent?",
    ),
    "ratios": (
        "What stays the same when both amounts grow together?",
        "How would a small table of both amounts go on?",
        "What would belong to a single share, and how many shares are there?",
        "Which amount has to be the larger one, and how do you know?",
    ),
    "linear-equations": (
        "What was done to the unknown, and in which order?",
        "What could you do to both sides so that less is left beside the unknown?",
        "How would you check a value that somebody claims?",
        "What does the equals sign promise, before and after each of your steps?",
    ),
    "geometry": (
        "What would a sketch look like with all that you know written beside it?",
        "Of which simple pieces is it made, and what do you know of each?",
        "Which of the lengths do you need, and which not?",
        "What would change if it were only half as large?",
    ),
    "words": (
        "What exactly is asked, in your own words?",
        "What do you know already that has to do with it?",
        "Which part is clear, and where does it begin to be unclear?",
        "Is there a simpler case that you could look at?",
    ),
}
COMPARISONS: Mapping[Topic, tuple[str, ...]] = {
    "arithmetic": (
        "An expert estimates the result, then works from inside out. Where does your way differ?",
        "An expert groups what is easy to work out. Which parts did you take together?",
        "An expert does every step again in reverse as a check. What would that show of yours?",
    ),
    "fractions": (
        "An expert makes the parts alike before putting them together. What did you do with the parts?",
        "An expert asks whether the result can be more than a whole. What would you expect of yours?",
        "An expert looks for what can be made smaller before working anything out. Did you look for that?",
    ),
    "percent": (
        "An expert names the whole before anything else. Which whole did you start from?",
        "An expert finds an easy part of the whole and builds on it. Which part did you begin with?",
        "An expert says whether the result should grow or shrink. Does yours?",
    ),
    "ratios": (
        "An expert finds what belongs to a single share. What did you look for before anything else?",
        "An expert writes both amounts in a small table. How did you keep them together?",
        "An expert asks by what both amounts were multiplied. Did you multiply, or add?",
    ),
    "linear-equations": (
        "An expert does the same to both sides in every line. In which of your lines is that so?",
        "An expert undoes what was done to the unknown, in reverse order. In which order did you go?",
        "An expert puts the value back into the equation at the end. What would that show of yours?",
    ),
    "geometry": (
        "An expert draws a sketch and writes down all that is known. What does yours show?",
        "An expert cuts the figure into simple pieces. Which pieces did you see?",
        "An expert asks of which unit the result must be. Which unit did you have in mind?",
    ),
    "words": (
        "An expert says the question again in other words before going on. How would you say it?",
        "An expert looks for a case that would show the idea to be wrong. Did you look for one?",
        "An expert names the reasons for each step. For which of yours can you name one?",
    ),
}
CAPTIONS: Mapping[Topic, tuple[str, ...]] = {
    "arithmetic": ("Here are the parts as a chain of boxes. Which box would you fill in next?",),
    "fractions": ("Here are the wholes as bars, cut as the problem says. What would make the parts alike?",),
    "percent": ("Here is the whole as a bar in equal parts. Which of them are asked for?",),
    "ratios": ("Here are both amounts as rows of equal shares. What is in a single share?",),
    "linear-equations": ("Here are both sides on a balance. What could you take from both?",),
    "geometry": ("Here is a sketch, not to scale. What would you write beside each line?",),
    "words": ("Here is room for what is known, what is asked and what links them. What goes where?",),
}
A_LINE_IS_WRONG = (
    "An expert checks each line by itself, and would stop at one of yours. Which line does not say the same "
    "on both sides?"
)
LAST_RESORT = "What have you tried, and what did it show you?"
BARE = "What next?"


def topic_of(prompt: str, family: str | None = None) -> Topic:
    """What a problem is about: what it was made for, or what its words and signs tell."""
    for topic in TOPICS:
        if topic == family:
            return topic
    lower = prompt.casefold()
    for topic, sign in _SIGNS:
        if re.search(sign, lower):
            return topic
    return "words"


def advice(kind: HelpKind, topic: Topic, variant: int, work: str, rules: Rules) -> str:
    """Words that keep the rules; another wording for each variant, as long as there are any."""
    wordings = {"hint": HINTS, "comparison": COMPARISONS, "picture": CAPTIONS}[kind][topic]
    found = (A_LINE_IS_WRONG,) if kind == "comparison" and not variant and holds_a_wrong_line(work) else ()
    first = variant % len(wordings)
    return kept((*found, *wordings[first:], *wordings[:first]), rules)


def kept(wordings: Sequence[str], rules: Rules) -> str:
    """The first of these that keeps the rules, or a question that says next to nothing."""
    return next((text for text in (*wordings, LAST_RESORT) if fault(text, rules) is None), BARE)


def holds_a_wrong_line(work: str) -> bool:
    """Whether somebody wrote a line of mathematics of which the two sides differ."""
    lines = work.splitlines()[:20]
    return any(result.kind == "wrong" for result in worked_out(lines))
