"""What this room shows on the overview and on the customer page."""

from django.db.models import Case, Count, IntegerField, Q, Value, When
from django.utils.translation import gettext as _

from customers.models import Customer
from reviews_nlp import highlighting
from reviews_nlp.aspects.register import label
from reviews_nlp.models import AspectAlarm, Review
from shops.models import Shop
from shops.panels import Panel

BANDS = [(-1.01, -0.3), (-0.3, 0.3), (0.3, 0.9), (0.9, 1.01)]  # 0.3: 65 % sure of the sign


def sentiment(shop: Shop) -> Panel:
    """Reviews by how they sound."""
    bands = [
        When(Q(sentiment__gt=low, sentiment__lte=high), then=Value(number))
        for number, (low, high) in enumerate(BANDS)
    ]
    counted = dict(
        Review.objects.filter(shop=shop, sentiment__isnull=False, suspicion="")
        .annotate(band=Case(*bands, output_field=IntegerField()))
        .values_list("band")
        .annotate(times=Count("id"))
    )
    chart = {
        "kind": "bar",
        "labels": counted and [_("Negative"), _("Neutral"), _("Positive"), _("Very positive")],
        "colours": ["#ef4444", "#94a3b8", "#84cc16", "#16a34a"],
        "series": [
            {"name": _("Reviews"), "values": [counted.get(n, 0) for n in range(len(BANDS))]}
        ],
    }
    context = {"chart": chart, "id": "sentiment"}
    return Panel(_("How reviews sound"), "panels/chart.html", context, width=4)


def alarms(shop: Shop) -> Panel:
    """Aspects of products that customers began to complain about."""
    rows = AspectAlarm.objects.filter(shop=shop, settled_at=None).select_related("product")
    shown = [
        {
            "row": row,
            "label": label(row.aspect),
            "before": round(100 * row.complaints_before),
            "since": round(100 * row.complaints_since),
        }
        for row in rows.order_by("-raised_at")[:5]
    ]
    context = {"alarms": shown, "shop": shop}
    return Panel(_("Products that turned bad"), "panels/aspect_alarms.html", context, width=4)


def reviews(customer: Customer) -> Panel:
    """What the customer wrote, with what it praises and blames."""
    rows = Review.objects.filter(customer=customer).select_related("product")
    recent = rows.prefetch_related("opinions").order_by("-written_at")[:10]
    shown = [(review, highlighting.marked(review)) for review in recent]
    return Panel(_("Reviews"), "panels/reviews.html", {"reviews": shown}, width=4)
