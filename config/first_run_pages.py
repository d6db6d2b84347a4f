"""The pages of the way from an empty server to the first campaign, one step each."""

from typing import Any, cast

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget

from campaigns import as_text, launching, mail_dns, outline, ready_made, replay_page, replay_queue
from campaigns.models import Campaign, MailSettings
from campaigns.plan_schema import PlanError
from campaigns.second_person import NeedsAnother
from config import demo_shop, first_run
from config.first_run_forms import AccountForm, SenderForm, ShopForm
from customers.models import Customer
from shops import connecting, connectors
from shops.console import shops_of
from shops.models import Shop, User

RIGHTS = ("shops.change_shop", "campaigns.add_campaign", "campaigns.change_campaign")
SHOWN_FIRST = ("welcome", "abandoned-cart", "win-back", "post-purchase")
MOST_COUNTED = 10_000


def welcome(request: HttpRequest, code: str) -> HttpResponse:
    """The first account of an empty server, for who reads its log; no page for anybody else."""
    if not first_run.is_open(code):
        raise Http404
    form = AccountForm(request.POST or None)
    if form.is_valid():
        user = first_run.make_account(code, **form.cleaned_data)
        if user is None:
            raise Http404
        login(request, user, backend="shops.seats.SeatBackend")
        return redirect("first-run")
    steps = [
        first_run.Step(key, title, is_done=False, is_here=key == "account")
        for key, title in first_run.TITLES.items()
    ]
    context = {**admin.site.each_context(request), "form": form, "steps": steps}
    return TemplateResponse(request, "admin/first_run/account.html", context)


def begin(request: HttpRequest) -> HttpResponse:
    """Where one stands: the first step that is not done, of the shop that was begun last."""
    shop = _shops(request).filter(demo=None).last()
    step = first_run.next_step(shop)
    if shop is None:
        return redirect("first-run-shop")
    return redirect("first-run-step", shop.key, step or "launch")


def is_under_way(request: HttpRequest) -> bool:
    """Whether the navigation leads here: somebody may set up, and no campaign was launched yet."""
    if not request.user.has_perm("shops.add_shop"):
        return False
    launched = Campaign.objects.filter(shop__in=_shops(request), launched_at__isnull=False)
    return not launched.filter(shop__demo=None).exists()


def new_shop(request: HttpRequest) -> HttpResponse:
    """Step 2: which shop; or a demo shop, to look around first."""
    if not request.user.has_perm("shops.add_shop"):
        raise PermissionDenied
    user = cast(User, request.user)
    known = {"language": get_language(), "currency": "EUR"}
    form = ShopForm(request.POST or None, initial=known)
    if form.is_valid():
        shop = form.save(user)
        return redirect("first-run-step", shop.key, "customers")
    return _page(request, None, "shop", {"form": form, "demo": demo_shop.of(user)})


def step(request: HttpRequest, key: str, name: str) -> HttpResponse:
    """Steps 3 to 7 of one shop."""
    shop = get_object_or_404(_shops(request), key=key)
    if name not in STEPS:
        raise Http404
    return STEPS[name](request, shop)


def _shops(request: HttpRequest) -> Any:
    """The shops that this user may set up: where they own them."""
    found = shops_of(request, RIGHTS[0])
    return found if request.user.is_superuser else found.filter(pk__in=[
        shop.pk for shop in found if all(request.user.has_perm(right, shop) for right in RIGHTS)
    ])  # fmt: skip


def _page(request: HttpRequest, shop: Shop | None, name: str, known: dict[str, Any]) -> Any:
    steps = first_run.steps(shop, name)
    context = {
        **admin.site.each_context(request),
        "title": _("Set up"),
        "shop": shop,
        "steps": steps,
        "number": [each.key for each in steps].index(name) + 1,
        "here": next(each for each in steps if each.is_here),
        "after": first_run.after(name),
        **known,
    }
    return TemplateResponse(request, f"admin/first_run/{name}.html", context)


