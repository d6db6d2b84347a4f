"""Another mail for a step, or the same under another subject: a copy of its template, for the
other side of a split."""

from collections.abc import Mapping
from copy import deepcopy
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns import languages, program, rendering, writing
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
    return twin(shop, key, {"subject": subject.strip()}, translated)


def twin(
    shop: Shop,
    key: str,
    other: Mapping[str, str],
    translated: Mapping[str, str] = MappingProxyType({}),
) -> Template:
    """As `copy`, with whatever parts are other; further languages keep the mail that they have."""
    with transaction.atomic():
        Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)
        held = {each.key: each for each in Template.objects.filter(shop=shop)}
        if key not in held:
            raise PlanError("send", _("the shop has no template “%s”.") % key)
        parts = {**writing.told(held[key]), **other}
        parts["name"] = f"{held[key].name}: {rendering.as_read(parts['subject'])}"[:100]
        others = languages.told(held[key])
        for language in others.keys() & translated.keys():
            others[language]["subject"] = translated[language].strip()
        same = next(
            (
                each
                for each in held.values()
                if writing.told(each) == parts and languages.told(each) == others
            ),
            None,
        )
        return same or _made(shop, _free(key, held), parts, others)


def beside(plan: dict[str, Any], step_id: str, key: str) -> dict[str, Any]:
    """The plan with another mail beside the one that a step sends, half and half.

    Beside a split of single mails it is one more of equal ways. A plan that sends it already stays
    as it is. Raises PlanError.
    """
    made = deepcopy(plan)
    sent = [step for _path, step in program.walk(made["steps"]) if "send" in step]
    if any(step["send"] == key for step in sent):
        return made
    step = next((step for step in sent if step.get("id") == step_id), None)
    if step is None:
        raise PlanError("steps", _("there is no step “%s” that sends a mail.") % step_id)
    other = {part: value for part, value in step.items() if part != "id"} | {"send": key}
    fork = next((each for _path, each in program.walk(made["steps"]) if _holds(each, step)), None)
    if fork:
        fork["split"].append({"name": chr(ord("A") + len(fork["split"])), "steps": [other]})
        _even(fork["split"])
        return made
    same = dict(step)
    step.clear()
    step["split"] = [{"name": "A", "steps": [same]}, {"name": "B", "steps": [other]}]
    _even(step["split"])
    return made


def _holds(fork: dict[str, Any], step: dict[str, Any]) -> bool:
    """Whether this is a split of single mails, one of them this step's."""
    ways = [way["steps"] for way in fork.get("split", [])]
    return [step] in ways and all(len(way) == 1 and "send" in way[0] for way in ways)


def _even(ways: list[dict[str, Any]]) -> None:
    for number, way in enumerate(ways):
        share = round(100 / len(ways), 2)
        way["percent"] = share if number else round(100 - share * (len(ways) - 1), 2)


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
