"""The page of one shop: codes are picked by name, and what depends is asked when it applies."""

from datetime import time

import pytest
from django.urls import reverse
from django.utils.translation import override

from shops import locales
from shops.models import AuditEntry, Shop
from tests import make
from tests.browsing import IN_A_BROWSER, sign_in


def page_of(shop):
    return reverse("admin:shops_shop_change", args=[shop.pk])


def saved(client, shop, **said):
    """The page as its form stands, with these answers."""
    form = client.get(page_of(shop)).context["adminform"].form
    shown = {name: form[name].value() for name in form.fields}
    kept = {
        name: value for name, value in shown.items() if value is not None and value is not False
    }
    return client.post(page_of(shop), {**kept, **said}, follow=True)


@pytest.fixture
def shop():
    return make.shop(language="de", currency="EUR", timezone="Europe/Berlin")


@pytest.fixture
def owner(client, shop):
    return make.signed_in(client, shop, "owner")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ["German", "Euro · EUR", "Berlin, Germany (UTC+0", "Asia"]),
        ("zh-hans", ["德语", "欧元 · EUR", "柏林, 德国 (UTC+0", "亚洲"]),
    ],
)
def test_codes_are_picked_by_the_readers_names(owner, shop, language, names):
    page = owner.get(page_of(shop), headers={"accept-language": language}).content.decode()

    for name in names:
        assert name in page
    assert "site" not in dict(Choices.of(owner, shop, "connector"))


class Choices:
    """What a field of the page offers."""

    @staticmethod
    def of(client, shop, name):
        return list(client.get(page_of(shop)).context["adminform"].form.fields[name].choices)


@pytest.mark.django_db
def test_what_is_kept_already_is_offered_although_nobody_lists_it(owner, shop):
    Shop.objects.update(currency="DEM", timezone="US/Pacific")

    saved(owner, shop, name="Teas")

    shop.refresh_from_db()
    assert (shop.name, shop.currency, shop.timezone) == ("Teas", "DEM", "US/Pacific")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "code"), [("timezone", "Mars/Base"), ("currency", "QQQ"), ("language", "qq")]
)
def test_a_code_that_is_none_is_refused_at_its_field(owner, shop, field, code):
    answer = saved(owner, shop, **{field: code})

    assert list(answer.context["adminform"].form.errors) == [field]


@pytest.mark.django_db
def test_quiet_hours_are_on_with_both_times_or_off_with_none(owner, shop):
    half = saved(owner, shop, is_quiet_at_night="on", quiet_from="22:00")
    assert list(half.context["adminform"].form.errors) == ["quiet_until"]
    same = saved(owner, shop, is_quiet_at_night="on", quiet_from="22:00", quiet_until="22:00")
    assert list(same.context["adminform"].form.errors) == ["quiet_until"]

    saved(owner, shop, is_quiet_at_night="on", quiet_from="22:00", quiet_until="07:00")
    shop.refresh_from_db()
    assert (shop.quiet_from, shop.quiet_until) == (time(22), time(7))
    assert owner.get(page_of(shop)).context["adminform"].form["is_quiet_at_night"].value()

    off = {"is_quiet_at_night": ""}
    saved(owner, shop, **off)
    shop.refresh_from_db()
    assert (shop.quiet_from, shop.quiet_until) == (None, None)
    changes = AuditEntry.objects.filter(shop=shop).latest("number").changes
    assert "is_quiet_at_night" in changes


@pytest.mark.django_db
def test_a_new_shop_begins_with_what_most_have(admin_client):
    page = admin_client.get(reverse("admin:shops_shop_add"))

    form = page.context["adminform"].form
    shown = {name: form[name].value() for name in ("language", "currency", "timezone")}
    assert shown == {"language": "en", "currency": "EUR", "timezone": "UTC"}
    assert "Signing secret" not in page.content.decode()


@pytest.mark.django_db
def test_who_may_only_read_reads_names(client, shop):
    marketer = make.signed_in(client, shop, "marketer")

    page = marketer.get(page_of(shop)).content.decode()

    assert "German" in page
    assert "Berlin, Germany" in page
    assert "is_quiet_at_night" not in page


def test_every_zone_has_a_name_in_every_language():
    for language in ("en", "zh-hans"):
        with override(language):
            known = [pair for _region, zones in locales.zones()[1:] for pair in zones]
        assert len(known) > 350
        assert all("(UTC" in name and "_" not in name for _code, name in known)


class TestInABrowser:
    pytestmark = IN_A_BROWSER

    def test_a_zone_is_found_by_typing_and_times_show_when_asked(self, page, live_server):
        shop = make.shop()
        sign_in(page, live_server.url)
        page.goto(live_server.url + page_of(shop))
        page.click(".field-timezone .select2-selection")
        page.keyboard.type("berl")
        page.keyboard.press("Enter")
        assert not page.is_visible("#id_quiet_from")
        page.check("#id_is_quiet_at_night", force=True)
        assert page.is_visible("#id_quiet_from")
        page.fill("#id_quiet_from", "21:30")
        page.click("[name=_continue]")

        assert "Say a time" in page.inner_text(".field-quiet_until")
        page.fill("#id_quiet_until", "08:00")
        page.click("[name=_continue]")

        kept = Shop.objects.filter(timezone="Europe/Berlin", quiet_until="08:00")
        assert kept.exists()
        assert not page.is_visible("#id_key")
