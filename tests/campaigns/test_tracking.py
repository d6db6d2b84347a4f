"""Links of mails lead through us and nowhere else; what machines do is kept apart."""

import email
import email.policy
import re
import time
from datetime import timedelta
from html import unescape

import pytest
from django.conf import settings
from django.test import Client
from django.utils.timezone import now

from campaigns import letters, links, mime, page_limits, responses, signals
from campaigns.links import Wanted
from campaigns.models import MailSettings, Message, Signal, TemplateLinks
from customers import profiles
from customers.models import Customer, Profile, StaleMark, Touchpoint
from shops import outbox
from shops.limits import Limits
from shops.models import OutgoingEvent
from tests import make
from tests.campaigns import build

pytestmark = pytest.mark.django_db
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"}
HTML = """<body><a class="b" href="https://shop.example/tea?a=1&amp;b=2">Tea</a>
<a href='https://shop.example/p/{{ customer.first_name }}?{{ visit.parameter }}#top'>For you</a>
<a href="mailto:hello@shop.example">Write</a> <a href="{{ unsubscribe_url }}">Stop</a>
<a data-untracked href="https://shop.example/quiet">Quiet</a></body>"""


@pytest.fixture
def message():
    return sent()


def sent(html=HTML, name="Ann", **said):
    shop = build.shop()
    MailSettings.objects.create(shop=shop, **said)
    template = build.template(shop, html=html)
    build.campaign(shop, key="spring", plan={"steps": [{"send": template.key}]})
    ann = make.customer(shop, consents=("email",), first_name=name)
    handed = make.days_ago(0.1)
    return build.message(
        ann, template=template, status="sent", claimed_at=handed, handed_over_at=handed
    )


def hrefs(message):
    """The links of the mail as it goes over the wire."""
    mail = email.message_from_bytes(
        mime.compose(letters.read([message.pk])[0]), policy=email.policy.default
    )
    body = mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
    return [unescape(link) for link in re.findall(r"""href=["']([^"']*)""", body)], body


def path(link):
    return link.removeprefix(settings.PUBLIC_URL)


def follow(link, **headers):
    return Client().get(path(link), headers={**BROWSER, **headers})


def settle(seconds=10):
    """As if what came in had come a while ago."""
    for signal in Signal.objects.filter(read_on=None):
        signal.at -= timedelta(seconds=seconds)
        signal.save()
    return signals.read()


def told(kind="message.clicked"):
    return list(Touchpoint.objects.filter(kind=kind).order_by("id").values_list("data", flat=True))


def test_a_link_leads_where_it_led_with_the_campaign_in_its_address(message):
    (tea, mine, write, stop, quiet), _ = hrefs(message)

    assert write == "mailto:hello@shop.example"
    assert stop.startswith(f"{settings.PUBLIC_URL}/u/")
    assert quiet == "https://shop.example/quiet"
    utm = "utm_source=waymark&utm_medium=email&utm_campaign=spring"
    assert follow(tea).headers["Location"] == f"https://shop.example/tea?a=1&b=2&{utm}"
    personal = follow(mine).headers["Location"]
    assert re.fullmatch(r"https://shop\.example/p/Ann\?[^#]*&" + re.escape(utm) + "#top", personal)


def test_a_changed_template_changes_no_link_that_went_out(message):
    (tea, *_rest), _ = hrefs(message)
    message.template.html = '<a href="https://other.example/">Other</a>'
    message.template.save()

    assert follow(tea).headers["Location"].startswith("https://shop.example/tea")
    (other,), _ = hrefs(message)
    assert follow(other).headers["Location"].startswith("https://other.example/")
    assert TemplateLinks.objects.count() == 2


