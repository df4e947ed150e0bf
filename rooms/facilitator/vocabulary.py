"""The word lists of the validator: a word is a stem if whatever begins with it counts."""

_FUNCTION = """
    a an and are as at be by do for from has have i if in into is it its not of on or so that the their then
    there these they this to we what which will with would you your
"""

_JUDGING_STEM = """
    afraid angr anxi apath asham bashful bored boring brillian clever confiden confus cowar despair desper
    disappoint disengag dominan dominat dumb embarrass emotion enthusias excit fear feel felt frustrat genius
    gifted happi happy hesitan idiot incapab incompeten insecur intellig introver irritat jealous lazy loner
    lonel moron motivat nervous overwhelm panic passiv quiet reluctan scare shame shy silen smart stress
    struggl stupid talent timid unhapp unintellig unmotivat upset weak worr
"""

_JUDGING = """
    able ability abilities best better bright dull engaged engagement fail failed failing loud mood moods sad
    sadder sadly sadness slow slower slowest unable worse worst
"""

_SMALL = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen
"""

_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"

_LOOKALIKE = """
    аa еe оo рp сc уy хx іi јj ѕs ԁd һh ԛq ԝw вb кk мm нh тt αa οo ρp ιi κk νv τt υu γy ɑa ɡg ıi łl øo
"""  # noqa: RUF001  it is about just these

FUNCTION_WORDS = frozenset(_FUNCTION.split())
"""Words that give nothing away: an answer is known by its others, if it has any."""

JUDGING_STEMS = tuple(_JUDGING_STEM.split())
"""How words of emotion, character or ability begin, and words that shame somebody for their share of talk."""

JUDGING_WORDS = frozenset(_JUDGING.split())
"""The same, where the beginning alone would catch harmless words."""

LOOKALIKES = str.maketrans({pair[0]: pair[1] for pair in _LOOKALIKE.split()})
"""Letters that look like plain Latin ones: a word does not pass because it is dressed up."""


def spelt_out(number: int) -> str | None:
    """A number from 0 to 99 in one English word, None for others."""
    small, tens = _SMALL.split(), _TENS.split()
    if number < 20:
        return small[number]
    if number > 99:
        return None
    return tens[number // 10 - 2] + (small[number % 10] if number % 10 else "")