def _customers(request: HttpRequest, shop: Shop) -> HttpResponse:
    connector = connectors.get(shop.connector)
    form = connecting.SecretForm(request.POST or None)
    if form.is_valid():
        form.save(shop)
        messages.success(request, gettext("The secret is kept, sealed."))
        return redirect("first-run-step", shop.key, "customers")
    known = {
        "label": connector.label,
        "guide": connector.guide,
        "makes_secret": connector.makes_secret,
        "form": form,
        "file": UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.xlsx,.jsonl"}).render(
            "file", None, {"id": "file", "required": True}
        ),
        "address": request.build_absolute_uri(reverse("hook", args=[shop.key])),
        "secret": shop.webhook_secrets[0],
        "arrivals_url": reverse("admin:shops_shop_arrivals", args=[shop.pk]),
        "count": Customer.objects.filter(shop=shop)[:MOST_COUNTED].count(),
    }
    return cast(HttpResponse, _page(request, shop, "customers", known))


def _sender(request: HttpRequest, shop: Shop) -> HttpResponse:
    said, _new = MailSettings.objects.get_or_create(shop=shop)
    form = SenderForm(request.POST or None, instance=shop)
    if request.POST.get("do") == "key":
        mail_dns.make_key(said)
        return redirect("first-run-step", shop.key, "sender")
    if request.method == "POST" and form.is_valid():
        form.save()
        return redirect("first-run-step", shop.key, "sender")
    shop.refresh_from_db(fields=["from_email"])
    known = {
        "form": form,
        "said": said,
        "checks": mail_dns.check(shop) if shop.from_email else [],
        "is_caught": settings.EMAIL_IS_CAUGHT,
    }
    return cast(HttpResponse, _page(request, shop, "sender", known))


def _campaign(request: HttpRequest, shop: Shop) -> HttpResponse:
    key = request.POST.get("key", "")
    if key in ready_made.BY_KEY:
        first_run.furnish(shop)
        try:
            ready_made.create(shop, key)
        except as_text.TextFault as fault:
            messages.error(request, gettext("This shop cannot have it yet: %s") % fault)
        else:
            return redirect(_of(shop, "replay", key))
    held = set(Campaign.objects.filter(shop=shop).values_list("key", flat=True))
    offers = [
        {"of": each, "is_held": each.key in held, "is_first": each.key in SHOWN_FIRST,
         "lines": outline.of_text(ready_made.told(each.key))}
        for each in ready_made.ALL
    ]  # fmt: skip
    offers.sort(key=lambda offer: not offer["is_first"])
    return cast(HttpResponse, _page(request, shop, "campaign", {"offers": offers}))


def _replay(request: HttpRequest, shop: Shop) -> HttpResponse:
    campaign = _chosen(request, shop)
    if campaign is None:
        return redirect("first-run-step", shop.key, "campaign")
    if request.method == "POST":
        try:
            replay_queue.ask(campaign)
        except PlanError as fault:
            messages.error(request, gettext("The plan cannot run: %s") % fault)
        return redirect(_of(shop, "replay", campaign.key))
    last = campaign.replays.order_by("-id").first()
    shown = replay_page.show(last) if last and last.status == "done" else None
    known = {"campaign": campaign, "last": last, "shown": shown}
    return cast(HttpResponse, _page(request, shop, "replay", known))


def _launch(request: HttpRequest, shop: Shop) -> HttpResponse:
    campaign = _chosen(request, shop)
    if campaign is None:
        return redirect("first-run-step", shop.key, "campaign")
    if request.method == "POST":
        try:
            launching.launch(campaign, by=cast(User, request.user))
        except PlanError as fault:
            messages.error(request, gettext("The plan cannot run: %s") % fault)
        except NeedsAnother as fault:
            messages.error(request, str(fault))
        return redirect(_of(shop, "launch", campaign.key))
    known = {"campaign": campaign, "lines": outline.lines(campaign.plan, campaign.shop),
             "is_caught": settings.EMAIL_IS_CAUGHT}  # fmt: skip
    return cast(HttpResponse, _page(request, shop, "launch", known))


def _chosen(request: HttpRequest, shop: Shop) -> Campaign | None:
    """The campaign that this is about: as asked, else the newest."""
    rows = Campaign.objects.filter(shop=shop).select_related("shop")
    return rows.filter(key=request.GET.get("campaign", "")).first() or rows.order_by("pk").last()


def _of(shop: Shop, name: str, campaign: str) -> str:
    return f"{reverse('first-run-step', args=[shop.key, name])}?campaign={campaign}"


STEPS = {
    "customers": _customers,
    "sender": _sender,
    "campaign": _campaign,
    "replay": _replay,
    "launch": _launch,
}
