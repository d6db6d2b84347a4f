"""Reviews that say little by being there: advertising, and words that were sent before.

Alike texts are found by MinHash (Broder, 1997): parts of the signatures of two texts are equal with
a probability that grows steeply with the share of five-letter pieces they have in common.
"""

import re
import zlib
from collections.abc import Sequence

import numpy as np
from django.db import connection

SHORTEST = 50  # letters; two customers may well write "great quality, fast delivery"
HAN_LETTERS = 3  # that a Chinese character counts for
PIECE, PARTS, ROWS = 5, 4, 4
SALT = np.random.default_rng(7).integers(1, 2**31 - 1, size=(2, PARTS * ROWS), dtype=np.int64)
PRIME = 2**31 - 1
LETTERS = re.compile(r"[\W_]+")
ADVERTISING = re.compile(
    r"https?://|www\.\w|\b(?:whatsapp|telegram|promo code|click here|earn money|work from home)\b"
    r"|加微信|加我微信|微信号|加qq|刷单|代购联系|好评返现",
    re.I,
)
# Words for a machine that reads, not for a customer. No analyser obeys them; they still colour it.
INJECTION = re.compile(
    r"\b(?:ignore|disregard|forget)\b.{0,30}\b(?:instruction|prompt|rule)s?\b|\bsystem prompt\b"
    r"|\byou are now\b.{0,40}\b(?:assistant|model|ai)\b|<\|?(?:im_start|system)"
    r"|忽略.{0,12}(?:指令|指示|提示)|系统提示",
    re.I,
)

# A copy is the later one of two alike texts; the first stays innocent.
FLAG_COPIES = """
UPDATE reviews_nlp_review r SET suspicion = 'duplicate' FROM unnest(%s::bigint[]) AS n (id)
WHERE r.id = n.id AND r.suspicion = '' AND r.signature <> '{}' AND EXISTS (
    SELECT FROM reviews_nlp_review o
    WHERE o.shop_id = r.shop_id AND o.id < r.id AND o.signature && r.signature)
"""


def suspicion(text: str) -> str:
    """What is wrong with the words alone: injection, spam, or "" for nothing."""
    if INJECTION.search(text):
        return "injection"
    return "spam" if ADVERTISING.search(text) else ""


def fingerprint(text: str) -> list[int]:
    """Four numbers; texts with one in common are alike. Empty for texts too short to tell."""
    letters = LETTERS.sub("", text.lower())
    han = sum("\u4e00" <= letter <= "\u9fff" for letter in letters)
    if len(letters) + (HAN_LETTERS - 1) * han < SHORTEST:
        return []
    pieces = {letters[n : n + PIECE] for n in range(len(letters) - PIECE + 1)}
    hashes = np.array([zlib.crc32(piece.encode()) % PRIME for piece in pieces], dtype=np.int64)
    least = np.array([((hashes * a + b) % PRIME).min() for a, b in SALT.T])
    return [
        zlib.crc32(part.tobytes()) | (n << 32) for n, part in enumerate(least.reshape(PARTS, ROWS))
    ]


def flag_copies(reviews: Sequence[int]) -> int:
    """Mark those of these reviews that repeat an earlier one of their shop; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(FLAG_COPIES, [list(reviews)])
        return int(cursor.rowcount)
