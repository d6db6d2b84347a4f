"""The chat on a shop's own pages: a visitor asks, and looks for the answer with a signed ticket.

Nobody is known here: where an order is, a person tells, or the shop's own program by the API.
"""

from django.core import signing
from django.http import HttpRequest, JsonResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from assistant import answers
from assistant.models import Question
from shops import page_doors
from shops.limits import Limits
from shops.models import Shop
from shops.page_doors import ANY_PAGE, TurnedAway

A_SECOND, SHOP_A_SECOND = 1, 20  # questions, of an address and on all pages of a shop
WEEK = 7 * 24 * 3600
ADDRESSES, SHOPS = Limits(), Limits()

script = page_doors.script("chat.js")


@csrf_exempt  # a shop's visitors have no cookie of ours
@require_http_methods(["GET", "POST"])
def chat(request: HttpRequest, key: str) -> JsonResponse:
    """Words for the page, the answer to a ticket, or a question with its ticket."""
    try:
        shop = page_doors.site_of(request, key).shop
        language = request.GET.get("language") or shop.language
        known = translation.check_for_language(language)
        with translation.override(language if known else "en"):
            if request.method == "POST":
                told = _ask(request, shop)
            elif "ticket" in request.GET:
                told = _looked(_question(shop, request.GET["ticket"]))
            else:
                told = _words(shop)
    except TurnedAway as turned:
        return turned.answer
    headers = {**ANY_PAGE, "Cache-Control": "private, no-store"}
    return JsonResponse(told, headers=headers)


def _ask(request: HttpRequest, shop: Shop) -> dict[str, object]:
    address = request.META.get("REMOTE_ADDR", "")
    if ADDRESSES.wait((shop.pk, address), A_SECOND) or SHOPS.wait(shop.pk, SHOP_A_SECOND):
        raise TurnedAway(429, "too many questions")
    text = request.POST.get("text", "").strip()
    if not 2 <= len(text) <= answers.LONGEST:
        raise TurnedAway(400, f"a question has 2 to {answers.LONGEST} characters")
    question = answers.receive(shop, text)
    return {"ticket": signing.dumps(question.pk, salt=_salt(shop)), **_looked(question)}


def _question(shop: Shop, ticket: str) -> Question:
    try:
        pk = signing.loads(ticket, salt=_salt(shop), max_age=WEEK)
    except signing.BadSignature:
        raise TurnedAway(404, "unknown ticket") from None
    question = Question.objects.filter(shop=shop, pk=pk).first()
    if question is None:
        raise TurnedAway(404, "unknown ticket")
    return question


def _salt(shop: Shop) -> str:
    return f"assistant.chat:{shop.pk}"


def _looked(question: Question) -> dict[str, object]:
    is_over = question.state in {"answered", "corrected"}
    return {
        "state": "answered" if is_over else "waits" if question.state == "waiting" else "thinks",
        "answer": question.answer if is_over else "",
        "sources": [cite["title"] for cite in question.cites] if is_over else [],
    }


def _words(shop: Shop) -> dict[str, object]:
    return {
        "title": _("Ask %(shop)s") % {"shop": shop.name},
        "hello": _("Hello! What would you like to know?"),
        "ask": _("Your question"),
        "send": _("Send"),
        "close": _("Close"),
        "thinks": _("One moment…"),
        "waits": _("A person will answer. Leave this page open, or write to us."),
        "sources": _("From:"),
        "failed": _("That did not work. Try again in a moment."),
    }
