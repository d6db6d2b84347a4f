"""The pre-assembled mail says what the standard library's would say, whatever is in it."""

import email
import email.policy
import quopri
import re
from email.message import EmailMessage

import pytest
from django.utils.timezone import now
from hypothesis import example, given, settings
from hypothesis import strategies as st

from campaigns import mime, rendering
from campaigns.letters import Letter
from campaigns.models import Template
from campaigns.quoted import quoted
from shops.models import Shop

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
AWKWARD = st.text(st.sampled_from(" .=\r\n\t-\x00é中😀aF"), max_size=200)
TEXTS = st.lists(WORDS | AWKWARD, min_size=1, max_size=6)


def letter(name="Ann", to="ann@example.com", shop="Tea & Co", **parts):
    made = Shop(name=shop, from_email="hello@tea.example")
    template = Template(name="T", **{"subject": "S", "html": "H", "text": "T", **parts})
    link = "https://example.com/u/1.abc/"
    known = {"customer": {"first_name": name}, "unsubscribe_url": link}
    return Letter(7, made, template, 1, 1, "email", 1, now(), to, "", link, known)


def read(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def lines_of(text):
    return re.sub(r"\r\n?", "\n", text)


@given(TEXTS)
@example(["a ", "\n", ". ", ".\r\n", "=", " "])
@settings(max_examples=150, deadline=None)
def test_encoded_pieces_give_what_the_standard_library_gives(pieces):
    raw = b"".join(map(quoted, pieces))

    # A break that two pieces share is two breaks, as it is when they are rendered one by one.
    read_back = quopri.decodestring(raw).decode().replace("\r\n", "\n")
    assert read_back == "".join(map(lines_of, pieces))
    lines = raw.split(b"\r\n")
    assert all(len(line) <= 76 and not line.startswith(b".") for line in lines)
    assert not re.search(rb"[ \t]\r\n|[^\r]\n|\r[^\n]|[^\t\r\n -~]", raw)


@given(name=WORDS | AWKWARD, subject=WORDS | AWKWARD, shop=st.text(max_size=60))
@settings(max_examples=80, deadline=None)
def test_a_mail_reads_as_one_made_by_the_standard_library(name, subject, shop):
    shop = "".join(c for c in shop if c.isprintable())
    given_ = letter(
        name,
        shop=shop,
        subject="Hello {{ customer.first_name }}",
        html="<p title='{{ customer.first_name }}'>\r\nHé {{ customer.first_name }}.</p>",
        text="Hé {{ customer.first_name }}\n.\n",
    )
    words = rendering.render(given_.template, given_.context)
    theirs = EmailMessage(policy=email.policy.SMTP)
    theirs.set_content(lines_of(words.text))
    theirs.add_alternative(lines_of(words.html), subtype="html")

    ours = read(mime.compose(given_))

    assert ours["Subject"].replace("\n", " ").strip() == words.subject.replace("\n", " ").strip()
    assert not ours.defects
    assert ours.get_content_type() == "multipart/alternative"
    for mine, other in zip(ours.iter_parts(), read(theirs.as_bytes()).iter_parts(), strict=True):
        assert mine.get_content_type() == other.get_content_type()
        assert lines_of(mine.get_content()).rstrip("\n") == lines_of(other.get_content()).rstrip(
            "\n"
        )


@given(WORDS | AWKWARD)
@settings(max_examples=80, deadline=None)
def test_no_name_and_no_subject_makes_another_header(text):
    raw = mime.compose(letter(text, subject="{{ customer.first_name }}"))

    head = raw.partition(b"\r\n\r\n")[0]
    names = [line.split(b":")[0] for line in head.split(b"\r\n") if line[:1] not in b" \t"]
    assert names == [
        b"From", b"To", b"Subject", b"Date", b"Message-ID", b"X-Waymark-Message",
        b"List-Unsubscribe", b"List-Unsubscribe-Post", b"MIME-Version", b"Content-Type",
    ]  # fmt: skip
    assert all(len(line) < 998 for line in raw.split(b"\r\n"))


@pytest.mark.parametrize(
    "address",
    ["ann", "Ann <ann@example.com>", "ann@example.com\r\nBcc: bob@example.com", "a b@c", "", "a@"],
)
def test_an_address_that_is_none_is_refused(address):
    with pytest.raises(mime.AddressError):
        mime.compose(letter(to=address))


def test_a_domain_in_any_script_becomes_ascii():
    assert mime.address("ann@bücher.example") == "ann@xn--bcher-kva.example"


def test_the_text_is_made_from_the_html_where_there_is_none():
    html = """<html><head><title>T</title><style>p {color: red}</style></head><body>
    <h1>Hello {{ customer.first_name }}</h1><p>Two   words<br>and a <a href="{{ unsubscribe_url }}">
    link</a>.</p><ul>{% for f in (1..2) %}<li>No. {{ f }}</li>{% endfor %}</ul></body></html>"""

    plain = read(mime.compose(letter("A & B", html=html, text=""))).get_body(("plain",))

    assert [line for line in plain.get_content().splitlines() if line] == [
        "Hello A & B",
        "Two words",
        "and a link (https://example.com/u/1.abc/).",
        "* No. 1",
        "* No. 2",
    ]


def test_a_template_may_write_under_a_name_of_its_own_at_the_shops_domain():
    mail = read(
        mime.compose(letter(from_name="Ann, Tea", from_local="ann", reply_to="help@tea.example"))
    )

    assert mail["From"] == '"Ann, Tea" <ann@tea.example>'
    assert mail["Reply-To"] == "help@tea.example"
    assert mail["Message-ID"].endswith("@tea.example>")
