"""Another subject for a mail that a step sends: a copy of its template, for the other side of a
split."""

from collections.abc import Mapping
from types import MappingProxyType

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns import languages, writing
from campaigns.models import Template
from campaigns.plan_schema import PlanError
from shops.models import Shop

LONGEST_SUBJECT = 300


def copy(
    shop: Shop, key: str, subject: str, translated: Mapping[str, str] = MappingProxyType({})
) -> Template:
    """The shop's template of that key under this subject; the one there is when asked twice.

    Further languages keep the subject that they have, but for those `translated`. Raises PlanError.
    """
    with transaction.atomic():
        Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)
        held = {each.key: each for each in Template.objects.filter(shop=shop)}
        if key not in held:
            raise PlanError("send", _("the shop has no template “%s”.") % key)
        parts = {**writing.told(held[key]), "subject": subject.strip()}
        parts["name"] = f"{held[key].name}: {parts['subject']}"[:100]
        others = languages.told(held[key])
        for language in others.keys() & translated.keys():
            others[language]["subject"] = translated[language].strip()
        twin = next(
            (
                each
                for each in held.values()
                if writing.told(each) == parts and languages.told(each) == others
            ),
            None,
        )
        return twin or _made(shop, _free(key, held), parts, others)


def _made(
    shop: Shop, key: str, parts: dict[str, str], others: dict[str, dict[str, str]]
) -> Template:
    for each in (parts, *others.values()):
        _check(each)
    template = Template(shop=shop, key=key)
    writing.put(template, parts)
    template.save()
    languages.put(template, others)
    return template


def _check(parts: dict[str, str]) -> None:
    if not parts["subject"] or len(parts["subject"]) > LONGEST_SUBJECT:
        raise PlanError("send", _("a subject has 1 to %d characters.") % LONGEST_SUBJECT)
    if faults := writing.faults(parts):
        raise PlanError("send", " ".join(faults.values()))


def _free(key: str, held: dict[str, Template]) -> str:
    number = 2
    while (other := f"{key[:54]}-{number}") in held:
        number += 1
    return other
