"""A mail to the shop's own addresses at several mailbox providers: where does it arrive, and how
does it look there? No row is written, so no figure of a campaign knows of it."""

from collections.abc import Sequence

from campaigns import mime, samples
from campaigns.channels.base import Outcome
from campaigns.mail_models import MailSettings
from campaigns.models import Template
from shops.models import Shop

MOST = 50


def split(text: str) -> list[str]:
    """The addresses in a text, each once. Raises AddressError."""
    return list(dict.fromkeys(mime.address(each) for each in text.replace(",", " ").split()))


def of(shop: Shop) -> list[str]:
    said = MailSettings.objects.filter(shop=shop).first()
    return split(said.seeds) if said else []


def send(template: Template) -> Sequence[Outcome]:
    """Send the mail as an invented customer would get it. Nothing in the subject says that it is a
    test: that alone would change where it arrives."""
    context = samples.context_of(template.shop, None)
    return samples.send_all(template, context, of(template.shop))
