"""Pages for the shop's customers."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from campaigns import unsubscribing


@csrf_exempt  # RFC 8058: the mail program posts from outside, the signed link is the proof
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button and changes nothing: link scanners follow links. POST unsubscribes."""
    message = unsubscribing.message_of(token)
    if message is None:
        raise Http404(_("This link is not complete. Copy the whole address from the mail."))
    done = request.method == "POST"
    if done:
        how = "one click" if "List-Unsubscribe" in request.POST else "page"
        unsubscribing.unsubscribe(message, how=how)
    return render(request, "campaigns/unsubscribe.html", {"message": message, "done": done})
