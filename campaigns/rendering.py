"""Liquid templates become mails; safe for authors we do not trust."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import css_inline
from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from liquid import RenderContext
from liquid.exceptions import LiquidError
from liquid.template import BoundTemplate
from markupsafe import escape

from campaigns import happened, links, liquid_text, pieces, plain
from campaigns.limits import Encoded, LimitedEnvironment
from campaigns.links import Wanted
from campaigns.models import Template
from campaigns.pieces import Pieces
from campaigns.quoted import quoted

LINE_BREAKS = re.compile(r"[\r\n]+")
# What a rule for narrow screens says cannot be moved into a tag.
INLINER = css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
COMMENTED = re.compile(r"<!--(\ue000\d+\ue001)-->")
BODY = re.compile(r"<body\b[^<>]*>", re.IGNORECASE)
# Blanks keep an inbox from going on with the first words of the mail.
PREHEADER = (
    '<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">%s' + "&zwnj;&nbsp;" * 60
) + "</div>"
LIQUID_MARKS = "{{", "{%"
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
class _Part:
    """A body, and its pieces where it is made of such."""

    liquid: BoundTemplate
    pieces: Pieces[bytes] | None


@dataclass(frozen=True)
class _Parts:
    subject: BoundTemplate
    words: Pieces[str] | None  # of the subject
    html: _Part
    text: _Part


def fault_of(source: str) -> str:
    """What is wrong with a text's Liquid, with its line; empty when it can be compiled."""
    try:
        FOR_TEXT.from_string(source)
    except LiquidError as fault:
        return _said(fault, source)
    return ""


def render(template: Template, context: dict[str, Any], wanted: Wanted = links.NOTHING) -> Rendered:
    """The mail for this context, its links as wanted. Raises RenderingError."""
    try:
        parts = _compiled(*_words(template), wanted)
        return Rendered(
            subject=_one_line(parts.subject.render(**context)),
            html=parts.html.liquid.render(**context),
            text=parts.text.liquid.render(**context),
        )
    except LiquidError as fault:
        raise _explained(fault, template) from fault


def line(text: str, context: dict[str, Any]) -> str:
    """One line of text for this context, such as a preheader. Raises RenderingError."""
    try:
        return _one_line(FOR_TEXT.from_string(text).render(**context))
    except LiquidError as fault:
        raise RenderingError(_said(fault, text)) from fault


def as_read(text: str) -> str:
    """One line as an invented customer reads it; as it was written where it has a fault."""
    try:
        return line(text, EXAMPLE)
    except RenderingError:
        return text


def render_encoded(
    template: Template, context: dict[str, Any], wanted: Wanted = links.NOTHING
) -> tuple[str, list[bytes], list[bytes]]:
    """Subject, and text and HTML in quoted-printable, its links as wanted. Raises RenderingError.

    The same words as `render` gives, for one tenth of the work where a template says much that is
    the same for everybody.
    """
    try:
        parts = _compiled(*_words(template), wanted)
        return (
            _subject(parts, context),
            _encoded(parts.text, context),
            _encoded(parts.html, context),
        )
    except LiquidError as fault:
        raise _explained(fault, template) from fault


def _words(template: Template) -> tuple[str, str, str, str]:
    return template.subject, template.preheader, template.html, template.text


def _explained(fault: LiquidError, template: Template) -> RenderingError:
    sources = template.subject, template.mjml or template.html, template.text, template.preheader
    return RenderingError(f"Template {template.name!r}: {_said(fault, *sources)}")


def _said(fault: LiquidError, *sources: str) -> str:
    """The fault with the author's line. What failed is a made-over text, so its tag is looked up
    in the author's own."""
    token = fault.token
    if token is None or token.start_index < 0:
        return str(fault.message)
    made, at = token.source, token.start_index
    start = max(made.rfind(mark, 0, at + 1) for mark in LIQUID_MARKS)
    ends = [made.find(mark, at) + 2 for mark in ("}}", "%}") if mark in made[at:]]
    tag = made[start : min(ends, default=len(made))]
    for source in sources if start >= 0 else ():
        if tag in source:
            # Of several that read the same, the one that is as far down.
            before = source.split(tag)[: made.count(tag, 0, start) + 1]
            number = tag.join(before).count("\n") + 1
            known = {"line": number, "words": f"{fault.message} ({tag})"}
            return _("line %(line)d: %(words)s") % known
    return str(fault.message)


def _encoded(part: _Part, context: dict[str, Any]) -> list[bytes]:
    done = part.pieces.filled(context) if part.pieces else None
    if done is not None and sum(map(len, done)) < LimitedEnvironment.output_stream_limit:
        return done
    written = Encoded()
    part.liquid.render_with_context(RenderContext(part.liquid, globals=context), written)
    return written.pieces


def _subject(parts: _Parts, context: dict[str, Any]) -> str:
    if parts.words and (done := parts.words.filled(context)) is not None:
        return _one_line("".join(done))
    return _one_line(parts.subject.render(**context))


def _one_line(text: str) -> str:
    return LINE_BREAKS.sub(" ", text).strip()


@lru_cache(maxsize=200)
def _compiled(
    subject: str, preheader: str, html: str, text: str, wanted: Wanted = links.NOTHING
) -> _Parts:
    """Compiled once per text; styles are moved into the tags before, not per recipient."""
    whole = _with_preheader(links.rewritten(html, wanted).html, preheader)
    head = FOR_TEXT.from_string(subject)
    return _Parts(
        head,
        pieces.of(head, str),
        _part(FOR_HTML.from_string(_inline(whole))),
        _part(FOR_TEXT.from_string(text if text.strip() else plain.from_html(html))),
    )


def _part(liquid: BoundTemplate) -> _Part:
    return _Part(liquid, pieces.of(liquid, quoted))


def _with_preheader(html: str, preheader: str) -> str:
    """The HTML with words that an inbox shows and a reader does not."""
    if not preheader.strip():
        return html
    words, liquid = liquid_text.hide(preheader)
    unseen = PREHEADER % liquid_text.show(escape(words), liquid)
    hidden, kept = liquid_text.hide(html)
    body = BODY.search(hidden)
    end = body.end() if body else 0
    return liquid_text.show(hidden[:end], kept) + unseen + liquid_text.show(hidden[end:], kept)


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
    **{name: import_string(path)() for name, (_kind, path) in SOURCES.items()},
}
