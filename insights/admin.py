"""Predictive models, rules of the marketer about products, and how well recommending works."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, OuterRef, Q, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from insights import assortment, forecast_panels, prediction_panels
from insights.explained import Explained
from insights.forecast_models import MEASURES, ShopForecast
from insights.prediction_models import IN_USE, TrainedModel
from insights.recommendation_models import AssortmentRule, ProductRule, RecommendationRun
from insights.recommenders.knowledge import KINDS
from shops import code_words, suggesting
from shops.console import OwnPage, ReadOnly, ShopAdmin, framed, shops_of
from shops.suggesting import Suggesting


class ProductRuleForm(forms.ModelForm):
    """Kinds in words."""

    kind = forms.ChoiceField(
        label=_("Rule"), choices=lambda: KINDS.items(), widget=UnfoldAdminSelectWidget()
    )

    class Meta:
        model = ProductRule
        fields = ("shop", "kind", "first", "first_category", "product", "active", "note")


class OffersCategories(ShopAdmin):
    """Categories that the shops' products have are offered while one types."""

    categories: tuple[str, ...] = ()

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.categories:
            kwargs["widget"] = Suggesting(lambda: suggesting.categories(shops_of(request)))
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(ProductRule)
class ProductRules(OffersCategories):
    """What goes with what; read in the night, and at once where it forbids."""

    form = ProductRuleForm
    categories = ("first_category",)
    list_display = ("sort", "first_in_words", "product", "active", "note", "shop")
    list_filter = ("kind", "active", "shop")
    codes = ("kind",)
    list_editable = ("active",)
    list_select_related = ("first", "product", "shop")
    search_fields = (
        "product__title__istartswith",
        "first__title__istartswith",
        "note__istartswith",
    )
    autocomplete_fields = ("first", "product")

    @display(
        description=_("rule"),
        label={"never_with": "danger", "hold_back": "danger", "only_after": "warning",
               "goes_with": "success", "prefer": "success", "replaces": "info"},
    )  # fmt: skip
    def sort(self, rule: ProductRule) -> tuple[str, str]:
        return rule.kind, str(KINDS[rule.kind]).partition(":")[0]

    @admin.display(description=_("who has"))
    def first_in_words(self, rule: ProductRule) -> str:
        if rule.first_category:
            return _("any of %(category)s") % {"category": rule.first_category}
        return str(rule.first or _("everybody"))


class AssortmentRuleForm(forms.ModelForm):
    """Kinds as the beginning of a sentence that the number ends."""

    kind = forms.ChoiceField(
        label=_("Rule"), choices=lambda: assortment.KINDS.items(), widget=UnfoldAdminSelectWidget()
    )

    class Meta:
        model = AssortmentRule
        fields = ("shop", "kind", "bound", "category", "active", "note")


@admin.register(AssortmentRule)
class AssortmentRules(OffersCategories):
    """What stock and margin do to recommendations; at once where they hold back."""

    form = AssortmentRuleForm
    categories = ("category",)
    list_display = ("__str__", "fits", "active", "note", "shop")
    list_filter = ("active", "shop")
    list_editable = ("active",)
    list_select_related = ("shop",)

    @admin.display(description=_("holds for products"))
    def fits(self, rule: AssortmentRule) -> int:
        return assortment.count(rule.pk)


class Explaining:
    """Says why a card is live or off, in the reader's language."""

    @admin.display(description=_("reason"))
    def why(self, card: Explained) -> str:
        return card.why or "–"


@admin.register(RecommendationRun)
class RecommendationRuns(Explaining, ReadOnly, ShopAdmin):
    """Every time the recommenders learned: how much they find of what is bought next."""

    codes = ("live",)
    list_display = ("at", "in_use", "blend", "popularity", "own_frequencies", "why",
                    "customer_count", "product_count", "shop")  # fmt: skip
    list_select_related = ("shop",)
    fields = ("shop", "at", "live", "why", "customer_count", "product_count", "metrics",
              "seconds")  # fmt: skip
    readonly_fields = ("why",)

    @display(description=_("in use"), label={"blend": "success", "popularity": "warning"})
    def in_use(self, run: RecommendationRun) -> tuple[str, str]:
        return run.live, code_words.said(run.live)

    @admin.display(description=_("blend finds"))
    def blend(self, run: RecommendationRun) -> str:
        return _share(run, "blend")

    @admin.display(description=_("what sells finds"))
    def popularity(self, run: RecommendationRun) -> str:
        return _share(run, "popularity")

    @admin.display(description=_("what was bought before finds"))
    def own_frequencies(self, run: RecommendationRun) -> str:
        return _share(run, "own_frequencies")


