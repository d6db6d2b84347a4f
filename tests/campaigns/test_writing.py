"""A template's words: checked part by part, made HTML once, and shown to an inbox."""

import pytest
from django.urls import reverse

from campaigns import rendering, writing
from campaigns.models import Template
from campaigns.rendering import RenderingError
from tests import make
from tests.campaigns import build

MJML = """<mjml>
<mj-body>
<mj-section><mj-column>
<mj-text>Hello {{ customer.first_name }}</mj-text>
<mj-text>{{ facts.order_count | divided_by: customer.zero }}</mj-text>
</mj-column></mj-section>
</mj-body>
</mjml>"""


def written(**parts):
    template = Template(name="T")
    writing.put(template, {"name": "T", "subject": "Hi", **parts})
    return template


def test_faults_are_told_by_part():
    found = writing.faults(
        {"subject": "{{ a", "mjml": "<mjml>\n{% endif %}</mjml>", "text": "fine",
         "preheader": "{% if %}", "from_local": "a b", "reply_to": "nobody"}
    )  # fmt: skip

    assert found.keys() == {"subject", "mjml", "preheader", "from_local", "reply_to"}
    assert found["mjml"].startswith("line 2: ")


def test_a_mail_is_mjml_or_html_and_not_both():
    assert writing.faults({"subject": "a"}).keys() == {"html"}
    assert writing.faults({"subject": "a", "html": "b", "mjml": MJML}).keys() == {"html"}
    assert writing.faults({"subject": "a", "html": "b"}) == {}


def test_a_mail_that_fails_for_one_customer_says_the_line_of_its_mjml():
    mail = written(mjml=MJML)
    fine = rendering.render(mail, {"facts": {"order_count": 4}, "customer": {"zero": 2}})

    with pytest.raises(RenderingError, match=r"'T': line 5: .*divide by 0"):
        rendering.render(mail, {"facts": {"order_count": 4}, "customer": {"zero": 0}})
    assert ">2</div>" in fine.html


def test_of_tags_that_read_alike_the_one_that_failed_is_told():
    html = "{% assign x = 1 %}\n<style>p { color: red }</style>{{ 1 | divided_by: x }}\n\n"
    html += "{% assign x = 0 %}<p>\n{{ 1 | divided_by: x }}</p>"

    with pytest.raises(RenderingError, match="line 5: "):
        rendering.render(written(html=html), {})


def test_rules_for_narrow_screens_stay():
    mail = rendering.render(written(mjml=MJML), {"facts": {"order_count": 0}, **ZERO})

    assert "@media" in mail.html
    assert "mj-column-per-100" in mail.html.split("</style>")[0]


ZERO = {"customer": {"first_name": "Ann & Co", "zero": 1}}


BODY = """<html><body class='{{ a | append: ">" }}'>Hi</body></html>"""


@pytest.mark.parametrize("html", ["<p>Hi</p>", BODY])
def test_the_preheader_comes_first_for_an_inbox_and_is_seen_by_nobody(html):
    made = written(html=html, preheader="Tea & <b>{{ customer.first_name }}</b>")

    mail = rendering.render(made, ZERO)

    shown = "Tea &amp; &lt;b&gt;Ann &amp; Co&lt;/b&gt;"
    before, after = mail.html.split(shown)
    assert before.count("<div") == 1
    assert "display:none" in before
    assert "Hi" not in before
    assert "Hi" in after
    assert "Tea" not in mail.text
    assert rendering.line(made.preheader, ZERO) == "Tea & <b>Ann & Co</b>"


@pytest.mark.django_db
def test_the_admin_keeps_mjml_and_the_html_that_was_made_of_it(admin_client):
    template = build.template(make.shop(), html="<p>Old {{ customer.first_name }}</p>")
    page = reverse("admin:campaigns_template_change", args=[template.pk])
    fields = {"name": "New", "subject": "Hi"}

    answers = [
        admin_client.post(page, {**fields, "html": template.html}),
        admin_client.post(page, {**fields, "mjml": MJML}),
        admin_client.post(page, {**fields, "mjml": MJML.replace("</mj-body>", "")}),
    ]

    assert [each.status_code for each in answers] == [302, 302, 200]
    kept = Template.objects.get()
    assert (kept.name, kept.mjml) == ("New", MJML)
    assert "mj-column-per-100" in kept.html
    assert "line 8" in answers[2].content.decode()
