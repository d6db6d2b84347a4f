"""What recommenders learned, as bytes and back: NumPy arrays only, so loading runs nothing."""

import io
from typing import Any

import numpy as np
from scipy import sparse

from insights.recommenders.base import Fitted

HALF = np.float16  # of what large dense arrays are stored in; 100 MB become 50


def pack(fitted: dict[str, Fitted]) -> bytes:
    """Every recommender's arrays in one compressed file."""
    arrays: dict[str, Any] = {}
    for name, parts in fitted.items():
        for key, value in parts.items():
            path = f"{name}/{key}"
            if sparse.issparse(value):
                rows = value.tocsr()
                arrays |= {f"{path}/{field}": getattr(rows, field) for field in SPARSE}
                arrays[f"{path}/shape"] = np.array(rows.shape)
            else:
                array = np.asarray(value)
                large = array.ndim == 2 and array.dtype == np.float32
                arrays[path] = array.astype(HALF) if large else array
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **arrays)
    return file.getvalue()


SPARSE = ("data", "indices", "indptr")


def unpack(content: bytes) -> dict[str, Fitted]:
    """What `pack` was given."""
    fitted: dict[str, Fitted] = {}
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        for path in arrays.files:
            name, key, *field = path.split("/")
            parts = fitted.setdefault(name, {})
            if not field:
                array = arrays[path]
                parts[key] = array.astype(np.float32) if array.dtype == HALF else array
            elif field == ["shape"]:
                whole = tuple(arrays[f"{name}/{key}/{each}"] for each in SPARSE)
                parts[key] = sparse.csr_matrix(whole, shape=tuple(arrays[path]))
    return fitted
