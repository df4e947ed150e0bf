"""Why a message came, for whoever reads it: the rule in a sentence, and what was looked at. Pure."""

from domain.interventions import Detector

RULES: dict[Detector, str] = {
    "quiet": "Somebody has next to no part in speech and messages and edits, for half a minute on end, "
    "in a group that is active. They are invited.",
    "dominance": "One person has had most of the talk, for half a minute on end. Somebody else is invited.",
    "consensus": "Everybody has given the same answer. Whether it is right or wrong, a reason is asked for.",
    "stuck": "The last attempts brought no new idea, or somebody said that the group is stuck.",
    "reasons": "Several answers came one after the other without anything in between.",
    "alone": "One person has made nearly all of the edits on the board. Somebody else is invited.",
    "overlap": "Much of the talk was on top of other talk.",
    "silence": "Nobody has spoken, written or edited for a while.",
    "drift": "The last messages share no words with the problem, in a room that lets them be compared.",
}
"""Thresholds are those of the policy, which is named beside it."""

SPEECH = "when who spoke, from start to end; no sound, and nothing of what was said"
MESSAGES = "how many messages each wrote, not what they say"
EDITS = "how many edits each made on the board, not what they are"
ANSWERS = "answers to the problem: who gave the same, and whether they are right"
WORDS = "words of messages, compared with those of the problem; kept nowhere"
STUCK = "that somebody pressed “We are stuck”"

USED: dict[Detector, tuple[str, ...]] = {
    "quiet": (SPEECH, MESSAGES, EDITS),
    "dominance": (SPEECH,),
    "consensus": (ANSWERS,),
    "stuck": (ANSWERS, STUCK),
    "reasons": (ANSWERS, MESSAGES, SPEECH),
    "alone": (EDITS,),
    "overlap": (SPEECH,),
    "silence": (SPEECH, MESSAGES, EDITS),
    "drift": (WORDS,),
}
"""All that the rule looks at; nothing else of anybody is used."""