LIVE_FIRST = Case(When(status="live", then=0), When(status="early", then=1), default=2)


class Standing(admin.SimpleListFilter):
    """What answers today; challengers and past trainings only for who asks for them."""

    title = _("which")
    parameter_name = "which"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("all", _("Challengers and past trainings, too"))]

    def choices(self, changelist: Any) -> Iterator[Any]:
        everything, *others = super().choices(changelist)
        yield {**everything, "display": _("The newest of each")}
        yield from others

    def queryset(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all" or "status__exact" in request.GET:
            return rows
        last = prediction_panels.newest(TrainedModel.objects.all())
        return rows.filter(Q(status__in=IN_USE) | Q(pk__in=last.values("pk")))


@admin.register(TrainedModel)
class TrainedModels(Explaining, OwnPage, ReadOnly, ShopAdmin):
    """Every training, live or off with the reason; what answers today comes first."""

    about = _("What is live comes first. Challengers, trained beside it on the same days and "
              "beaten, and past trainings are one filter away.")  # fmt: skip
    codes = ("status", "predictor")
    list_display = ("predictor", "way", "state", "why", "trained_at", "drifted", "shop")
    list_filter = (Standing, "status", "predictor", "shop")
    list_select_related = ("shop",)
    ordering = [LIVE_FIRST.asc(), "predictor", "-trained_at"]  # type: ignore[list-item]

    @admin.display(description=_("method"))
    def way(self, model: TrainedModel) -> str:
        """Its method, and those that it beat in the same training."""
        own = prediction_panels.way(model) or "–"
        others = [TrainedModel(predictor=model.predictor, method=m) for m in model.beaten]  # type: ignore[attr-defined]
        if model.status == "beaten" or not others:
            return own
        named = pgettext("in a list", ", ").join(map(prediction_panels.way, others))
        beside = gettext("judged beside: %s") % named
        return format_html('{} <small class="wm-soft wm-block">{}</small>', own, beside)

    def get_queryset(self, request: HttpRequest) -> QuerySet[TrainedModel]:
        training = {name: OuterRef(name) for name in ("shop", "predictor", "trained_at")}
        beaten = TrainedModel.objects.filter(status="beaten", **training).order_by("pk")
        return super().get_queryset(request).annotate(beaten=ArraySubquery(beaten.values("method")))

    @display(description=_("status"), label={"live": "success", "early": "info", "off": "warning"})
    def state(self, model: TrainedModel) -> tuple[str, str]:
        return model.status, code_words.said(model.status)

    @admin.display(description=_("drift (PSI)"), ordering="drift")
    def drifted(self, model: TrainedModel) -> str:
        return "–" if model.drift is None else f"{model.drift:.2f}"

    def show(self, request: HttpRequest, model: TrainedModel) -> HttpResponse:
        known = {
            "model": model,
            "panels": prediction_panels.card(model),
            "has_charts": settings.ECHARTS_DIR.is_dir(),
        }
        return framed(self, request, "page", str(model), known)


@admin.register(ShopForecast)
class ShopForecasts(Explaining, OwnPage, ReadOnly, ShopAdmin):
    """Every night's forecast of the shop's coming days, live or off with the reason."""

    codes = ("status", "measure")
    list_display = ("made_on", "figure", "state", "why", "shop")
    list_display_links = ("made_on", "figure")
    list_filter = ("measure", "status", "shop")
    list_select_related = ("shop",)

    @admin.display(description=_("figure"))
    def figure(self, forecast: ShopForecast) -> str:
        return str(MEASURES[forecast.measure])

    @display(description=_("status"), label={"live": "success", "off": "warning"})
    def state(self, forecast: ShopForecast) -> tuple[str, str]:
        return forecast.status, code_words.said(forecast.status)

    def show(self, request: HttpRequest, forecast: ShopForecast) -> HttpResponse:
        known = {
            "forecast": forecast,
            "panels": forecast_panels.card(forecast),
            "has_charts": settings.ECHARTS_DIR.is_dir(),
        }
        return framed(self, request, "page", str(MEASURES[forecast.measure]), known)


def _share(run: RecommendationRun, name: str) -> str:
    value: Any = run.metrics.get(name)
    return "–" if value is None else f"{value:.1%}"
