"""Pages for the shop's customers."""

import base64

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from campaigns import machines, tracking, unsubscribing

PICTURE = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
UNSEEN = {"Cache-Control": "no-store, private", "X-Robots-Tag": "noindex"}
INCOMPLETE = gettext_lazy("This link is not complete. Copy the whole address from the mail.")


@csrf_exempt  # RFC 8058: the mail program posts from outside, the signed link is the proof
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button and changes nothing: link scanners follow links. POST unsubscribes."""
    message = unsubscribing.message_of(token)
    if message is None:
        raise Http404(INCOMPLETE)
    done = request.method == "POST"
    if done:
        how = "one click" if "List-Unsubscribe" in request.POST else "page"
        unsubscribing.unsubscribe(message, how=how)
    return render(request, "campaigns/unsubscribe.html", {"message": message, "done": done})


@require_safe
def click(request: HttpRequest, token: str, number: int) -> HttpResponse:
    """Leads on to where the link of a mail leads; a HEAD asks and counts nothing."""
    place = tracking.place_of(
        token, number, to=request.GET.get("to", ""), signature=request.GET.get("s", "")
    )
    if place is None:
        raise Http404(INCOMPLETE)
    hint = machines.hint(request.headers, kind="clicked")
    target = place.target if request.method == "HEAD" else tracking.follow(place, hint=hint)
    return HttpResponseRedirect(target, headers=UNSEEN)


@require_safe
def opened(request: HttpRequest, token: str) -> HttpResponse:
    """The invisible picture of a mail; there is always one, whoever asks."""
    if request.method == "GET":
        tracking.see(token, hint=machines.hint(request.headers, kind="opened"))
    return HttpResponse(PICTURE, content_type="image/gif", headers=UNSEEN)