def test_a_mail_leads_nowhere_but_where_its_links_led(message):
    (tea, mine, *_rest), _ = hrefs(message)
    elsewhere = mine.replace("shop.example", "evil.example")
    other = sent()
    (_tea, theirs, *_rest), _ = hrefs(other)
    mixed = path(theirs).partition("?")[0] + "?" + mine.partition("?")[2]

    for bad in (
        elsewhere,
        mine.replace("&s=", "&s=x"),
        mine.partition("&s=")[0],
        mine.partition("?")[0],
        tea.replace("/1/", "/9/"),
        tea.replace("/1/", "/0/"),
        tea[:-6] + "x/1/",
        mixed,
        "/c/1.1.x/1/",
        "/c/x/1/",
    ):
        assert follow(bad).status_code == 404
    plain = tea + "?to=https://evil.example/&s=x"
    assert follow(plain).headers["Location"].startswith("https://shop.example/tea")


def test_a_link_works_when_its_message_is_forgotten(message):
    (tea, *_rest), _ = hrefs(message)
    message.delete()

    assert follow(tea).headers["Location"] == "https://shop.example/tea?a=1&b=2"
    assert not Signal.objects.exists()


def test_a_click_is_told_once_a_day_to_history_ledger_profile_and_endpoint(message, monkeypatch):
    outbox.register(message.shop, url="https://x.example.com/", events=["message.clicked"])
    (tea, *_rest), _ = hrefs(message)

    for _ in range(2):
        for _ in range(3):
            assert follow(tea).status_code == 302
        assert Signal.objects.filter(read_on=None).count() == 1
        settle()

    assert [(data["link"], data["machine"]) for data in told()] == [(1, False)]
    message.refresh_from_db()
    assert message.clicked_at is not None
    profiles.refresh(message.shop)
    assert Profile.objects.get().message_clicked_count == 1
    assert OutgoingEvent.objects.get().data["url"] == "https://shop.example/tea?a=1&b=2"
    assert StaleMark.objects.get().customer == Customer.objects.get()

    monkeypatch.setattr(page_limits, "LINKS", Limits())  # a day later, not the same second
    Signal.objects.update(read_on=make.days_ago(1).date(), at=make.days_ago(1))
    follow(tea)
    settle()
    assert len(told()) == 2
    seen = responses.of(message.campaign)
    assert (seen.clicked, seen.machine_clicked) == (1, 0)
    assert [(link.target, link.people) for link in seen.links] == [
        ("https://shop.example/tea?a=1&b=2", 1)
    ]


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"Sec-Purpose": "prefetch;prerender"}, "prefetch"),
        ({"User-Agent": "Barracuda Sentinel (EE)"}, "program"),
        ({"User-Agent": "python-requests/2.32"}, "program"),
        ({"User-Agent": ""}, "no browser"),
        ({"User-Agent": "Mozilla/5.0"}, "no browser"),
    ],
)
def test_a_machine_that_says_so_is_kept_apart(message, headers, why):
    (tea, *_rest), _ = hrefs(message)

    follow(tea, **headers)
    settle()

    assert [(data["machine"], data["why"]) for data in told()] == [(True, why)]
    message.refresh_from_db()
    assert message.clicked_at is None
    profiles.refresh(message.shop)
    profile = Profile.objects.get()
    assert (profile.message_clicked_count, profile.scanner_click_count) == (0, 1)


def test_several_links_within_a_second_are_a_scanner_and_a_person_comes_after_it(message):
    (tea, mine, *_rest), _ = hrefs(message)
    follow(tea)
    follow(mine)
    settle(3600)
    follow(tea)
    settle()

    assert [(data["link"], data["machine"]) for data in told()] == [
        (1, True),
        (2, True),
        (1, False),
    ]
    seen = responses.of(message.campaign)
    assert (seen.clicked, seen.machine_clicked) == (1, 1)


def test_nobody_reads_a_mail_within_two_seconds(message):
    (tea, *_rest), _ = hrefs(message)
    Message.objects.update(handed_over_at=now() - timedelta(seconds=9))

    follow(tea)
    settle(8)

    assert told()[0]["why"] == "too soon"


