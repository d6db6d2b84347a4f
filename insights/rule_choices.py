"""The scores that rules can ask for, by the question they answer."""

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from insights.prediction_models import TrainedModel
from insights.uplift_scores import PREFIX
from shops.models import Shop


def scores(shop: Shop, key: str) -> list[tuple[str, str]]:
    """Of every predictor, and of the campaigns whose effect is known by customer."""
    asked = settings.PREDICTORS.items()
    return [(name, str(import_string(path).question)) for name, path in asked] + _of_effects(shop)


def _of_effects(shop: Shop) -> list[tuple[str, str]]:
    found = []
    cards = TrainedModel.objects.filter(shop=shop, status="live", predictor__startswith=PREFIX)
    for card in cards.order_by("predictor"):
        question = card.window.get("question", card.predictor)
        found.append((card.predictor, question))
        number = card.predictor.removeprefix(PREFIX)
        found.append((f"write_{number}", _("Worth writing to (1 or 0): %s") % question))
    return found
