"""Numbers of many customers between Postgres and NumPy: binary COPY, a chunk at a time.

One connection can only do one COPY at a time, so chunks are whole statements of bounded size.
"""

import struct
from collections.abc import Sequence

import numpy as np
from django.db import connection
from numpy.typing import NDArray

HEADER = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
TRAILER = struct.pack(">h", -1)

Numbers = NDArray[np.float64]
Ids = NDArray[np.int64]


def read(select: str, columns: int) -> tuple[Ids, Numbers]:
    """The ids and numbers of a SELECT whose columns are one bigint and `columns` float8.

    No value may be NULL: that is what gives every row the same length.
    """
    layout = _layout(columns)
    with connection.cursor() as cursor, cursor.copy(f"COPY ({select}) TO STDOUT BINARY") as copy:
        content = b"".join(copy)
    rows = np.frombuffer(content[len(HEADER) : -len(TRAILER)], dtype=layout)
    numbers = np.empty((len(rows), columns))
    for n in range(columns):
        numbers[:, n] = rows[f"value{n}"]
    return rows["id"].astype(np.int64), numbers


def write(table: str, names: Sequence[str], ids: Ids, numbers: Numbers) -> None:
    """COPY ids and numbers into a table whose columns are one bigint and float8s."""
    block = np.zeros(len(ids), dtype=_layout(len(names) - 1))
    block["fields"], block["length"], block["id"] = len(names), 8, ids
    for n in range(len(names) - 1):
        block[f"length{n}"], block[f"value{n}"] = 8, numbers[:, n]
    statement = f"COPY {table} ({', '.join(names)}) FROM STDIN BINARY"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(HEADER + block.tobytes() + TRAILER)


def _layout(columns: int) -> np.dtype[np.void]:
    """A row of the binary format: the number of fields, then length and value of each."""
    fields = [("fields", ">i2"), ("length", ">i4"), ("id", ">i8")]
    for n in range(columns):
        fields += [(f"length{n}", ">i4"), (f"value{n}", ">f8")]
    return np.dtype(fields)
