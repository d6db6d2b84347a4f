"""Liquid templates become mails; safe for authors we do not trust."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import css_inline
from django.conf import settings
from django.utils.module_loading import import_string
from liquid import RenderContext
from liquid.exceptions import LiquidError
from liquid.template import BoundTemplate

from campaigns import happened, links, liquid_text, plain
from campaigns.limits import Encoded, LimitedEnvironment, filled, flat
from campaigns.links import Wanted
from campaigns.models import Template

LINE_BREAKS = re.compile(r"[\r\n]+")
INLINER = css_inline.CSSInliner(load_remote_stylesheets=False)
COMMENTED = re.compile(r"<!--(\ue000\d+\ue001)-->")
PARTS = ("subject", "html", "text")
SOURCES: dict[str, tuple[str, str]] = settings.TEMPLATE_SOURCES
FOR_HTML, FOR_TEXT = LimitedEnvironment(autoescape=True), LimitedEnvironment(autoescape=False)


class RenderingError(Exception):
    """A template that cannot be rendered, with the part and the author's mistake."""


@dataclass(frozen=True)
class Rendered:
    """The parts of a mail."""

    subject: str
    html: str
    text: str


@dataclass(frozen=True)
class _Parts:
    subject: BoundTemplate
    html: BoundTemplate
    text: BoundTemplate


def check(subject: str, html: str, text: str) -> dict[str, str]:
    """The faults of a template's parts, by part; empty when all can be compiled."""
    faults = {}
    for part, source in zip(PARTS, (subject, html, text), strict=True):
        try:
            (FOR_HTML if part == "html" else FOR_TEXT).from_string(source)
        except LiquidError as fault:
            faults[part] = str(fault)
    return faults


def render(template: Template, context: dict[str, Any]) -> Rendered:
    """The mail for this context. Raises RenderingError."""
    try:
        parts = _compiled(template.subject, template.html, template.text)
        return Rendered(
            subject=_one_line(parts.subject.render(**context)),
            html=parts.html.render(**context),
            text=parts.text.render(**context),
        )
    except LiquidError as fault:
        raise RenderingError(f"Template {template.name!r}: {fault}") from fault


def render_encoded(
    template: Template, context: dict[str, Any], wanted: Wanted = links.NOTHING
) -> tuple[str, list[bytes], list[bytes]]:
    """Subject, and text and HTML in quoted-printable, its links as wanted. Raises RenderingError.

    The same words as `render` gives, for one tenth of the work where a template says much that is
    the same for everybody.
    """
    try:
        parts = _compiled(template.subject, template.html, template.text, wanted)
        subject = _one_line(parts.subject.render(**context))
        return subject, _encoded(parts.text, context), _encoded(parts.html, context)
    except LiquidError as fault:
        raise RenderingError(f"Template {template.name!r}: {fault}") from fault


def _encoded(part: BoundTemplate, context: dict[str, Any]) -> list[bytes]:
    if (pieces := _flat(part)) is not None:
        done = filled(pieces, context, escaped=part.env.autoescape)
        if done is not None and sum(map(len, done)) < LimitedEnvironment.output_stream_limit:
            return done
    written = Encoded()
    known = RenderContext(part, globals=context)
    part.render_with_context(known, written)
    return written.pieces


_flat = lru_cache(maxsize=1000)(flat)


def _one_line(text: str) -> str:
    return LINE_BREAKS.sub(" ", text).strip()


@lru_cache(maxsize=200)
def _compiled(subject: str, html: str, text: str, wanted: Wanted = links.NOTHING) -> _Parts:
    """Compiled once per text; styles are moved into the tags before, not per recipient."""
    return _Parts(
        FOR_TEXT.from_string(subject),
        FOR_HTML.from_string(_inline(links.rewritten(html, wanted).html)),
        FOR_TEXT.from_string(text if text.strip() else plain.from_html(html)),
    )


def _inline(html: str) -> str:
    """Move the rules of <style> into the tags, leaving the Liquid as it was.

    An HTML parser escapes what stands in Liquid tags and throws them out of tables. So each one
    is replaced meanwhile: by a comment, which may stand anywhere, or by a word where a comment
    would be text (inside a tag, a title or a style).
    """
    if "<style" not in html:
        return html
    hidden, kept = liquid_text.hide(html)
    out, at = [], 0
    for start, end in liquid_text.tags(hidden):
        out += [_as_comments(hidden[at:start]), hidden[start:end]]
        at = end
    inlined = INLINER.inline("".join([*out, _as_comments(hidden[at:])]))
    return liquid_text.show(COMMENTED.sub(r"\1", inlined), kept)


def _as_comments(text: str) -> str:
    return liquid_text.HIDDEN.sub(r"<!--\g<0>-->", text)


EXAMPLE: dict[str, Any] = {
    "customer": {
        "first_name": "Ann",
        "last_name": "Lee",
        "email": "ann@example.com",
        "country": "France",
    },
    "shop": {"name": "Example shop", "currency": "EUR", "url": "https://shop.example.com"},
    "facts": {"order_count": 3, "last_order_at": ""},
    "favourites": [{"title": "Blue mug", "times": 4}, {"title": "Tea towel", "times": 2}],
    "happened": happened.EXAMPLE,
    "campaign": {"key": "example", "name": "Example"},
    "unsubscribe_url": "#",
    "preferences_url": "#",
    **{name: import_string(path)() for name, (_, path) in SOURCES.items()},
}
