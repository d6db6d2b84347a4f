"""The ready-made campaign for customers at risk."""

from pathlib import Path

from django.utils.translation import gettext as _

from campaigns.models import Campaign, Template
from shops.models import Shop

SOURCES = Path(__file__).with_name("ready_made")
SUBJECT = "{{ customer.first_name | default: 'Hello' }}, we kept your favourites for you"


def create(shop: Shop) -> Campaign:
    """Give the shop the win-back campaign and its template, as a draft. Safe to repeat."""
    template, _made = Template.objects.get_or_create(
        shop=shop,
        key="win-back",
        defaults={
            "name": _("Win back"),
            "subject": SUBJECT,
            "html": (SOURCES / "win_back.html").read_text(),
            "text": (SOURCES / "win_back.txt").read_text(),
        },
    )
    campaign, _made = Campaign.objects.get_or_create(
        shop=shop,
        key="win-back",
        defaults={
            "name": _("Win back"),
            "plan": {
                "entry": {"journey": "lifecycle", "stage": "at_risk"},
                "steps": [{"send": template.key}],
            },
        },
    )
    return campaign
