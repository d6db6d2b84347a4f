"""A way back, offered right after something was done: one button in the message that says so."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

MOST = 50  # rows; a message travels in a cookie


def offer(request: HttpRequest, said: str, *, url: str, action: str, rows: Iterable[Any]) -> None:
    """Say it, with a button that does the action with the same rows of the list at `url`."""
    keys = [row.pk for row in rows]
    if not keys or len(keys) > MOST:
        messages.success(request, said)
        return
    chosen = format_html_join(
        "", '<input type="hidden" name="_selected_action" value="{}">', ((key,) for key in keys)
    )
    messages.success(request, format_html(
        '{} <form method="post" action="{}" class="wm-undo">'
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">{}'
        '<button name="action" value="{}" class="wm-undo-button">{}</button></form>',
        said, url, get_token(request), chosen, action, _("Undo"),
    ))  # fmt: skip
