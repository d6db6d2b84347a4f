"""One verdict from what several analysers say, and how sure it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import atanh, exp, log, tanh

# Shop reviews are mostly good everywhere (Hu, Pavlou and Zhang, "Overcoming the J-shaped
# distribution of product reviews", 2009), so a good one needs less proof than a bad one.
GOOD_FRACTION = 0.8
CERTAIN = 0.999  # no single analyser is surer than this
SURE = 0.65  # below this probability the answer is "not sure"
JUDGE, JUDGE_WEIGHT = "judge", 1.0  # the language model that is asked about the unsure ones


@dataclass(frozen=True, slots=True)
class Verdict:
    """Sentiment from -1 to 1 (None: nothing to go by) and the probability of its sign."""

    sentiment: float | None
    confidence: float

    @property
    def sure(self) -> bool:
        return self.sentiment is not None and self.confidence >= SURE


def blend(
    answers: Iterable[tuple[float, float | None]], *, good_fraction: float = GOOD_FRACTION
) -> Verdict:
    """Add up (weight, sentiment) pairs as evidence, beginning with how frequent good ones are."""
    evidence = [(weight, answer) for weight, answer in answers if answer]
    if not evidence:
        return Verdict(None, 0.0)
    odds = log(good_fraction / (1 - good_fraction))
    odds += sum(w * 2 * atanh(max(-CERTAIN, min(CERTAIN, answer))) for w, answer in evidence)
    return Verdict(tanh(odds / 2), 1 / (1 + exp(-abs(odds))))
