"""Templates become mails: styles inlined, names escaped, bad templates explained."""

import quopri

import pytest

from campaigns import rendering
from campaigns.models import Template
from campaigns.rendering import RenderingError

STYLED = """<html><head><title>{{ shop.name }}</title><style>td { color: red; }</style></head><body>
<a href="{{ unsubscribe_url }}">x</a><table>{% for item in favourites %}{% if item.times > 1 %}
<tr><td>{{ item.title }}</td></tr>{% endif %}{% endfor %}</table></body></html>"""


def template(**parts):
    return Template(**{"name": "T", "subject": "Hi", "html": "<p>Hi</p>", "text": "Hi", **parts})


def test_styles_are_inlined_and_liquid_survives_inside_tables_and_attributes():
    mail = rendering.render(template(html=STYLED), rendering.EXAMPLE)

    assert '<td style="color: red;">Blue mug</td>' in mail.html
    assert mail.html.index("<table>") < mail.html.index("Blue mug") < mail.html.index("</table>")
    assert 'href="#"' in mail.html
    assert "<title>Example shop</title>" in mail.html


def test_names_are_escaped_in_html_and_left_alone_in_text():
    context = {"customer": {"first_name": "<b>Ann</b> & Co"}}
    words = "{{ customer.first_name }}"

    mail = rendering.render(template(subject=words, html=words, text=words), context)

    assert mail.html == "&lt;b&gt;Ann&lt;/b&gt; &amp; Co"
    assert mail.text == mail.subject == "<b>Ann</b> & Co"


def test_a_subject_cannot_smuggle_in_headers():
    context = {"name": "Ann\r\nBcc: everybody@example.com"}

    mail = rendering.render(template(subject="Hi {{ name }}"), context)

    assert mail.subject == "Hi Ann Bcc: everybody@example.com"


@pytest.mark.parametrize(
    "html",
    [
        "{% for a in (1..9999) %}{% for b in (1..9999) %}x{% endfor %}{% endfor %}",
        "{% for a in (1..9000) %}" + "y" * 1000 + "{% endfor %}",
        "{% include 'secrets' %}",
        "{% if %}",
    ],
)
def test_a_template_that_goes_too_far_is_refused_with_its_name(html):
    with pytest.raises(RenderingError, match="Template 'T'"):
        rendering.render(template(html=html), rendering.EXAMPLE)


def test_python_cannot_be_reached():
    words = "{{ favourites.__class__ }}{{ customer.items }}{{ customer.__init__.__globals__ }}"

    assert rendering.render(template(text=words), rendering.EXAMPLE).text == ""


@pytest.mark.parametrize(
    "source",
    [
        "Hi {{ customer.first_name }}, {{ facts.order_count }}",
        "{{ missing }}|{{ customer.missing }}|{{ customer }}|{{ favourites.size }}",
        "{% assign shop = 1 %}{{ shop }}{% for f in favourites %}{{ f.times }}{% endfor %}",
        "{{ customer.first_name | upcase }}{% capture a %}{{ shop.name }}{% endcapture %}{{ a }}",
    ],
)
def test_a_pre_encoded_mail_has_the_words_of_a_rendered_one(source):
    context = {**rendering.EXAMPLE, "customer": {"first_name": "<b>Ännchen & Co"}}
    made = template(subject=source, html=source, text=source)

    words = rendering.render(made, context)
    subject, text, html = rendering.render_encoded(made, context)

    assert subject == words.subject
    assert quopri.decodestring(b"".join(text)).decode() == words.text
    assert quopri.decodestring(b"".join(html)).decode() == words.html
