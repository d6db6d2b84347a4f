"""Keep a file in the database part by part, read it back, and let it go when its day is over."""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.timezone import now

from shops.file_models import StoredFile, StoredPart
from shops.models import Shop

PART_BYTES = 512 * 1024


def keep(shop: Shop, name: str, chunks: Iterable[bytes], *, until: datetime) -> StoredFile:
    """Store a file, all or nothing; memory holds one part of it at a time."""
    digest, size = hashlib.sha256(), 0
    with transaction.atomic():
        file = StoredFile.objects.create(shop=shop, name=name[:200], expires_at=until)
        for number, part in enumerate(_parts(chunks)):
            StoredPart.objects.create(shop=shop, file=file, number=number, content=part)
            digest.update(part)
            size += len(part)
        file.size, file.digest = size, digest.hexdigest()
        file.save(update_fields=["size", "digest"])
    return file


def read(file: StoredFile) -> Iterator[bytes]:
    """The content, part by part."""
    number = 0
    while part := StoredPart.objects.filter(file=file, number=number).first():
        yield bytes(part.content)
        number += 1


@contextmanager
def on_disk(file: StoredFile) -> Iterator[Path]:
    """The content as a file of its own that is gone afterwards."""
    with tempfile.NamedTemporaryFile(suffix=Path(file.name).suffix) as copy:
        for part in read(file):
            copy.write(part)
        copy.flush()
        yield Path(copy.name)


def remove_expired() -> int:
    """Delete files whose day is over; returns how many rows went with them."""
    deleted, _models = StoredFile.objects.filter(expires_at__lt=now()).delete()
    return deleted


def _parts(chunks: Iterable[bytes]) -> Iterator[bytes]:
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) >= PART_BYTES:
            yield bytes(held[:PART_BYTES])
            del held[:PART_BYTES]
    if held:
        yield bytes(held)


def chunks_of(source: Any) -> Iterator[bytes]:
    """What an open binary file holds, piece by piece."""
    while chunk := source.read(PART_BYTES):
        yield chunk
