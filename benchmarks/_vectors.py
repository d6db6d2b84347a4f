"""Sentence vectors for the benchmarks: read once, kept in `VAR_DIR` by what they are of."""

import os
from collections.abc import Sequence
from hashlib import blake2b
from multiprocessing import get_context

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from llm import encoding

PART = 256


def of(texts: Sequence[str]) -> NDArray[np.float32]:
    """One row per text; every processor reads its share of those not seen before."""
    path = settings.VAR_DIR / "vectors.npz"
    known: dict[str, NDArray[np.float32]] = {}
    if path.exists():
        with np.load(path, allow_pickle=False) as arrays:
            known = dict(zip(arrays["keys"].tolist(), arrays["vectors"], strict=True))
    keys = [blake2b(encoding.cut(text).encode(), digest_size=16).hexdigest() for text in texts]
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    if missing:
        known.update(zip(missing, _read(list(missing.values())), strict=True))
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, keys=np.array(list(known)), vectors=np.stack(list(known.values())))
    return np.stack([known[key] for key in keys])


def _read(texts: list[str]) -> NDArray[np.float32]:
    parts = [texts[start : start + PART] for start in range(0, len(texts), PART)]
    with get_context("spawn").Pool(os.cpu_count()) as pool:
        return np.concatenate(pool.map(encoding.vectors, parts, chunksize=1))
