"""Product texts as vectors of length 1, in any language: by words and by pieces of words."""

from collections.abc import Sequence

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

# Pieces of words join "cup" and "cups", and read languages that put no spaces between words.
READERS = (
    {"analyzer": "word", "ngram_range": (1, 2), "token_pattern": r"(?u)\b\w+\b"},  # nosec B105
    {"analyzer": "char_wb", "ngram_range": (2, 4), "max_features": 50_000},
)


def vectors(texts: Sequence[str]) -> sparse.csr_matrix:
    """A row a text; their products are cosines. Empty texts are like nothing."""
    if not any(text.strip() for text in texts):
        return sparse.csr_matrix((len(texts), 1), dtype=np.float32)
    read = [
        TfidfVectorizer(sublinear_tf=True, dtype=np.float32, **reader).fit_transform(texts)
        for reader in READERS
    ]
    return normalize(sparse.hstack(read, format="csr"))
