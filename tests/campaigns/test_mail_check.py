"""What a filter or a reader will mind is said before anybody gets the mail."""

import pytest

from campaigns import mail_check

OUT = "https://waymark.example/u/x/"
WORDS = "Three quiet things for the autumn, made by people we know. " * 6
FINE = f'<p>{WORDS}</p><a href="https://tea.example/">Look</a> <a href="{OUT}">Stop</a>'


def said(subject="New for autumn", preheader="Three things", html=FINE, text=WORDS):
    found = mail_check.findings(subject, preheader, html, text, own_links=(OUT,))
    return mail_check.score(found), " ".join(each.words for each in found)


def test_a_decent_mail_has_nothing_against_it():
    assert said() == (100, "")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"subject": "BUY THIS NOW please"}, "shouts"),
        ({"subject": "Now!!"}, "exclamation"),
        ({"subject": "Re: your order"}, "answer"),
        ({"subject": " "}, "no subject"),
        ({"subject": "x" * 71}, "71 characters"),
        ({"preheader": ""}, "no preheader"),
        ({"text": " "}, "no text part"),
        ({"text": WORDS + "100% free"}, "100% free"),
        ({"html": FINE.replace(OUT, "https://tea.example/x")}, "no way out"),
        ({"html": FINE + "é" * 52_300}, "102"),
        ({"html": FINE + "<script>x</script>"}, "<script>"),
        ({"html": FINE + '<img src="https://a.example/a.png">'}, "alternative text: 1"),
        ({"html": FINE + '<img alt="" src="http://a.example/a.png">'}, "without https"),
        ({"html": f'<img alt="a" src="a.png"><a href="{OUT}">Stop</a>'}, "pictures"),
        ({"html": FINE + '<a href="https://bit.ly/x">x</a>'}, "bit.ly"),
        ({"html": FINE + '<a href="https://bad.example/">https://bank.example</a>'}, "bank"),
    ],
)
def test_each_fault_is_told_and_costs(change, words):
    score, told = said(**change)

    assert words in told
    assert score < 100


@pytest.mark.parametrize(
    ("address", "is_fine"),
    [
        ("https://tea.example/a?b=1", True),
        ("mailto:ann@tea.example", True),
        ("https://www.tea.example", True),
        ("", False),
        ("#", False),
        ("javascript:alert(1)", False),
        ("tea.example/a", False),
        ("http://localhost/a", False),
        ("https://127.0.0.1/", False),
        ("https://shop.internal/", False),
        ("https://[", False),
        ("https://tea.example/a b", False),
    ],
)
def test_links_that_lead_nowhere_are_told(address, is_fine):
    (link,) = mail_check.links(f'<a href="{address}">words</a>')

    assert (link.fault == "") is is_fine


def test_a_link_of_a_picture_has_its_words_and_ways_out_are_no_links():
    html = f'<a href="https://a.example"><img alt="Mug" src="m.png"></a><a href="{OUT}">Stop</a>'
    html += '<a href="https://b.example"><img src="m.png"></a>'

    first, second = mail_check.links(html, own_links=(OUT,))

    assert (first.words, first.fault) == ("Mug", "")
    assert second.fault
    assert first.is_counted


def test_a_link_that_is_left_alone_is_not_counted():
    html = '<a data-untracked href="https://a.example">a</a><a href="mailto:a@b.example">b</a>'

    assert [each.is_counted for each in mail_check.links(html)] == [False, False]
