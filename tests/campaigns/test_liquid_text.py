"""Liquid is found in one walk, whatever an author writes."""

import time

import pytest

from campaigns import liquid_text, plain, rendering
from campaigns.models import Template

STYLE = "<style>td { color: red; }</style>"
HOSTILE = {
    "an open tag": "<a " + "{{}}" * 30_000,
    "nothing but openers": "{{" * 60_000,
    "both openers": "{{{%" * 30_000,
    "tags that never end": "<a " * 60_000,
    "titles that never end": "<title>" * 20_000,
    "raw that never ends": "{% raw %}" * 15_000,
    "comments that never end": "<!--" * 30_000,
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_text_makes_the_search_slow(source):
    began = time.process_time()

    hidden, kept = liquid_text.hide(STYLE + source)
    list(liquid_text.tags(hidden))

    assert liquid_text.show(hidden, kept) == STYLE + source
    assert time.process_time() - began < 2


def test_thirty_outputs_in_a_tag_that_never_ends_are_no_trouble():
    source = STYLE + "<td {{}}{{}}" + "{{}}" * 30
    began = time.process_time()

    rendering._inline(source)
    plain.from_html(source)

    assert time.process_time() - began < 2


def test_raw_and_comment_are_one_piece_each():
    source = "a{% raw %}{{ x }}{% endraw %}b{%- comment -%}<a>{% endcomment %}c{{ y }}{{ z"

    hidden, kept = liquid_text.hide(source)

    assert kept == [
        "{% raw %}{{ x }}{% endraw %}",
        "{%- comment -%}<a>{% endcomment %}",
        "{{ y }}",
    ]
    assert liquid_text.show(hidden, kept) == source


def test_words_that_look_like_a_placeholder_stay_words():
    template = Template(
        name="T", subject="Hi", html=STYLE + "<p>\ue0007\ue001 liquid9x {{ shop.name }}</p>"
    )

    mail = rendering.render(template, {"shop": {"name": "Tea"}})

    assert "liquid9x Tea" in mail.html
    assert "liquid9x Tea" in mail.text


def test_liquid_in_an_html_comment_stays_there():
    html = STYLE + "<!-- <b>{{ shop.name }}</b> --><table><tr><td>x</td></tr></table>"

    mail = rendering.render(Template(name="T", subject="", html=html), {"shop": {"name": "Tea"}})

    assert "<!-- <b>Tea</b> -->" in mail.html
