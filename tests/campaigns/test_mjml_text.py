"""MJML becomes HTML with its Liquid, says where it is wrong, and hurts nobody."""

import subprocess
import sys
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns import mjml_text
from campaigns.mjml_text import MjmlFault, compiled

MAIL = "<mjml>\n<mj-body>\n%s\n</mj-body>\n</mjml>\n"
COLUMN = MAIL % "<mj-section>\n<mj-column>\n%s\n</mj-column>\n</mj-section>"
TEXT = COLUMN % "<mj-text>%s</mj-text>"


def test_liquid_survives_around_tags_in_texts_in_tables_and_in_attributes():
    html = compiled(
        MAIL % "{% if favourites.size > 0 %}<mj-section><mj-column>"
        '<mj-image src="{{ a | append: "?x" }}" alt=\'Mug "é" \\ {{ b }}\' href="{{ c }}" />'
        "<mj-table>{% for f in favourites %}<tr><td>{{ f.title }}</td></tr>{% endfor %}</mj-table>"
        "<mj-raw>{% raw %}{{ x }}{% endraw %}</mj-raw>"
        '<mj-button href="{{ shop.url }}/?a=1&amp;b">{{ d }}</mj-button>'
        "</mj-column></mj-section>{% endif %}"
    )

    assert 'src="{{ a | append: "?x" }}"' in html
    assert 'alt="Mug &quot;é&quot; \\ {{ b }}"' in html
    assert "{% for f in favourites %}<tr><td>{{ f.title }}</td></tr>{% endfor %}" in html
    assert "{% raw %}{{ x }}{% endraw %}" in html
    assert 'href="{{ shop.url }}/?a=1&amp;b"' in html
    assert html.index("{% if fav") < html.index("<img") < html.index("{% endif %}")


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (MAIL % "<mj-section>\n<mj-column>\n</mj-section>", 5),
        (COLUMN % "<mj-text>\na < b</mj-text>", 6),
        (TEXT % '{{ a\n}}\n<a {% if b %}href="c"{% endif %}>x</a>', 7),
        (TEXT % "<p>one\n<p>two", 6),
        (TEXT % "<b>\n</i>", 6),
        (COLUMN % "\n<mj-txet>x</mj-txet>", 6),
        (MAIL % "<mj-text>x</mj-text>", 3),
        (MAIL % "<mj-section><p>x</p></mj-section>", 3),
        (COLUMN % '<mj-image src="a"\n width="{{ width }}" />', 6),
        (TEXT % "<!-- a -- b -->", 5),
        (TEXT % "\n<!-- a", 6),
        ("<p>x</p>", 1),
        ("<mjml>\n<mj-body>\n<mj-section>", 3),
    ],
)
def test_a_fault_has_the_line_of_the_source(source, line):
    with pytest.raises(MjmlFault, match=f"^line {line}: "):
        compiled(source)


@pytest.mark.parametrize("source", ["", " ", "{{ a }}", "<mjml></mjml><mjml></mjml>"])
def test_what_is_no_mail_is_refused(source):
    with pytest.raises(MjmlFault):
        compiled(source)


def test_no_file_is_read(tmp_path):
    secret = tmp_path / "secret.mjml"
    secret.write_text("<mj-text>secret</mj-text>")

    for include in (f'<mj-include path="{secret}" />', f'<MJ-INCLUDE path="file://{secret}"/>'):
        for place in (COLUMN, MAIL, MAIL % "<mj-raw>%s</mj-raw>", TEXT):
            with pytest.raises(MjmlFault, match="included"):
                compiled(place % include)


@pytest.mark.parametrize(
    "source",
    [
        "MAIL % ('<mj-section>' * 9000)",
        "TEXT % ('<div>' * 50_000)",
        "TEXT % ('<div>' * 9000 + '</div>' * 9000)",
        "MAIL % ('<mj-raw>' + '<div>' * 50_000)",
        "TEXT % ('<!-->' + '<div>' * 50_000 + '-->')",
        "MAIL % ('<mj-section/>' * 20_000)",
        "TEXT % ('<a' + ' ' * 200_000)",
        "TEXT % ('<a' + ' x=\"1\"' * 40_000 + '<')",
        "TEXT % ('{{' * 100_000)",
        "TEXT % ('<' * 200_000)",
    ],
)
def test_a_greedy_author_gets_an_answer_and_the_process_lives(source):
    names = {"MAIL": MAIL, "TEXT": TEXT}
    text = eval(source, names)  # noqa: S307  written above

    with suppress(MjmlFault):
        assert len(compiled(text)) <= mjml_text.LONGEST_HTML


PIECES = st.sampled_from(
    ["<mj-section>", "</mj-section>", "<mj-column>", "</mj-column>", "<mj-text>", "</mj-text>",
     "<mj-raw>", "</mj-raw>", "<div>", "</div>", "<br>", "<!--", "-->", "--", "<!-->", "{{ a }}",
     "{% if b %}", '"', "'", "<", ">", "/>", '<a href="', "&amp;", "\\", "é", "lq0z", "\x00"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=40).map("".join))
@settings(max_examples=300, deadline=None)
def test_whatever_is_written_becomes_html_or_a_fault(text):
    source = MAIL % text
    try:
        html = compiled(source)
    except MjmlFault:
        return

    assert html.count("{{ a }}") >= source.count("{{ a }}") - source.count("<!--")


def test_deep_nesting_would_end_the_process():
    """Why each tag is read before: without this, a template could stop a worker."""
    code = f"import mjml; mjml.mjml2html({MAIL!r} % ('<mj-section>' * 50_000))"

    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)

    assert done.returncode != 0
