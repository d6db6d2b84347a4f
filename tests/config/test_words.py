"""The texts that are found, and what is said of a catalogue that does not fit them."""

from babel.messages.catalog import Catalog

from config import words

MODULE = """
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.utils.translation import pgettext_lazy as after

title = gettext_lazy("Customers")
both = gettext_lazy("one sentence " "in two parts")
said = f"{_('exactly %s') % 3}: {ngettext('%s day', '%s days', 2)}"
verb = after("did not", "order")
nobody = print("Not a text")
"""
TEMPLATE = """
<p>{% translate "Hello" %}</p>
  {% blocktranslate count n=rows %}{{ n }} row{% plural %}{{ n }} rows{% endblocktranslate %}
    <a title="{{ name|default:_("nobody") }}">Not a text</a>
"""


def test_every_text_of_a_module_is_found_by_the_names_it_uses():
    assert set(words.of_python(MODULE)) == {
        ("", "Customers"),
        ("", "one sentence in two parts"),
        ("", "exactly %s"),
        ("", ("%s day", "%s days")),
        ("did not", "order"),
    }


def test_every_text_of_a_template_is_found():
    assert set(words.of_template(TEMPLATE)) == {
        ("", "Hello"),
        ("", ("%(n)s row", "%(n)s rows")),
        ("", "nobody"),
    }


def catalog(**said):
    made = Catalog(locale="zh_Hans")
    for text, chinese in said.items():
        made.add(text, chinese)
    return made


def test_what_is_missing_in_doubt_or_said_by_nobody_is_listed():
    held = catalog(gone="没有了")
    held.add("new", "新", flags=["fuzzy"])

    found = words.faults({("", "name"): ["a.py"], ("", "new"): ["b.html"]}, held)

    assert found == [
        "missing (a.py): 'name'",
        "in doubt (b.html): 'new'",
        "no longer used: 'gone'",
    ]


def test_a_figure_that_the_translation_would_lose_is_listed():
    texts = ["%(n)s of %(of)s", "{0} then {1}", "%s: <b>%d</b>", "{{ name }} won"]
    held = catalog(
        **{
            "%(n)s of %(of)s": "%(of)s 中的 %(n)s",
            "{0} then {1}": "先 {0}",
            "%s: <b>%d</b>": "%s：%d",
            "{{ name }} won": "{{ name }}赢了",
        }
    )

    found = words.faults({("", text): ["a.py"] for text in texts}, held)

    assert found == [
        "other placeholders (a.py): '{0} then {1}'",
        "other placeholders (a.py): '%s: <b>%d</b>'",
    ]


def test_an_update_keeps_what_is_translated_and_forgets_what_nobody_says():
    before = catalog(name="名称", gone="没有了")

    after = words.updated({("", "name"): ["a.py"], ("", "new"): ["a.py"]}, before)

    assert {m.id: m.string for m in after if m.id} == {"name": "名称", "new": ""}


def test_django_reads_what_the_catalogue_says():
    assert words.compiled() == words.mo(words.kept())
