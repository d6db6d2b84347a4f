"""The webhook contract as a plain Django view, for servers that run WSGI only."""

from django.conf import settings
from django.db import DataError, Error, IntegrityError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from shops import intake
from shops.announcing import announce
from shops.intake import AWAY, UNSTORABLE, Answer, Answered, Incoming, Refused


@csrf_exempt  # a webhook proves itself by its signature, not by a cookie
def hook(request: HttpRequest, key: str) -> HttpResponse:
    """Verify, store and answer one webhook call."""
    try:
        answer = store(_read(request, key))
    except Answered as known:
        answer = known.answer
    except (DataError, IntegrityError, UnicodeError):
        answer = Refused(*UNSTORABLE).answer
    except Error:  # away, full, read-only, broken: it may be better in some seconds
        answer = AWAY
    headers = {"Retry-After": str(answer.retry_after)} if answer.retry_after else {}
    return HttpResponse(answer.content, "application/json", answer.status, headers=headers)


def store(call: Incoming) -> Answer:
    """Keep one call durably; a repeat gets the first answer."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(intake.STORE, intake.columns([call]))
        again = intake.repeated([call], cursor.fetchall())
        announce("delivery")
        cursor.execute(intake.EARLIER_ANSWERS, intake.columns(again)[:2])
        return intake.answers([call], again, cursor.fetchall())[0]


def _read(request: HttpRequest, key: str) -> Incoming:
    if request.method != "POST":
        raise Refused(405, "method_not_allowed", "Webhooks are sent by POST.")
    with connection.cursor() as cursor:
        cursor.execute(intake.FIND_SHOP, [key])
        sender = intake.tenant(cursor.fetchone())
    limit = settings.INTAKE_MAX_BYTES
    intake.check_size(int(request.META.get("CONTENT_LENGTH") or 0), limit)
    body = request.read(limit + 1)
    intake.check_size(len(body), limit)
    headers = {name.lower(): text for name, text in request.headers.items()}
    return intake.check(sender, headers, body)
