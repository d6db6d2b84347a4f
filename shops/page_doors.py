"""What the pages of a shop ask of us from their visitors' browsers: scripts, and what they show."""

import gzip
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from shops.site_models import Site

# Pages of any origin may load it, also those that isolate themselves.
ANY_PAGE = {"Cross-Origin-Resource-Policy": "cross-origin", "Access-Control-Allow-Origin": "*"}


class TurnedAway(Exception):
    """A page that gets no answer."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.answer = JsonResponse({"error": error}, status=status, headers=ANY_PAGE)


def script(name: str) -> Callable[[HttpRequest], HttpResponse]:
    """A view of one of the scripts that shops put on their pages, the same for all shops."""
    body = (settings.BASE_DIR / "static" / "site" / name).read_bytes()
    small_body = gzip.compress(body, mtime=0)

    @require_safe
    @vary_on_headers("Accept-Encoding")
    @cache_control(public=True, max_age=3600)
    def show(request: HttpRequest) -> HttpResponse:
        small = "gzip" in request.headers.get("Accept-Encoding", "")
        headers = {**ANY_PAGE, "Content-Encoding": "gzip"} if small else ANY_PAGE
        return HttpResponse(
            small_body if small else body, "text/javascript; charset=utf-8", headers=headers
        )

    return show


def site_of(request: HttpRequest, key: str) -> Site:
    """The site with this public key, today's or the one before. Raises TurnedAway."""
    sites = Site.objects.select_related("shop")
    site = sites.filter(public_key=key).first() or sites.filter(previous_public_key=key).first()
    if site is None or not key:
        raise TurnedAway(404, "unknown key")
    if site.origins and request.headers.get("Origin") not in site.origins.split():
        raise TurnedAway(403, "not a page of the shop")
    return site
