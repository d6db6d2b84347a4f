"""One template in several languages: everybody gets the words nearest to their own."""

import pytest
from django.urls import reverse

from campaigns import as_text, languages, letters, rendering, subject_test, writing
from campaigns.as_text import TextFault
from campaigns.models import Template
from tests import make
from tests.campaigns import build


@pytest.fixture
def template():
    made = build.template(build.shop(), key="hello", subject="Hi", html="<p>Tea</p>", text="")
    languages.put(made, {"de": {"subject": "Hallo", "html": "<p>Tee</p>", "preheader": "Los"}})
    return made


@pytest.mark.parametrize(
    ("spoken", "words"),
    [("de-AT", "de"), ("de", "de"), ("DE_de", "de"), ("", ""), ("fr", ""), ("en-GB", ""),
     ("zh-TW", "zh-hant"), ("zh-CN", "zh-hans"), ("zh", "zh-hans"), ("pt-PT", "pt-br")],
)  # fmt: skip
def test_the_nearest_language_is_chosen(spoken, words):
    assert languages.chosen(spoken, ("de", "zh-hant", "zh-hans", "pt-br"), "en") == words


@pytest.mark.django_db
def test_each_customer_gets_their_words_and_links(template):
    people = [make.customer(template.shop, language=each) for each in ("de-CH", "", "fr")]
    campaign = build.campaign(template.shop, plan={"steps": [{"send": "hello"}]})
    ids = [build.message(each, campaign, template=template).pk for each in people]

    read = letters.read(ids)
    mails = [rendering.render(each.template, each.context, each.wanted) for each in read]

    assert [mail.subject for mail in mails] == ["Hallo", "Hi", "Hi"]
    assert ["Tee" in mail.text for mail in mails] == [True, False, False]
    assert read[0].context["click_url"] != read[1].context["click_url"]
    assert Template.objects.get().subject == "Hi"


@pytest.mark.django_db
def test_a_language_is_added_as_a_copy_written_and_taken_away(admin_client, template):
    page = reverse("admin:campaigns_template_change", args=[template.pk])
    own = reverse("admin:campaigns_template_languages", args=[template.pk])

    added = admin_client.post(own, {"add": "fr"})
    again = admin_client.post(own, {"add": "fr"}, follow=True)
    shown = admin_client.get(added.url).content.decode()
    kept = admin_client.post(added.url, {"subject": "Salut", "html": "<p>Thé</p>"})
    admin_client.post(own, {"remove": "de"})

    assert added.url == f"{page}?language=fr"
    assert "does not have yet" in again.content.decode()
    assert "&lt;p&gt;Tea&lt;/p&gt;" in shown
    assert kept.status_code == 302
    assert {key: parts["subject"] for key, parts in languages.told(template).items()} == {
        "fr": "Salut"
    }
    assert writing.told(Template.objects.get())["html"] == "<p>Tea</p>"
    assert admin_client.get(f"{page}?language=de").status_code == 404


@pytest.mark.django_db
def test_languages_stand_in_the_text_and_a_fault_says_in_which(template):
    text = as_text.export(build.campaign(template.shop, plan={"steps": [{"send": "hello"}]}))
    other = build.shop()

    as_text.load(text, other)

    assert languages.told(other.template_set.get()) == languages.told(template)
    assert as_text.load(text, other).is_empty
    assert not as_text.load(text.replace("Hallo", "Servus"), other).is_empty
    assert languages.told(other.template_set.get())["de"]["subject"] == "Servus"
    with pytest.raises(TextFault, match=r"templates\.hello\.languages\.de\.subject: "):
        as_text.load(text.replace("Hallo", "'{{ a'"), other)


@pytest.mark.django_db
def test_another_subject_is_tested_in_each_language(template):
    made, again = (
        subject_test.copy(template.shop, "hello", "Hey", {"de": "Na", "xx": "?"}) for _ in range(2)
    )

    assert made == again
    assert languages.told(made)["de"] == {**languages.told(template)["de"], "subject": "Na"}
