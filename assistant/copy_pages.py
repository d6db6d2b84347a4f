"""Copies in the admin: asked for beside a template, looked at, and made a variant in one click."""

from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import action
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from assistant import copy_facts, copy_page, copywriter
from assistant.models import Copy, Voice
from campaigns import program, second_person
from campaigns.models import Campaign, Template
from campaigns.plan_schema import PlanError
from segments.models import Segment
from shops import speaking
from shops.console import OwnPage, ReadOnly, ShopAdmin, framed, shops_of
from shops.models import Shop, User


class BriefForm(forms.Form):
    """What a copy is about."""

    template = forms.ModelChoiceField(
        Template.objects.none(), label=_("For the template"), widget=UnfoldAdminSelectWidget
    )
    goal = forms.CharField(
        label=_("What is it about?"),
        max_length=300,
        widget=UnfoldAdminTextInputWidget(
            attrs={"placeholder": _("what goes with the first order")}
        ),
    )
    products = forms.CharField(
        label=_("Products, by id or title, one a line"),
        required=False,
        max_length=1000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("Left empty, it is about what most customers bought lately."),
    )
    persona = forms.ModelChoiceField(
        Segment.objects.none(),
        label=_("As a buying guide for the persona"),
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=_("Each product with why it suits them, from what they bought within a year."),
    )
    own = forms.BooleanField(
        label=_("End with each customer's own recommendations and the reasons"),
        required=False,
        widget=UnfoldBooleanWidget,
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, widget=UnfoldAdminSelectWidget
    )
    discount = forms.IntegerField(
        label=_("Discount that may be promised, in per cent"),
        initial=0,
        min_value=0,
        max_value=100,
        widget=UnfoldAdminIntegerFieldWidget,
    )

    def __init__(self, templates: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        field: Any = self.fields["template"]
        field.queryset = templates
        shops = templates.values("shop")
        personas: Any = self.fields["persona"]
        personas.queryset = Segment.objects.filter(shop__in=shops, kind="persona").order_by("name")

    def clean(self) -> dict[str, Any]:
        """A persona is of the template's shop."""
        said: dict[str, Any] = super().clean() or {}
        persona, template = said.get("persona"), said.get("template")
        if persona and template and persona.shop_id != template.shop_id:
            self.add_error("persona", gettext("This persona is of another shop."))
        return said

    def brief(self) -> copywriter.Brief:
        said = self.cleaned_data
        return copywriter.Brief(
            said["goal"], said["language"], said["products"], float(said["discount"]),
            said["persona"], said["own"],
        )  # fmt: skip


@admin.register(Copy)
class Copies(OwnPage, ReadOnly, ShopAdmin):
    """The list, the page of one copy, and the buttons that use it."""

    codes = ("author",)
    list_display = ("goal", "template", "author", "created_at", "shop")
    list_filter = ("shop",)
    list_select_related = ("shop", "template")
    actions_list = ("write",)

    def get_urls(self) -> list[URLPattern]:
        use = self.admin_site.admin_view(require_POST(self.use))
        return [path("<int:pk>/use/", use, name="assistant_copy_use"), *super().get_urls()]

    def has_write_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("assistant.add_copy"))

    @action(description=_("Write"), permissions=["write"], variant="primary")
    def write(self, request: HttpRequest) -> HttpResponse:
        """Ask for a copy; `?template=` or `?campaign=` chooses the template already."""
        shops = shops_of(request, "assistant.add_copy")
        templates = Template.objects.filter(shop__in=shops).select_related("shop").order_by("name")
        persona = _persona(request, shops)
        if persona:
            templates = templates.filter(shop=persona.shop_id)
        first = _chosen(request, templates)
        shown = first or templates.first()
        speaks = speaking.known(shown.shop.language) if shown else ""
        known = {"template": first, "language": speaks, "persona": persona}
        form = BriefForm(templates, request.POST or None, initial=known)
        if request.method == "POST" and form.is_valid():
            template = form.cleaned_data["template"]
            try:
                copy = copywriter.write(template, form.brief())
            except copy_facts.Unknown as fault:
                form.add_error("products", str(fault))
            else:
                return redirect("admin:assistant_copy_change", copy.pk)
        return framed(self, request, "write", gettext("Write a mail"), {"form": form})

    def show(self, request: HttpRequest, copy: Copy) -> HttpResponse:
        known = {
            "page": copy_page.Page(copy),
            "may": request.user.has_perm("campaigns.add_template", copy),
            "may_split": request.user.has_perm("campaigns.change_campaign", copy),
        }
        return framed(self, request, "page", copy.goal, known)

    def use(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make a template of a variant; with a step, beside the mail that the step sends."""
        copy = get_object_or_404(self.get_queryset(request).select_related("template"), pk=pk)
        number, where = request.POST.get("variant", ""), request.POST.get("where", "")
        needed = ["campaigns.add_template", *(["campaigns.change_campaign"] if where else [])]
        if not request.user.has_perms(needed, copy):
            raise PermissionDenied
        if not number.isdigit() or int(number) >= len(copy.variants):
            raise Http404
        try:
            made, campaign = copy_page.use(copy, int(number), where)
        except PlanError as fault:
            messages.error(request, str(fault))
            return redirect("admin:assistant_copy_change", copy.pk)
        if campaign is None:
            messages.success(request, gettext("%s is a template now. Read it through.") % made)
            return redirect("admin:campaigns_template_change", made.pk)
        second_person.edited(campaign, cast(User, request.user))
        said = gettext("%(template)s is a variant in %(campaign)s now. Read it through.")
        messages.success(request, said % {"template": made, "campaign": campaign})
        return redirect("admin:campaigns_campaign_steps", campaign.pk)


def _persona(request: HttpRequest, shops: QuerySet[Shop]) -> Segment | None:
    """The persona named by `?persona=KEY&shop=KEY`."""
    rows = Segment.objects.filter(shop__in=shops, kind="persona")
    key, shop = request.GET.get("persona", ""), request.GET.get("shop", "")
    return rows.filter(key=key, shop__key=shop).first()


def _chosen(request: HttpRequest, templates: QuerySet[Template]) -> Template | None:
    """The template named, or the first that the named campaign sends."""
    pk, campaign = request.GET.get("template", ""), request.GET.get("campaign", "")
    if pk.isdigit():
        return templates.filter(pk=pk).first()
    held = Campaign.objects.filter(pk=campaign).first() if campaign.isdigit() else None
    steps = program.walk(held.plan["steps"]) if held else ()
    key = next((step["send"] for _path, step in steps if "send" in step), None)
    return templates.filter(shop=held.shop_id, key=key).first() if held else None


@admin.register(Voice)
class Voices(ShopAdmin):
    """How a shop speaks; one row a shop."""

    list_display = ("shop", "words_forbidden")
    list_select_related = ("shop",)
    fields = ("shop", "examples", "forbidden")

    @admin.display(description=_("forbidden words"))
    def words_forbidden(self, voice: Voice) -> str:
        return ", ".join(voice.words) or "–"
