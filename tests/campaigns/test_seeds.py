"""A mail goes to the shop's own addresses, and no figure knows of it."""

import pytest

from campaigns.models import CaughtMail, MailSettings, Message, Signal
from customers.models import Touchpoint
from tests import make
from tests.campaigns import build

PAGE = "/admin/campaigns/template/"
SETTINGS = "/admin/campaigns/mailsettings/"


def form(shop, seeds):
    return {"shop": shop.pk, "utm_source": "", "dkim_selector": "waymark", "seeds": seeds}


@pytest.mark.django_db
def test_seeds_are_addresses(admin_client):
    shop = build.shop()

    for wrong in ("not an address", "\n".join(f"{n}@seed.example" for n in range(51))):
        admin_client.post(f"{SETTINGS}add/", form(shop, wrong))
        assert not MailSettings.objects.exists()
    admin_client.post(f"{SETTINGS}add/", form(shop, "a@one.example, b@two.example\na@one.example"))

    assert MailSettings.objects.get().seeds == "a@one.example\nb@two.example"


def test_a_template_goes_to_each_seed_and_into_no_figure(mail_catcher, admin_client):
    shop = build.shop(from_email="news@shop.example")
    MailSettings.objects.create(shop=shop, seeds="a@one.example\nb@two.example", tracks_opens=True)
    template = build.template(shop)
    make.customer(shop, first_name="Somebody", consents=("email",))
    call = {"action": "send_to_seeds", "_selected_action": [template.pk]}

    said = admin_client.post(PAGE, call, follow=True).content.decode()

    caught = CaughtMail.objects.order_by("recipient")
    assert [each.recipient for each in caught] == ["a@one.example", "b@two.example"]
    assert {each.subject for each in caught} == {"Hello Ann"}
    assert "Somebody" not in str([bytes(each.raw) for each in caught])
    assert "a@one.example" in said
    for model in (Message, Signal):
        assert not model.objects.exists()
    assert not Touchpoint.objects.filter(kind__startswith="message.").exists()


@pytest.mark.django_db
def test_without_seeds_the_page_says_so(admin_client):
    template = build.template(build.shop())
    call = {"action": "send_to_seeds", "_selected_action": [template.pk]}

    assert "no seed addresses" in admin_client.post(PAGE, call, follow=True).content.decode()
