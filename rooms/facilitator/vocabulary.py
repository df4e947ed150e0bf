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
    bewilder brain cheerful enjoy grumpy guilt hopeless ignoran impress inept mature
    moody naive pathetic pessimis proud skilful skillful slacker sluggish tired unsure useless
"""

_JUDGING = """
    able ability abilities best better bright dull engaged engagement fail failed failing loud mood moods sad
    sadder sadly sadness slow slower slowest unable worse worst
    capable grade graded grades hate hated lucky poor poorly
    rank ranked ranking smarter smartest trivially wise
"""

_LOOKALIKE = """
    аa еe оo рp сc уy хx іi јj ѕs ԁd һh ԛq ԝw вb кk мm нh тt αa οo ρp ιi κk νv τt υu γy ɑa ɡg ıi łl øo
    βb ηn ωw ӏl гr дd лn пn рp ьb էt օo սu տs ցg հh ոn ⅼl Ꭺa ꓮa
"""  # noqa: RUF001  it is about just these

_PLACES = "first second third fourth fifth last final middle former latter top bottom"

FUNCTION_WORDS = frozenset(_FUNCTION.split())
"""Words that give nothing away: an answer is known by its others, if it has any."""

JUDGING_STEMS = tuple(_JUDGING_STEM.split())
"""How words of emotion, character or ability begin, and words that shame somebody for their share of talk."""

JUDGING_WORDS = frozenset(_JUDGING.split())
"""The same, where the beginning alone would catch harmless words."""

LOOKALIKES = str.maketrans({pair[0]: pair[1] for pair in _LOOKALIKE.split()})
"""Letters that look like plain Latin ones: a word does not pass because it is dressed up."""

PLACES = frozenset(_PLACES.split())
"""Words that point at one of several choices."""
