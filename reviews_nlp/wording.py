"""What the words around a phrase make of it: negation, comparison, and what never came to be.

"Not good" is bad, "not as bad as I feared" is good, "never slept better" is the best there is, and
what "would have been perfect if" was not. Words are English words or single Chinese characters.
"""

Words = tuple[str, ...]

NEGATORS = {
    "not", "no", "never", "neither", "nor", "without", "hardly", "barely", "cannot", "nothing",
    "none", "nowhere", "cant", "dont", "didnt", "doesnt", "isnt", "wasnt", "wont", "wouldnt",
    "couldnt", "不", "没", "无", "非", "未", "别",
}  # fmt: skip
REACH = 3  # tokens that a negation reaches over
FLIP_GOOD, FLIP_BAD = -0.7, -0.3  # "not good" is bad; "not bad" is hardly good
# Before the measure of a comparison, as in "没有想象的好", "没图片上好看": not as good as that. But
# "没见过这么好的" is praise, and "没见过这么差的" blame.
COMPARED = frozenset("的中上么样")
UNSURPASSED = 1.3  # "could not be better"
BETTER = frozenset(["better", "happier", "easier", "nicer", "softer", "worse"])
BECOMES = frozenset(["get", "gets", "got", "getting"])  # "it never got better" is no praise
UNREAL = -0.3  # what would have been good is not quite
MODAL = frozenset(["would", "could", "should", "might"])
MODAL_HAVE = frozenset(["would've", "could've", "should've", "might've"])
UNREAL_REACH = 4
IF_ZH = (("如", "果"), ("要", "是"), ("假", "如"), ("若", "是"))
WISHED = 6  # characters of "…就更好了"


def is_negation(word: str) -> bool:
    return word in NEGATORS or word.endswith("n't")


def weight_of(weight: float, words: Words, at: int, length: int, negated: int) -> float:
    """The phrase's weight where it stands; `negated` is the last negation before it, or -1."""
    before = words[negated:at] if negated >= 0 else ()
    if _falls_short(before, weight, length):
        return -weight
    if weight < 0 and before[-1:] == ("as",) and words[at + length : at + length + 1] == ("as",):
        return FLIP_GOOD * weight
    if _is_unsurpassed(before, words[at]):
        return UNSURPASSED * weight
    if weight > 0 and _is_unreal(words, at, at + length):
        return UNREAL * weight
    if weight > 0 and _is_wished(words):
        return 0.0
    if before and len(before) <= REACH:
        return weight * (FLIP_GOOD if weight > 0 else FLIP_BAD)
    return weight


def _falls_short(before: Words, weight: float, length: int) -> bool:
    """Whether it is said to be less so than something else: "没有想象的好", "不比大牌差"."""
    if before[:2] == ("不", "比"):
        return weight < 0 and length == 1
    if before[:2] == ("不", "像"):
        return weight > 0 and before[-1] in COMPARED
    if before[:1] != ("没",) or before[-1] not in COMPARED or "过" in before:
        return False
    return weight > 0 or length == 1  # "差", "糟"; a longer one is a thing of its own: "差评"


def _is_unsurpassed(before: Words, word: str) -> bool:
    """As "better" in "never slept better", "couldn't be better"."""
    if not before or word not in BETTER or len(before) > REACH + 1:
        return False
    absolute = before[0] in {"never", "couldn't", "cannot", "can't"} or before[:2] == ("not", "be")
    return absolute and not BECOMES & set(before)


def _is_unreal(words: Words, start: int, end: int) -> bool:
    """As "perfect" in "would have been perfect if", "could be great if"."""
    for place in range(max(0, start - UNREAL_REACH - 1), start):
        if words[place] in MODAL_HAVE:
            return True
        if words[place] in MODAL:
            then = words[place + 1 : place + 2]
            if then == ("have",) or (then == ("be",) and "if" in words[end:]):
                return True
    return False


def _is_wished(words: Words) -> bool:
    """Whether the clause ends as wishes do in Chinese: "要是…就完美了", "…，就更好了".

    It says neither: of reviews that wish for something half are good.
    """
    if words[-1:] != ("了",) or "就" not in words[-WISHED:]:
        return False
    place = len(words) - 1 - words[::-1].index("就")
    told, wished = words[:place], words[place + 1]
    return not told or wished == "更" or any(told[n : n + 2] in IF_ZH for n in range(len(told)))
