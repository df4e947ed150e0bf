"""What is said in the benchmark of speech: two halves that share no voice and no sentence."""

from benchmarks.measuring.spoken_sounds import Voice

TRAIN_TEXTS = (
    "Let us begin with the triangle, because everything else follows from it.",
    "I think that the answer is seventeen.",
    "Could you say once more how you got from the second line to the third?",
    "No, wait. There is a minus in front of the bracket.",
    "We have twenty minutes left, so let us take the last exercise together.",
    "She said that both sides have to be divided by the same number, and that is all we did.",
    "Yes, exactly.",
    "If the ball falls for three seconds, it is about thirty metres per second fast at the end.",
    "Has anybody drawn the graph already?",
    "My microphone was off, sorry about that.",
    "What happens when we heat the gas but keep the volume as it is?",
    "Right, and then the pressure goes up.",
    "What I do not understand is why we may take the square root on both sides here although nobody told us "
    "whether the number under it is larger than zero or whether it could be zero as well",
)
TEST_TEXTS = (
    "Shall we look at the homework first, or at the text for Thursday?",
    "The poet repeats the word winter four times, and each time it means something else.",
    "I would leave that paragraph out.",
    "Hold on, I am still writing it down.",
    "Photosynthesis takes in carbon dioxide and gives off oxygen, but only where there is light.",
    "Okay.",
    "Why is the fraction smaller when the number below is larger?",
    "We could ask the tutor, she comes at half past five.",
    "Half of sixty is thirty, and a third of thirty is ten, so it must be ten.",
    "I do not agree with you there, look at the table on the right.",
    "Can everybody see the board now?",
    "Good, then let us vote, and after that we take a short break.",
    "The main thing that I took from the chapter is that nobody in the village wanted to be the first to say "
    "aloud what all of them had known since the flood in the spring of the year before",
)
TRAIN_VOICES = (
    Voice("en-us+m3", 165, 45, 25),
    Voice("en-gb+f2", 175, 55, 30),
    Voice("en-gb-scotland+m7", 150, 35, 20),
    Voice("en-us+f4", 185, 60, 35),
)
TEST_VOICES = (
    Voice("en-gb-x-rp+f3", 170, 50, 30),
    Voice("en-us+m1", 155, 30, 20),
    Voice("en-gb-x-gbclan+m5", 180, 50, 35),
    Voice("en-us+f5", 160, 65, 25),
)
TRAIN_BABBLE = tuple(
    Voice(f"en-us+{name}", 140 + 10 * n, 30 + 5 * n)
    for n, name in enumerate(("m2", "f1", "m4", "f5", "m6", "f3", "m8", "linda"))
)
TEST_BABBLE = tuple(
    Voice(f"en-gb+{name}", 200 - 10 * n, 65 - 5 * n)
    for n, name in enumerate(("steph", "m3", "belinda", "max", "f2", "boris", "f4", "adam"))
)
