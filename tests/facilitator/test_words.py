"""What may be said, and what is said when no model speaks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.facilitator.validation import LONGEST, Rules, fault
from rooms.facilitator.words import LAST_RESORT, TALK_MOVES, named, template

MOVES = st.sampled_from(list(TALK_MOVES))
RULES = Rules(addressee="S2", name_length=3)


@pytest.mark.parametrize(
    "text",
    [
        "S2, how would you begin?",
        "Take your time, S2. Which reasons do you see for this idea, and which against it?",
        "Let us gather another approach… S2, where would you start?",
        "S2, what happens next, would you say?",
    ],
)
def test_an_ordinary_invitation_may_be_said(text):
    assert fault(text, RULES) is None


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("S2, " + "and " * 70 + "so on?", "too-long"),
        ("S2, hello. How are things? Where would you begin?", "too-many-sentences"),
        ("S2, hello。How are things。 Where to。 begin。", "too-many-sentences"),
        ("S2, see <b>this</b>?", "markup"),
        ("S2, see https://example.org?", "markup"),
        ("S2,\nhow would you begin?", "markup"),
        ("S2, how would\u200b you begin?", "markup"),
        ("How would you begin?", "pseudonym"),
        ("S1, how would you begin?", "pseudonym"),
        ("S2, would you ask S1?", "pseudonym"),
        ("s2, how would you begin?", "pseudonym"),
        ("S22, how would you begin?", "pseudonym"),
        ("S2, in 5 minutes?", "figure"),
        ("S2, in \N{ARABIC-INDIC DIGIT FIVE} minutes?", "figure"),
        ("S2, is it ½?", "figure"),
        ("S2, do not be shy!", "judgement"),
        ("S2, you are so smart.", "judgement"),
        ("S2, are you feeling sad?", "judgement"),
        ("S2, you have been quiet.", "judgement"),
        ("S2, you are better at this.", "judgement"),
        ("", "pseudonym"),
    ],
)
def test_what_may_not_be_said_has_its_reason(text, wrong):
    assert fault(text, RULES) == wrong


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("Paris", "S2, could it be paris?"),
        ("Paris", "S2, could it be P A R I S?"),
        ("Paris", "S2, could it be p-a-r-i-s?"),
        ("Paris", "S2, could it be Pаrіs?"),  # noqa: RUF001 - two letters are Cyrillic: that is the trick
        ("Paris", "S2, could it be Ｐａｒｉｓ?"),  # noqa: RUF001 - full-width
        ("Paris", "S2, could it be Párïs?"),
        ("Paris", "S2, could it be sirap?"),
        ("Paris", "S2, what would a Parisian say?"),
        ("the left one", "S2, have you looked left?"),
        ("cat", "S2, think of cats."),
        ("42", "S2, could it be forty-two?"),
        ("42", "S2, could it be forty two?"),
        ("7", "S2, is it seven?"),
        ("B", "S2, why not take b?"),
        ("A", "S2, is there a reason?"),
        ("π", "S2, have you tried π?"),
        ("√", "S2, have you tried √ of it?"),
        ("光合作用", "S2, 是光合作用吗?"),
        ("水", "S2, 水是什么?"),
        ("Straße", "S2, could it be STRASSE?"),
    ],
)
def test_no_token_of_the_answer_gets_through_however_it_is_dressed(key, text):
    assert fault(text, Rules(addressee="S2", keys=(key,))) == "answer"


@pytest.mark.parametrize("key", ["2", "S2", "?", "...", "", "the", "Photosynthesis"])
def test_a_key_that_happens_to_be_punctuation_or_the_pseudonym_silences_nobody(key):
    assert fault("S2, how would you begin?", Rules(addressee="S2", keys=(key,))) is None


def test_a_long_name_counts_towards_the_length():
    text = "S2, " + "well, " * 35 + "how would you begin?"
    assert len(text) <= LONGEST
    assert fault(text, Rules(addressee="S2", name_length=2)) is None
    assert fault(text, Rules(addressee="S2", name_length=80)) == "too-long"


@pytest.mark.parametrize("move", TALK_MOVES)
def test_every_wording_of_a_talk_move_keeps_the_rules(move):
    for wording in TALK_MOVES[move]:
        assert fault(wording.format(who="S2"), Rules(addressee="S2", name_length=80)) is None


@given(MOVES, st.text(min_size=1), st.integers(1, 200), st.lists(st.text(max_size=30), max_size=5))
def test_a_template_keeps_the_rules_whatever_the_answers_are(move, intervention, number, keys):
    rules = Rules(addressee=f"S{number}", name_length=80, keys=tuple(keys))
    text = template(move, intervention, rules)
    assert text == LAST_RESORT.format(who=rules.addressee) or fault(text, rules) is None


@given(MOVES, st.text(min_size=1))
def test_the_same_intervention_is_always_worded_the_same(move, intervention):
    assert template(move, intervention, RULES) == template(move, intervention, RULES)


def test_different_interventions_are_worded_differently():
    assert {template("invite", f"i{i}", RULES) for i in range(200)} == {
        wording.format(who="S2") for wording in TALK_MOVES["invite"]
    }


def test_a_move_that_holds_the_answer_gives_way_to_another_and_to_the_bare_name_at_last():
    begins = {f"i{i}": template("invite", f"i{i}", RULES) for i in range(50)}
    hit = next(i for i, text in begins.items() if "begin" in text)
    rules = Rules(addressee="S2", keys=("begin",))
    assert "begin" not in template("invite", hit, rules)
    every_word = " ".join(word for wording in TALK_MOVES["invite"] for word in wording.split())
    assert template("invite", hit, Rules(addressee="S2", keys=(every_word,))) == "S2?"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Ada", "Ada, and again Ada?"),
        (r"\g<0> \1", r"\g<0> \1, and again \g<0> \1?"),
        ("S2", "S2, and again S2?"),
        (" Ada\n Lovelace ", "Ada Lovelace, and again Ada Lovelace?"),
    ],
)
def test_the_name_takes_the_pseudonyms_place(name, said):
    assert named("S2, and again S2?", "S2", name) == said


def test_a_longer_pseudonym_is_another_one():
    assert named("S1, not S12?", "S1", "Ada") == "Ada, not S12?"
