"""Which language a text is in: by its script, and by its small words where it is Latin."""

import re
from collections import Counter

SCRIPTS = {
    "ja": re.compile("[\u3040-\u30ff]"),
    "ko": re.compile("[\uac00-\ud7af]"),
    "zh": re.compile("[\u4e00-\u9fff]"),
    "ru": re.compile("[\u0400-\u04ff]"),
    "ar": re.compile("[\u0600-\u06ff]"),
    "el": re.compile("[\u0370-\u03ff]"),
    "he": re.compile("[\u0590-\u05ff]"),
    "th": re.compile("[\u0e00-\u0e7f]"),
    "hi": re.compile("[\u0900-\u097f]"),
}
SMALL_WORDS = {
    "en": "the and is it this i to of was for very not no but with my so in on are they good great"
    " as at from have has had be been you your that would will can than them too just really would",
    "de": "der die das und ist ich nicht sehr ein eine mit zu es auf aber gut war für den auch",
    "fr": "le la les et est je pas très un une avec pour de mais bien que qui ce il des",
    "es": "el la los y es no muy un una con para de pero bien que lo se me las por",
    "it": "il la e è non molto un una con per di ma bene che lo mi sono del ho questo",
    "pt": "o a os e é não muito um uma com para de mas bem que do da eu as foi",
    "nl": "de het een en is ik niet zeer met voor van maar goed dat op erg zijn ook was deze",
}
LANGUAGES_OF = {
    word: [language for language, words in SMALL_WORDS.items() if word in words.split()]
    for words in SMALL_WORDS.values()
    for word in words.split()
}
LATIN = re.compile(r"[a-zà-öø-ÿß]+(?:'[a-z]+)?")
READ = 2_000  # characters that decide


def detect(text: str) -> str:
    """A language code, or "" for what cannot be told: numbers, emoji, a name."""
    text = text[:READ].lower()
    words = LATIN.findall(text)
    counts = Counter({code: len(script.findall(text)) for code, script in SCRIPTS.items()})
    script, letters = counts.most_common(1)[0]
    if counts["ja"] and script == "zh":
        script = "ja"  # Japanese mixes kana among its characters; Chinese has none
    if letters * 2 >= len(words) and letters:  # a character says about half as much as a word
        return script
    return _latin(words)


def _latin(words: list[str]) -> str:
    votes = Counter(language for word in words for language in LANGUAGES_OF.get(word, ()))
    best, count = votes.most_common(1)[0] if votes else ("", 0)
    if count > max(1, votes["en"]):
        return best
    return "en" if words and all(word.isascii() for word in words) else ""
