"""The doors of intake as plain Django views, for servers that run WSGI only; the pages' script."""

import gzip

from django.conf import settings
from django.db import DataError, Error, IntegrityError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from shops import intake
from shops.announcing import announce
from shops.intake import AWAY, UNSTORABLE, Answer, Answered, Door, Incoming, Refused

SCRIPT = (settings.BASE_DIR / "static" / "site" / "waymark.js").read_bytes()
SMALL_SCRIPT = gzip.compress(SCRIPT, mtime=0)


@csrf_exempt  # a webhook proves itself by its signature, not by a cookie
def hook(request: HttpRequest, key: str) -> HttpResponse:
    """Verify, store and answer one webhook call."""
    return _answer(request, key, intake.WEBHOOKS)


@csrf_exempt  # a shop's visitors have no cookie of ours
def site(request: HttpRequest, key: str) -> HttpResponse:
    """Store and answer what the script on a shop's pages tells."""
    return _answer(request, key, intake.PAGES)


@require_safe
@vary_on_headers("Accept-Encoding")
@cache_control(public=True, max_age=3600)
def script(request: HttpRequest) -> HttpResponse:
    """The script that shops put on their pages, the same for all."""
    small = "gzip" in request.headers.get("Accept-Encoding", "")
    # Pages of any origin may load it, also those that isolate themselves.
    headers = {"Cross-Origin-Resource-Policy": "cross-origin", "Access-Control-Allow-Origin": "*"}
    if small:
        headers["Content-Encoding"] = "gzip"
    body = SMALL_SCRIPT if small else SCRIPT
    return HttpResponse(body, "text/javascript; charset=utf-8", headers=headers)


def _answer(request: HttpRequest, key: str, door: Door) -> HttpResponse:
    try:
        answer = store(_read(request, key, door))
    except Answered as known:
        answer = known.answer
    except (DataError, IntegrityError, UnicodeError):
        answer = Refused(*UNSTORABLE).answer
    except Error:  # away, full, read-only, broken: it may be better in some seconds
        answer = AWAY
    return HttpResponse(
        answer.content, "application/json", answer.status, headers=answer.headers(door)
    )


def store(call: Incoming) -> Answer:
    """Keep one call durably; a repeat gets the first answer."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(intake.STORE, intake.columns([call]))
        found = cursor.fetchall()
        announce("delivery")
        if not found:
            cursor.execute(intake.EARLIER_ANSWERS, intake.columns([call])[:2])
            found = cursor.fetchall()
        return intake.answers([call], found)[0]


def _read(request: HttpRequest, key: str, door: Door) -> Incoming:
    if request.method != "POST":
        raise Refused(*intake.ONLY_POST)
    with connection.cursor() as cursor:
        cursor.execute(door.find, {"key": key})
        sender = intake.tenant(cursor.fetchone())
    intake.check_size(int(request.META.get("CONTENT_LENGTH") or 0), door.max_bytes)
    body = request.read(door.max_bytes + 1)
    intake.check_size(len(body), door.max_bytes)
    headers = {name.lower(): text for name, text in request.headers.items()}
    return intake.check(sender, headers, body)
