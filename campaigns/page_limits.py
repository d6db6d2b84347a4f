"""How often what stands behind mailed links may be asked for.

A link that is ours has a limit of its own and none by address: big receivers unsubscribe for
thousands of people from a few addresses (RFC 8058). Who tries links that are not ours has one.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from shops.limits import Limits

TOO_MANY = gettext_lazy("Too many at once. Try again in a few seconds.")
A_SECOND, TRIES_A_SECOND = 5, 20
LINKS, STRANGERS = Limits(), Limits()


def hurries(link: object) -> bool:
    """Whether this link was asked for too often just now."""
    return LINKS.wait(link, A_SECOND) > 0


def unknown(request: HttpRequest, words: Promise) -> HttpResponse:
    """The answer to a link that is not ours; whoever tries one after the other is to wait."""
    if STRANGERS.wait(request.META.get("REMOTE_ADDR", ""), TRIES_A_SECOND):
        return too_many()
    raise Http404(words)


def too_many() -> HttpResponse:
    return HttpResponse(TOO_MANY, status=429, headers={"Retry-After": "5"})
