"""A write that is sent twice with the same `Idempotency-Key` is done once and answered twice.

The answer is kept in the transaction that did the work, so there is never one without the other,
and a process that dies in between leaves nothing behind. While a call runs it holds a lock on its
key, which ends with the transaction. An answer that is an error is not kept: it may be sent again.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import connection, transaction
from django.utils.translation import gettext as _
from rest_framework.request import Request

from shops import secrecy
from shops.models import AnsweredCall
from shops.rest import bodies
from shops.rest.problems import Fault, Problem

HEADER = "Idempotency-Key"
KEY = re.compile("[!-~]{1,255}")
KEPT = timedelta(hours=24)
BATCH = 10_000

TRY_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"
FORGET = """
DELETE FROM shops_answeredcall WHERE id IN (
    SELECT id FROM shops_answeredcall WHERE answered_at < %s ORDER BY answered_at LIMIT %s)
"""

Answer = tuple[int, Any]  # status, JSON


def once(request: Request, work: Callable[[], Answer]) -> tuple[Answer, bool]:
    """The answer of the work, done in a transaction; and whether it is that of an earlier call.

    Raises Problem while the first call runs, and for the same key with another request.
    """
    key = request.headers.get(HEADER)
    if key is None:
        with transaction.atomic():
            return work(), False
    if not KEY.fullmatch(key):
        fault = Fault(HEADER, _("must be 1 to 255 visible ASCII characters."))
        raise Problem("invalid", _("The headers are not right."), [fault])
    with transaction.atomic():
        _lock(request, key)
        kept = AnsweredCall.objects.filter(shop=request.auth.shop, key=key).first()
        if kept is None:
            answer = work()
            _keep(request, key, answer)
            return answer, False
    return _earlier(kept, request), True


def forget_old(now: datetime) -> None:
    """Delete the answers that no caller waits for any more."""
    with connection.cursor() as cursor:
        while True:
            cursor.execute(FORGET, [now - KEPT, BATCH])
            if cursor.rowcount < BATCH:
                return


def _lock(request: Request, key: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(TRY_LOCK, [f"idempotency:{request.auth.shop_id}:{key}"])
        if not cursor.fetchone()[0]:
            raise Problem("conflict", _("A call with this Idempotency-Key is still running."))


def _keep(request: Request, key: str, answer: Answer) -> None:
    """Sealed: an answer may hold personal data, or a secret that is shown only once."""
    status, said = answer
    AnsweredCall.objects.create(
        shop=request.auth.shop,
        key=key,
        fingerprint=_fingerprint(request),
        status=status,
        answer_sealed=secrecy.seal(orjson.dumps(said).decode()),
    )


def _earlier(kept: AnsweredCall, request: Request) -> Answer:
    if kept.fingerprint != _fingerprint(request):
        raise Problem(
            "unacceptable", _("This Idempotency-Key was used for another request. Take a new one.")
        )
    return kept.status, orjson.loads(secrecy.unseal(kept.answer_sealed))


def _fingerprint(request: Request) -> str:
    content = bodies.content_of(request._request)
    asked = f"{request.method} {request.get_full_path()}\n".encode(errors="replace")
    return hashlib.sha256(asked + content).hexdigest()
