"""What somebody whose role does not see personal data gets to see instead.

Two nets: customers are hidden as they are read from the database (`hides`, asked by their model),
and whatever e-mail address is left in a page of the admin is hidden as the page leaves.
"""

import re
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from shops import seats
from shops.masking import HIDDEN
from shops.seat_models import OWN

ADDRESS = re.compile(r"[\w.+%'-]+(?:@|%40|&#64;)[\w-]+(?:\.[\w-]+)+")
RIGHT = "shops.see_personal_data"

_hides: ContextVar[bool] = ContextVar("hides_personal_data", default=False)


def hides() -> bool:
    """Whether what is read now is for eyes that must not see whose it is."""
    return _hides.get()


def is_kept_from(user: Any) -> bool:
    """Whether one of the user's roles does not see personal data: then they see it nowhere."""
    if user.is_superuser or not user.is_authenticated:
        return False
    return any(role != OWN and RIGHT not in seats.rights(user, role)
               for role in seats.of(user).values())  # fmt: skip


def hide(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """The middleware; only the admin is looked at, other pages are the customers' own."""
    admin = reverse("admin:index")

    def answer(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(admin) or not is_kept_from(request.user):
            return get_response(request)
        token = _hides.set(True)
        try:
            response = get_response(request)
        finally:
            _hides.reset(token)
        kind = response.get("Content-Type", "")
        if not response.streaming and kind.startswith(("text/", "application/json")):
            response.content = ADDRESS.sub(HIDDEN, response.content.decode()).encode()
        return response

    return answer
