"""What the demo's customers ask, the text that answers rest on, and a plan for its journey.

All of it comes in by the doors that a shop's own does. Safe to repeat.
"""

from contextlib import suppress

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistant import answers, knowledge, planner
from assistant.models import Plan, Question, Source
from shops import speaking
from shops.models import Shop

TEXT = gettext_lazy("""# Delivery time
Delivery takes 3 to 5 working days within the country and 7 to 10 days abroad.

# Delivery costs
Delivery is free from 50. Below that, delivery costs 4.95.

# Returns
You can return an order within 30 days. Send it back unused; the money comes within a week.

# Broken in the post
Send us a photo of what arrived broken within 14 days, and we replace it for free.
""")
ASKED = (
    gettext_lazy("How many working days does delivery take?"),
    gettext_lazy("Can I return an order within 30 days?"),
    gettext_lazy("A plate arrived broken. Do you replace it?"),
    gettext_lazy("Do you engrave names on wedding gifts?"),  # no text says: a person has to
)


def make(shop: Shop) -> None:
    """In the shop's language; the answers as the product gives them, with or without a model."""
    with translation.override(speaking.known(shop.language)):
        _let_ask(shop)
        if not Plan.objects.filter(shop=shop).exists():
            with suppress(planner.NoPlan):  # too few customers moved in a small share of a history
                planner.make(shop, _("More second orders within 90 days"))


def _let_ask(shop: Shop) -> None:
    known = {"kind": "markdown", "text": str(TEXT)}
    source, _made = Source.objects.get_or_create(
        shop=shop, name=_("Delivery and returns"), defaults=known
    )
    knowledge.read(source)
    before = set(Question.objects.filter(shop=shop).values_list("text", flat=True))
    for text in map(str, ASKED):
        if text not in before:
            answers.receive(shop, text)
