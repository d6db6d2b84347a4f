"""A template's languages in the admin: which it has, added as a copy and taken away again."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from campaigns import languages, writing
from campaigns.models import Template
from campaigns.translation_models import Translation
from shops import locales

AS_WRITTEN = ("mjml", "html", "text")


class WordsForm(forms.ModelForm):
    """MJML or HTML, and Liquid that compiles. Texts are kept letter by letter."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for part in AS_WRITTEN:
            field = self.fields[part]
            assert isinstance(field, forms.CharField)  # noqa: S101  for mypy
            field.strip = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        held = writing.told(self.instance)
        cleaned |= {part: writing.kept(held[part], cleaned.get(part, "")) for part in AS_WRITTEN}
        for part, fault in writing.faults(cleaned).items():
            if part not in self.errors:
                self.add_error(part, fault)
        return cleaned if self.errors else {**cleaned, **writing.made(cleaned)}


class TemplateForm(WordsForm):
    """The template with its own words."""

    class Meta:
        model = Template
        fields = writing.PARTS


class TranslationForm(WordsForm):
    """Its words in another language."""

    class Meta:
        model = Translation
        fields = writing.LIQUID


def written(request: HttpRequest, template: Template) -> Translation | None:
    """The translation that the page was asked for; none for the template's own words."""
    language = request.GET.get("language", "")
    return get_object_or_404(template.translations, language=language) if language else None


def form_of(template: Template, translation: Translation | None, data: Any = None) -> WordsForm:
    if translation:
        return TranslationForm(data, instance=translation)
    return TemplateForm(data, instance=template)


def known(template: Template, translation: Translation | None) -> dict[str, Any]:
    """What the page says of languages."""
    held = template.translations.order_by("language").values_list("language", flat=True)
    return {
        "language": translation.language if translation else "",
        "language_name": locales.language(translation.language) if translation else "",
        "own_language": locales.language(template.shop.language),
        "languages": languages.names(held),
        "addable": languages.addable(template),
        "sender": [(part, getattr(template, part)) for part in ("name", *writing.SENDER)],
    }


class LanguagePages:
    """Added to the templates' admin."""

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(require_POST(self.change_languages))  # type: ignore[attr-defined]
        own = path("<int:pk>/languages/", page, name="campaigns_template_languages")
        return [own, *super().get_urls()]  # type: ignore[misc]

    def change_languages(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Add a language as a copy of the template's own words, or take one away."""
        template: Template = self._changed(request, pk)  # type: ignore[attr-defined]
        address = reverse("admin:campaigns_template_change", args=[template.pk])
        if gone := request.POST.get("remove"):
            template.translations.filter(language=gone).delete()
            template.save()  # the time of its change is part of every message's why
            known = {"template": template, "language": locales.language(gone)}
            said = gettext("%(template)s is no longer written in %(language)s.") % known
            messages.success(request, said)
            return redirect(address)
        language = request.POST.get("add", "")
        if language not in dict(languages.addable(template)):
            messages.error(request, gettext("Choose a language that the mail does not have yet."))
            return redirect(address)
        languages.add(template, language)
        return redirect(f"{address}?language={language}")