def test_what_has_not_settled_waits(message):
    (tea, *_rest), _ = hrefs(message)
    follow(tea)

    assert signals.read() == 0
    assert told() == []


def test_asking_for_the_head_counts_nothing(message):
    (tea, *_rest), _ = hrefs(message)

    assert Client().head(path(tea), headers=BROWSER).status_code == 302
    assert not Signal.objects.exists()


def test_opens_are_counted_only_where_the_shop_wants_it():
    quiet, loud = sent(), sent(tracks_opens=True)
    assert "/o/" not in hrefs(quiet)[1]
    (picture,) = re.findall(r'src="([^"]*/o/[^"]*)"', hrefs(loud)[1])

    for headers in ({}, {"User-Agent": "Mozilla/5.0"}):
        answer = follow(picture, **headers)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/gif")
    assert follow("/o/1.1.x/").status_code == 200
    settle()

    assert sorted(data["machine"] for data in told("message.opened")) == [False, True]
    loud.refresh_from_db()
    assert loud.opened_at is not None


def test_a_shop_that_counts_nothing_has_plain_links_with_its_campaign():
    (tea, mine, *_rest), _ = hrefs(sent(tracks_clicks=False))

    utm = "utm_source=waymark&utm_medium=email&utm_campaign=spring"
    assert tea == f"https://shop.example/tea?a=1&b=2&{utm}"
    assert mine.endswith(f"&{utm}#top")
    assert not TemplateLinks.objects.exists()


def test_links_lead_through_the_shops_own_name():
    (tea, *_rest), _ = hrefs(sent(link_domain="https://click.shop.example/"))

    assert tea.startswith("https://click.shop.example/c/")


def test_links_in_loops_filters_and_quotes_are_led_too():
    html = """{% for w in (1..2) %}<a href="https://s.example/{{ w }}?q={{ customer.first_name
    | url_encode }}">x</a>{% endfor %}{% raw %}<a href="https://raw.example/">{% endraw %}
    <!--[if mso]><v:roundrect href="https://s.example/o"><![endif]-->"""
    one, two, raw, office = hrefs(sent(html, name="A&B"))[0]

    assert follow(one).headers["Location"].startswith("https://s.example/1?q=A%26B&utm")
    assert follow(two).headers["Location"].startswith("https://s.example/2?")
    assert raw == "https://raw.example/"
    assert follow(office).headers["Location"].startswith("https://s.example/o?")


def test_both_ways_of_rendering_lead_alike():
    """A filter anywhere takes the longer way; the links must not differ."""
    message = sent(name='<"&amp;> é')
    short = hrefs(message)[0]
    message.template.html += "{{ 'x' | upcase }}"
    message.template.save()

    assert hrefs(message)[0] == short
    assert follow(short[1]).status_code == 302


def test_no_html_makes_rewriting_slow():
    began = time.process_time()

    for odd in ("<a " * 50_000, "<a href=" * 30_000, "<a x " + " " * 50_000, '<a href="' * 20_000):
        links.rewritten(odd, Wanted(clicks=True, opens=True))

    assert time.process_time() - began < 2


def test_staff_are_told_when_the_server_does_not_answer_for_a_link_domain(admin_client, settings):
    settings.ALLOWED_HOSTS = ["testserver", ".shop.example"]
    shop = make.shop()
    address = "/admin/campaigns/mailsettings/add/"
    form = {"shop": shop.pk, "utm_source": "waymark", "tracks_clicks": "on", "dkim_selector": "w"}

    for bad in ("click.shop.example", "https://click.shop.example/x", "https://evil.example"):
        page = admin_client.post(address, {**form, "link_domain": bad})
        assert page.status_code == 200
    admin_client.post(address, {**form, "link_domain": "https://click.shop.example/"})

    assert MailSettings.objects.get().link_domain == "https://click.shop.example"
