"""Where mails are written: looked at as a real customer, tried, and never sent by a look."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns import ready_made, writing
from campaigns.mail_models import TemplateLinks
from campaigns.models import CaughtMail, Message, Template
from tests import make
from tests.campaigns import build

pytestmark = pytest.mark.django_db
TEXTS = st.text(st.sampled_from("ab <>&\"'{}%\n\t é中"), min_size=1, max_size=60)


@pytest.fixture
def template():
    made = build.template(build.shop(from_email="hi@tea.example"), key="letter")
    words = ready_made.blank().replace("Write here", 'See <a href="https://tea.example/a">this</a>')
    writing.put(made, {"name": "Letter", "subject": "Hi {{ customer.first_name }}", "mjml": words})
    made.save()
    return made


def page(template, name):
    return reverse(f"admin:campaigns_template_{name}", args=[template.pk])


def parts(template, **more):
    return {**writing.told(template), **more}


def sign_in(client, shop, *rights):
    user = make.user(email="writer@tea.example")
    user.shops.add(shop)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(user)
    return user


def test_the_mail_is_shown_as_each_customer_of_the_shop_gets_it(admin_client, template):
    ann, bea = (make.customer(template.shop, first_name=name) for name in ("Ann", "Bea"))
    make.customer(build.shop(), first_name="Zoe")
    asked = parts(template, preheader="For {{ customer.first_name }}")

    def look(**more):
        return admin_client.post(page(template, "preview"), {**asked, **more}).json()

    first, second = look(), look(near=ann.pk, step=1)
    around, back = look(near=bea.pk, step=1), look(near=ann.pk, step=-1)
    named = look(named=bea.external_id)

    assert [each["customer"]["id"] for each in (first, second, around, back, named)] == [
        ann.pk, bea.pk, ann.pk, bea.pk, bea.pk,
    ]  # fmt: skip
    mail = second["mail"]
    assert (mail["subject"], mail["preheader"]) == ("Hi Bea", "For Bea")
    assert mail["sender"] == f"{template.shop.name} <hi@tea.example>"
    assert "Bea" in mail["html"] and "Bea" in mail["text"]  # noqa: PT018
    assert [link["address"] for link in second["links"]] == ["https://tea.example/a"]
    assert (second["counted"], second["score"]) == (1, 100)
    assert not TemplateLinks.objects.exists()


def test_a_fault_is_told_with_its_line_and_nothing_is_kept(admin_client, template):
    broken = parts(template, mjml="<mjml>\n<mj-body>\n<b>x</b></mj-body></mjml>")

    said = admin_client.post(page(template, "preview"), broken).json()
    failing = parts(template, mjml=template.mjml.replace("Hello", "{{ 1 | divided_by: 0 }}"))
    rendered = admin_client.post(page(template, "preview"), failing).json()

    assert said["faults"]["mjml"].startswith("line 3: ")
    assert "line 13: " in rendered["faults"]["mjml"]
    assert "Hello" in Template.objects.get().mjml


def test_who_may_not_see_personal_data_looks_at_customers_without_names(client, template):
    make.customer(template.shop, first_name="Bea", email="bea@example.com")
    sign_in(client, template.shop, "view_template")

    said = client.post(page(template, "preview"), parts(template)).json()

    assert "Bea" not in str(said)
    assert "bea@example.com" not in str(said)
    assert said["mail"]["subject"] == "Hi •••"


def test_a_test_goes_to_somebody_who_works_here_and_leaves_no_trace(mail_catcher, client, template):
    make.customer(template.shop, first_name="Bea")
    sign_in(client, template.shop, "view_template", "change_template", "see_personal_data")

    def send(to):
        return client.post(page(template, "test_send"), parts(template, to=to)).json()

    refused, sent = send("bea@example.com"), send("writer@tea.example")

    assert not refused["is_sent"]
    assert sent["is_sent"], sent
    caught = CaughtMail.objects.get()
    assert (caught.recipient, caught.subject) == ("writer@tea.example", "[Test] Hi Bea")
    assert not Message.objects.exists()


def test_pages_of_another_shop_are_not_there(client, template):
    sign_in(client, build.shop(), "view_template", "change_template")

    for name in ("preview", "test_send", "link"):
        assert client.post(page(template, name), parts(template)).status_code == 404
    assert client.get(page(template, "change")).status_code != 200


def test_a_looker_keeps_and_sends_nothing(client, template):
    sign_in(client, template.shop, "view_template")

    kept = client.post(page(template, "change"), parts(template, subject="Mine"))
    sent = client.post(page(template, "test_send"), parts(template, to="writer@tea.example"))
    tried = client.post(page(template, "link"), {"address": "https://tea.example"})

    assert [each.status_code for each in (kept, sent, tried)] == [403, 403, 403]
    assert client.get(page(template, "change")).status_code == 200
    assert Template.objects.get().subject.startswith("Hi")


def test_a_link_into_our_own_network_is_not_called(admin_client, template):
    for address in ("http://127.0.0.1:1/", "http://localhost/", "file:///etc/passwd", "x"):
        said = admin_client.post(page(template, "link"), {"address": address}).json()
        assert not said["is_there"]


@given(html=TEXTS, text=TEXTS)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_opening_and_keeping_is_the_identity(admin_client, template, html, text):
    """A browser gives line ends back as CR LF; what was kept stays letter by letter."""
    held = {"name": "Letter", "subject": "Hi", "html": html, "text": text}
    if writing.faults(held):
        return
    for ends in ("\n", "\r\n"):
        kept = {part: words.replace("\n", ends) for part, words in held.items()}
        Template.objects.filter(pk=template.pk).update(mjml="", **kept)

        given_back = {part: words.replace("\n", "\r\n") for part, words in held.items()}
        answer = admin_client.post(page(template, "change"), given_back)

        assert answer.status_code == 302
        assert Template.objects.filter(pk=template.pk, **kept).exists()


def test_a_new_template_begins_with_a_mail_that_can_be_sent(admin_client):
    fields = {"shop": build.shop().pk, "name": "New", "key": "new", "subject": "Hi"}

    answer = admin_client.post(reverse("admin:campaigns_template_add"), fields)

    made = Template.objects.get()
    assert answer.headers["Location"] == page(made, "change")
    assert writing.faults(writing.told(made)) == {}
    assert "Write here" in admin_client.get(page(made, "change")).content.decode()
