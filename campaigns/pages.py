"""Pages for the shop's customers."""

import base64

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from campaigns import asking, machines, page_limits, preferences, tracking, unsubscribing
from customers.models import Customer
from shops import speaking
from shops.limits import Limits

PICTURE = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
PAGES_A_SECOND, SLOWLY = 50, Limits()  # of one shop's customers together
# The address is the key to the page: no other page is told it.
PRIVATE = {"Cache-Control": "no-store, private", "Referrer-Policy": "no-referrer"}
UNSEEN = {"Cache-Control": "no-store, private", "X-Robots-Tag": "noindex"}
INCOMPLETE = gettext_lazy("This link is not complete. Copy the whole address from the mail.")
EXPIRED = gettext_lazy("This link is no longer valid, or not complete. Ask for another one.")


@csrf_exempt  # RFC 8058: the mail program posts from outside, the signed link is the proof
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button and changes nothing: link scanners follow links. POST unsubscribes."""
    message = unsubscribing.message_of(token)
    if message is None:
        return page_limits.unknown(request, INCOMPLETE)
    if page_limits.hurries(("unsubscribe", message.pk)):
        return page_limits.too_many()
    done = request.method == "POST"
    if done:
        how = "one click" if "List-Unsubscribe" in request.POST else "page"
        unsubscribing.unsubscribe(message, how=how)
    shown = {
        "message": message,
        "done": done,
        "preferences_url": preferences.url(message.customer_id),
    }
    with speaking.to_customer(message.customer):
        return private(render(request, "campaigns/unsubscribe.html", shown))


@csrf_exempt  # no cookie signs anybody in here: the signed link is the proof
@require_http_methods(["GET", "HEAD", "POST"])
def wishes(request: HttpRequest, token: str) -> HttpResponse:
    """What the customer wants to hear of, how, how often and in which language."""
    customer = preferences.customer_of(token)
    if customer is None:
        return page_limits.unknown(request, INCOMPLETE)
    hurries = page_limits.hurries(("wishes", customer.pk))
    if hurries or SLOWLY.wait(customer.shop_id, PAGES_A_SECOND):
        return page_limits.too_many()
    done = ""
    if request.method == "POST":
        done = _wish(customer, request.POST)
        customer.refresh_from_db()
    known = preferences.of(customer)
    with translation.override(speaking.known(known.language)):
        shown = {"customer": customer, "wishes": known, "done": done,
            "per_week": preferences.PER_WEEK, "languages": settings.LANGUAGES}  # fmt: skip
        return private(render(request, "campaigns/preferences.html", shown))


def _wish(customer: Customer, said: QueryDict) -> str:
    if said.get("do") == "stop":
        preferences.stop_all(customer)
        return "stopped"
    if said.get("do") in {"export", "erase"}:
        (asking.copy if said["do"] == "export" else asking.erasure)(customer)
        return "mailed"
    per_week = said.get("most_per_week", "")
    preferences.change(
        customer,
        topics=said.getlist("topic"),
        channels=said.getlist("channel"),
        most_per_week=int(per_week) if per_week in map(str, preferences.PER_WEEK) else None,
        language=said.get("language", ""),
        is_measured="measured" in said,
    )
    return "saved"


@require_safe
def click(request: HttpRequest, token: str, number: int) -> HttpResponse:
    """Leads on to where the link of a mail leads; a HEAD asks and counts nothing."""
    place = tracking.place_of(
        token, number, to=request.GET.get("to", ""), signature=request.GET.get("s", "")
    )
    if place is None:
        return page_limits.unknown(request, INCOMPLETE)
    # Whoever hurries is led on all the same: a link that fails looks like a bad mail.
    counts = request.method == "GET" and not page_limits.hurries((token, number))
    hint = machines.hint(request.headers, kind="clicked")
    target = tracking.follow(place, hint=hint) if counts else place.target
    return HttpResponseRedirect(target, headers=UNSEEN)


@require_safe
def opened(request: HttpRequest, token: str) -> HttpResponse:
    """The invisible picture of a mail; there is always one, whoever asks."""
    if request.method == "GET" and not page_limits.hurries(token[:200]):
        tracking.see(token, hint=machines.hint(request.headers, kind="opened"))
    return HttpResponse(PICTURE, content_type="image/gif", headers=UNSEEN)


def private(answer: HttpResponse) -> HttpResponse:
    """The answer, kept nowhere, and its address told to nobody."""
    for name, value in PRIVATE.items():
        answer.headers[name] = value
    return answer
