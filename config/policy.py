"""What a browser may load and run on our pages: the header Content-Security-Policy.

docs/decisions/0011-content-policy.md says why each source stands here.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

HEADER = "Content-Security-Policy"
NOBODY = {
    "default-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
}
# Pages for a shop's customers, and of the API: our own files and nothing else.
PUBLIC = NOBODY | {
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: https:",
    "font-src": "'self'",
    "connect-src": "'self'",
}
CONSOLE = PUBLIC | {
    # Alpine, of which the admin's menus are made, reads its expressions with Function().
    "script-src": "'self' 'unsafe-eval'",
    "style-src": "'self' 'unsafe-inline'",
    # Pictures in previews of mails lie with the shop.
    "img-src": "'self' data: blob: https:",
    "font-src": "'self' data:",
    "frame-src": "'self'",
    "worker-src": "'self' blob:",
    "manifest-src": "'self'",
}


def written(policy: dict[str, str]) -> str:
    """The policy as the header has it."""
    return "; ".join(f"{name} {sources}" for name, sources in policy.items())


def declare(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """The middleware; an answer that bears a policy of its own keeps it."""
    # The welcome page stands before the console and is made of the same parts.
    doors = (reverse("admin:index"), reverse("welcome", args=["code"]).removesuffix("code/"))
    policy, public = CONSOLE, written(PUBLIC)
    if settings.OIDC_URL:  # browsers ask it for the address that a form is led on to, too
        origin = urlsplit(settings.OIDC_URL)
        policy = policy | {"form-action": f"'self' {origin.scheme}://{origin.netloc}"}
    console = written(policy)

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault(HEADER, console if request.path.startswith(doors) else public)
        return response

    return answer
