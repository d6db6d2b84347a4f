"""Which words of a template a customer gets: those in their language, else the shop's own."""

from collections.abc import Iterable, Mapping
from copy import copy
from functools import lru_cache

from django.conf.global_settings import LANGUAGES

from campaigns import writing
from campaigns.models import Template
from campaigns.translation_models import Translation
from shops import locales

OWN = ""  # the template's own words, in the shop's language
CHINESE = {"cn": "hans", "sg": "hans", "tw": "hant", "hk": "hant", "mo": "hant"}
Version = tuple[int, str]


def addable(template: Template) -> list[tuple[str, str]]:
    """The languages that a template could still get, by name."""
    held = {template.shop.language, *template.translations.values_list("language", flat=True)}
    named = ((code, locales.language(code)) for code, _name in LANGUAGES if code not in held)
    return sorted(named, key=lambda each: each[1])


@lru_cache(maxsize=10_000)
def chosen(language: str, offered: tuple[str, ...], own: str) -> str:
    """Which of the offered languages is nearest, or OWN: "de-AT" reads "de", and "zh-TW" rather
    traditional than simplified Chinese."""
    wanted = _normal(language)
    if not wanted or wanted == _normal(own):
        return OWN
    known = {_normal(each): each for each in offered}
    if wanted in known:
        return known[wanted]
    base = wanted.partition("-")[0]
    if base in known:
        return known[base]
    if base == _normal(own).partition("-")[0]:
        return OWN
    return next((each for near, each in known.items() if near.partition("-")[0] == base), OWN)


def _normal(language: str) -> str:
    first, *rest = language.lower().replace("_", "-").split("-")
    if first == "zh":  # a place says which script is read there; none says the one most read
        script = next((each for each in rest if each in {"hans", "hant"}), "")
        return f"zh-{script or next((CHINESE[each] for each in rest if each in CHINESE), 'hans')}"
    return "-".join([first, *rest])


class Versions:
    """The templates of a batch in all their languages, read in one go."""

    def __init__(self, templates: Mapping[int, Template], spoken_by: Mapping[int, str]) -> None:
        """`spoken_by` is the language of each shop."""
        self.spoken_by = spoken_by
        self.by_key: dict[Version, Template] = {(pk, OWN): each for pk, each in templates.items()}
        self.offered: dict[int, tuple[str, ...]] = {}
        for row in Translation.objects.filter(template__in=templates).order_by("id"):
            pk = row.template_id
            self.by_key[pk, row.language] = worded(templates[pk], row)
            self.offered[pk] = (*self.offered.get(pk, ()), row.language)

    def of(self, template_id: int, language: str) -> Version:
        """The key of the version that somebody who speaks this language gets."""
        offered = self.offered.get(template_id)
        if not offered:
            return template_id, OWN
        shop = self.by_key[template_id, OWN].shop_id
        return template_id, chosen(language, offered, self.spoken_by[shop])


def worded(template: Template, row: Translation) -> Template:
    """The template with the words of this translation; not to be saved."""
    said = copy(template)
    for part in writing.LIQUID:
        setattr(said, part, getattr(row, part))
    return said


def told(template: Template) -> dict[str, dict[str, str]]:
    """What its author wrote in each further language."""
    if not template.pk:
        return {}
    rows = template.translations.order_by("language")
    return {row.language: writing.told(row) for row in rows}


def put(template: Template, said: Mapping[str, Mapping[str, str]]) -> None:
    """Give the template these translations, and no others. Raises MjmlFault."""
    template.translations.exclude(language__in=said).delete()
    for language, parts in said.items():
        row = template.translations.filter(language=language).first() or _new(template, language)
        writing.put(row, parts)
        row.save()


def add(template: Template, language: str) -> Translation:
    """A translation that begins as a copy of the template's own words; the one there is, if any."""
    row = _new(template, language)
    writing.put(row, writing.told(template))
    made, _is_new = Translation.objects.get_or_create(
        template=template,
        language=language,
        defaults={part: getattr(row, part) for part in ("shop_id", *writing.LIQUID)},
    )
    return made


def _new(template: Template, language: str) -> Translation:
    return Translation(shop_id=template.shop_id, template=template, language=language)


def names(languages: Iterable[str]) -> list[tuple[str, str]]:
    return [(each, locales.language(each)) for each in languages]
