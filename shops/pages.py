"""The doors of intake as plain Django views, for servers that run WSGI only; the pages' script."""

from django.db import DataError, Error, IntegrityError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from shops import intake, page_doors
from shops.announcing import announce
from shops.intake import AWAY, UNSTORABLE, Answer, Answered, Door, Incoming, Refused


@csrf_exempt  # a webhook proves itself by its signature, not by a cookie
def hook(request: HttpRequest, key: str) -> HttpResponse:
    """Verify, store and answer one webhook call."""
    return _answer(request, key, intake.WEBHOOKS)


@csrf_exempt  # a shop's visitors have no cookie of ours
def site(request: HttpRequest, key: str) -> HttpResponse:
    """Store and answer what the script on a shop's pages tells."""
    return _answer(request, key, intake.PAGES)


script = page_doors.script("waymark.js")


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
