"""What somebody would try who means harm: each is tried on every page it could work on."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from customers.models import Customer, Touchpoint
from reviews_nlp import reading
from shops.models import Seat, Shop, User
from tests import make, rows
from tests.config.test_roles import MODELS, addressed

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert(1)</script>"
RIGHT = {"username": "ann", "password": "secret-pass-1"}
QUERIES = ["'\"; DROP TABLE x; --", "%", "\\", "{{7*7}}", "a\u0000b", "1 OR 1=1"]


@pytest.fixture
def shop():
    return make.shop()


@pytest.fixture
def owner(client, shop):
    user = make.user(**RIGHT)
    Seat.objects.create(shop=shop, user=user, role="owner")
    client.force_login(user)
    return client


def test_whoever_guesses_passwords_is_kept_out_for_a_while_and_nobody_else(client):
    make.user(**RIGHT)
    make.user(username="bob", password="secret-pass-2")
    door = reverse("admin:login")

    def sign_in(who, **more):
        return client.post(door, who, **more).status_code

    codes = [sign_in({**RIGHT, "password": f"guess {n}"}) for n in range(5)]
    assert codes == [200, 200, 200, 200, 429]
    assert sign_in(RIGHT) == 429
    assert sign_in({"username": "bob", "password": "secret-pass-2"}) == 302
    client.logout()
    assert sign_in(RIGHT, REMOTE_ADDR="198.51.100.7") == 302
    client.logout()
    AccessAttempt.objects.update(attempt_time=now() - timedelta(minutes=16))
    assert sign_in(RIGHT) == 302


def test_a_session_from_before_the_sign_in_is_worth_nothing(client):
    make.user(**RIGHT)
    client.get(reverse("admin:login"))
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    client.cookies["sessionid"] = planted = session.session_key

    client.post(reverse("admin:login"), RIGHT)

    assert client.session.session_key != planted
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert thief.get(reverse("admin:index")).status_code == 302


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else(client, to):
    make.user(**RIGHT)
    answer = client.post(f"{reverse('admin:login')}?next={to}", {**RIGHT, "next": to})
    assert "evil" not in answer["Location"]
    assert answer["Location"].startswith("/admin/")


def test_no_page_takes_a_form_without_its_token(shop, owner):
    rows.of_every_kind(shop)
    forged = Client(enforce_csrf_checks=True)
    forged.cookies = owner.cookies
    codes = {
        forged.post(address, {"post": "yes"}).status_code for _name, address in addressed(shop)
    }
    assert codes <= {403, 404}


def test_no_search_and_no_filter_reaches_the_database_as_sql(client, shop):
    rows.of_every_kind(shop)
    client.force_login(make.user(is_superuser=True))
    for model in MODELS:
        page = reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist")
        query = QUERIES[len(page) % len(QUERIES)]
        asked = {"q": query, "shop__id__exact": query, "id__gt": query, "o": "1", "shop": query}
        assert client.get(page, asked).status_code in {200, 302, 400}, (page, query)
    assert Shop.objects.filter(pk=shop.pk).exists()


def test_what_customers_write_runs_on_no_page(client, shop):
    rows.of_every_kind(shop)
    told = {"first_name": SCRIPT, "last_name": SCRIPT, "country": SCRIPT, "attributes": {SCRIPT: 1}}
    Customer.objects.filter(shop=shop).update(**told)
    ann = Customer.objects.filter(shop=shop).earliest("pk")
    make.touchpoint(ann, kind="review.written", unread=True,
                    data={"text": f"Nice {SCRIPT}", "title": SCRIPT, "rating": 5})  # fmt: skip
    make.touchpoint(ann, kind="page.viewed", data={"path": SCRIPT, "title": SCRIPT})
    reading.read()
    assert Touchpoint.objects.filter(shop=shop, data__icontains="script").exists()
    client.force_login(make.user(is_superuser=True))
    lists = [reverse(f"admin:{m._meta.label_lower.replace('.', '_')}_changelist") for m in MODELS]
    shown = ""
    for address in [*lists, *(address for _name, address in addressed(shop))]:
        answer = client.get(address)
        shown += "" if answer.streaming else answer.content.decode()
    assert "&lt;script&gt;alert(1)" in shown
    assert SCRIPT not in shown


def test_a_form_changes_no_more_than_it_shows(owner, shop):
    other = make.shop()
    seat = Seat.objects.get(shop=shop)
    more = {"role": "owner", "shop": other.pk, "is_superuser": "on", "user": make.user().pk,
            "webhook_secret_sealed": "x", "is_staff": "on"}  # fmt: skip
    owner.post(reverse("admin:shops_seat_change", args=[seat.pk]), more)
    owner.post(reverse("admin:shops_shop_change", args=[shop.pk]), {**more, "name": "N"})

    kept = Seat.objects.get(pk=seat.pk)
    assert (kept.shop, kept.user) == (shop, seat.user)
    assert not User.objects.filter(is_superuser=True).exists()
    assert Shop.objects.get(pk=shop.pk).webhook_secrets == shop.webhook_secrets


def test_a_secret_is_on_no_page_that_nobody_asked_to_show_it(client, shop):
    rows.of_every_kind(shop)
    client.force_login(make.user(is_superuser=True))
    shows = {"shops_shop_connected", "shops_shop_site"}  # where it is copied from
    for name, address in addressed(shop):
        answer = client.get(address)
        if name not in shows and not answer.streaming:
            shown = answer.content.decode()
            assert shop.webhook_secrets[0] not in shown, name
            assert shop.webhook_secret_sealed not in shown, name


def test_every_page_forbids_frames_and_guessing_and_tells_no_other_site_where_one_was(owner):
    for address in (reverse("admin:index"), reverse("admin:login"), "/api/v1/docs/"):
        answer = owner.get(address)
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] == "same-origin"
        sources = dict(part.split(" ", 1) for part in answer["Content-Security-Policy"].split("; "))
        assert "unsafe-inline" not in sources["script-src"]
        assert sources["frame-ancestors"] == sources["base-uri"] == "'none'"
