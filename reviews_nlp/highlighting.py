"""The words of a review with its opinions marked; everything that a customer wrote is escaped."""

from collections.abc import Iterable, Iterator

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from reviews_nlp.aspects.register import label
from reviews_nlp.models import AspectOpinion, Review

MARK = '<mark class="wm-{}" title="{}">{}</mark>'


def marked(review: Review) -> SafeString:
    """Title and text as HTML; places in the title lie below zero."""
    opinions = sorted(review.opinions.all(), key=lambda opinion: opinion.start)
    in_title = [opinion for opinion in opinions if opinion.start < 0]
    return format_html(
        "<b>{}</b><p>{}</p>",
        _joined(review.title, in_title, -len(review.title)),
        _joined(review.text, [opinion for opinion in opinions if opinion.start >= 0], 0),
    )


def _joined(text: str, opinions: Iterable[AspectOpinion], first: int) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in _parts(text, opinions, first)))


def _parts(text: str, opinions: Iterable[AspectOpinion], first: int) -> Iterator[SafeString]:
    at = 0
    for opinion in opinions:
        start, end = opinion.start - first, opinion.end - first
        if start >= at:  # of two that overlap, the first is marked
            sign = "good" if opinion.sentiment > 0 else "bad"
            yield conditional_escape(text[at:start])
            yield format_html(MARK, sign, label(opinion.aspect), text[start:end])
            at = end
    yield conditional_escape(text[at:])
