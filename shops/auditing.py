"""Where the audit trail hears of things: the admin's writes, downloads, signing in and out."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from shops import audit, seats
from shops.audit import Actor
from shops.models import Shop

READING = {"GET", "HEAD", "OPTIONS", "TRACE"}
# Reading that is told all the same.
TAKES_AWAY = {"segments_export_file", "import_rejects"}
UNTOLD = {"csrfmiddlewaretoken", "password", "code", "_save", "_continue", "_addanother", "next"}
ASKS = {  # writes nothing: somebody types
    "segments_rule_look", "segments_rule_people", "campaigns_campaign_steps_check",
    "login", "logout", "account_login", "account_logout", "account_reauthenticate",
    "mfa_authenticate", "mfa_reauthenticate", "mfa_login_webauthn", "mfa_reauthenticate_webauthn",
}  # fmt: skip


def actor(request: HttpRequest, who: str = "") -> Actor:
    return Actor(
        who=who or request.user.get_username(),
        ip=request.META.get("REMOTE_ADDR") or None,
        agent=request.headers.get("User-Agent", ""),
    )


def note(
    request: HttpRequest, shop: int | None, target: str, changes: dict[str, Any] | None = None
) -> None:
    """Say what this request does more exactly than its form: of which row, before and after."""
    request.__dict__.setdefault("audited", []).append((shop, target, changes or {}))


def note_form(request: HttpRequest, form: Any, formsets: Iterable[Any]) -> None:
    """What a form changes: each field as it was and as it will be."""
    note(request, shop_of(form.instance), name_of(form.instance), _changed(form))
    for formset in formsets:
        for inner in formset.forms:
            if inner.has_changed():
                row = inner.instance
                shop = shop_of(row) or shop_of(form.instance)
                note(request, shop, name_of(row), _changed(inner))


def _changed(form: Any) -> dict[str, Any]:
    told = {name: [form.initial.get(name), form.cleaned_data.get(name)]
            for name in form.changed_data}  # fmt: skip
    return {name: [_plain(before), _plain(after)] for name, (before, after) in told.items()}


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, Model) else value


def name_of(row: Model) -> str:
    return f"{row._meta.label_lower} {row.pk}"


def watch(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """The middleware: whatever was written through a page of the admin stands in the trail."""
    door = reverse("admin:index")

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        is_inside = request.path.startswith(door) and request.user.is_authenticated
        if is_inside and response.status_code < 400 and _is_told(request, response):
            _record(request)
        return response

    return answer


def _is_told(request: HttpRequest, response: HttpResponse) -> bool:
    match = request.resolver_match
    name = match.url_name if match else ""
    if request.method in READING:
        return name in TAKES_AWAY and response.status_code == 200
    if name in ASKS:
        return False
    # A form that came back with faults has written nothing, a page that was confirmed has.
    return "audited" in request.__dict__ or response.status_code != 200


def _record(request: HttpRequest) -> None:
    match = request.resolver_match
    action = request.POST.get("action") or (match.url_name if match else "") or request.path
    row = _row(match)
    shop, target = shop_of(row) or _shop_named(request), _target(match, row)
    noted = request.__dict__.get("audited") or [(shop, target, _said(request))]
    for shop, target, changes in noted:
        audit.record(shop, actor(request), action, target, changes)


def _row(match: Any) -> Model | None:
    """The row that the address names, where it names one of a page's own model."""
    number = str(match.kwargs.get("pk", match.kwargs.get("object_id", ""))) if match else ""
    if not number.isdigit() or len(number) > 18:
        return None
    for model in admin.site._registry:
        if match.url_name.startswith(f"{model._meta.label_lower.replace('.', '_')}_"):
            return model._default_manager.filter(pk=number).first()
    return None


def shop_of(row: Any) -> int | None:
    if isinstance(row, Shop):
        return row.pk
    return getattr(row, "shop_id", None)


def _said(request: HttpRequest) -> dict[str, Any]:
    """What the form said; a field whose name looks like a secret's is hidden by the trail."""
    kept = {name: values[0] if len(values) == 1 else values
            for name, values in request.POST.lists() if name not in UNTOLD}  # fmt: skip
    return kept | {name: str(file) for name, file in request.FILES.items()}


def _target(match: Any, row: Model | None) -> str:
    if row is not None:
        return name_of(row)
    named = match.kwargs.items() if match else ()
    return " ".join(unquote(str(value)) for name, value in named if name != "token")


def _shop_named(request: HttpRequest) -> int | None:
    """The shop that the form names by number or key, else the user's only one."""
    asked = request.POST.get("shop", "") or request.GET.get("shop", "")
    known = seats.shops_with(request.user)
    if asked:
        found = known.filter(pk=int(asked)) if asked.isdigit() else known.filter(key=asked)
        return found.values_list("pk", flat=True).first()
    own = list(seats.of(request.user))
    return own[0] if len(own) == 1 else None


def signed_in(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    _everywhere(request, user, "signed in")


def signed_out(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    if user:
        _everywhere(request, user, "signed out")


def refused(sender: Any, credentials: Any, request: HttpRequest | None = None, **kw: Any) -> None:
    """Somebody guessed; the name is told, since it is mostly that of one of the team."""
    if request is not None:
        who = str(credentials.get("username", ""))[:100]
        audit.record(None, actor(request, who or "–"), "sign-in refused")


def _everywhere(request: HttpRequest, user: Any, action: str) -> None:
    """In the trail of every shop where they have a seat; superusers in that of the server."""
    for shop in [None] if user.is_superuser else seats.of(user) or [None]:
        audit.record(shop, actor(request, user.get_username()), action)


# Told by Django when this module is loaded, which the middleware sees to.
user_logged_in.connect(signed_in, dispatch_uid="audit")
user_logged_out.connect(signed_out, dispatch_uid="audit")
user_login_failed.connect(refused, dispatch_uid="audit")
