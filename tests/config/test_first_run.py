"""From an empty server to the first campaign, in a browser; a demo shop comes and goes."""

import pytest
from django.core.management import call_command
from django.urls import reverse

from campaigns import replay_queue
from campaigns.models import Campaign, Message
from config import demo_shop, first_run
from customers import file_imports
from customers.models import Customer, Order, OrderLine
from shops import removing
from shops.demo_models import DemoShop
from shops.models import Shop, User
from tests import axe, make, rows
from tests.browsing import IN_A_BROWSER

PEOPLE = "id,email,first name,opt-in,consent_at,consent_how\n" + "".join(
    f"{n},p{n}@example.com,Ann,yes,2026-01-05,form\n" for n in range(20)
)
ORDERS = """\
InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
1,a,Mug,2,2025-09-01 10:00:00,4.5,17850,France
2,a,Mug,1,2025-11-02 10:00:00,4.5,17850,France
3,b,Tea,1,2025-11-03 10:00:00,4.5,,France
C2,a,Mug,-1,2025-11-04 10:00:00,4.5,17850,France
"""


def account_made(page):
    """What axe says of the page of the first account, and of the one that it leads to."""
    found = axe.faults(page)
    page.fill("#id_username", "ann")
    page.fill("#id_email", "ann@example.com")
    page.fill("#id_password", "a-long-pass-1")
    page.click("text=Create the account")
    page.wait_for_selector(".wm-platforms")
    return found + axe.faults(page)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@IN_A_BROWSER[2]
@axe.WITH_AXE
def test_seven_steps_lead_from_an_empty_server_to_a_running_campaign(
    page, complaints, live_server, tmp_path, capsys
):
    call_command("first_account")
    code = first_run.code()
    assert f"/welcome/{code}/" in capsys.readouterr().out
    page.goto(f"{live_server.url}/welcome/{code}/")
    found = account_made(page)
    page.check("[name=connector][value=generic]")
    page.fill("#id_name", "Ann's teas")
    page.click("text=Next")
    page.wait_for_selector("#file")
    shop = Shop.objects.get()
    assert str(Shop.objects.get().staff.get()) == "ann"

    (tmp_path / "people.csv").write_text(PEOPLE)
    page.set_input_files("#file", tmp_path / "people.csv")
    page.click("text=Look at it")
    page.click("button[value=import]")
    page.wait_for_selector("#wm-progress")
    file_imports.run_waiting()
    page.click("text=Go on with setting up")
    assert Customer.objects.filter(shop=shop).count() == 20

    page.fill("#id_from_email", "hello@teas.example")
    page.click("text=Check the domain")
    page.click(".wm-first-foot >> text=Go on")  # the records can follow later
    page.goto(f"{live_server.url}/admin/")  # somebody stops here, and comes back
    page.click("nav a:has-text('Set up')")
    page.click("button[value=welcome]")
    page.click("text=Replay the last 30 days")
    page.wait_for_selector("[data-replay]")
    replay_queue.run_waiting()
    page.click(".wm-first form >> text=Go on")
    page.click("form button.wm-primary:has-text('Launch')")
    page.wait_for_selector(".wm-done")
    found += axe.faults(page)
    assert found == []

    assert Campaign.objects.get().status == "running"
    assert first_run.next_step(Shop.objects.get()) == ""
    assert complaints == []


@pytest.mark.django_db
def test_the_first_account_is_made_once_and_only_with_the_code(client):
    said = {"username": "ann", "email": "ann@example.com", "password": "a-long-pass-1"}
    assert client.post("/welcome/guess/", said).status_code == 404
    address = reverse("welcome", args=[first_run.code()])

    assert client.post(address, {**said, "password": "12345678"}).status_code == 200
    assert client.post(address, said).status_code == 302
    assert client.post(address, {**said, "username": "bob"}).status_code == 404
    assert client.get(address).status_code == 404
    assert list(User.objects.values_list("username", "is_superuser")) == [("ann", True)]


@pytest.mark.django_db
def test_whoever_does_not_own_a_shop_cannot_set_it_up(client):
    shop, user = make.shop(), make.user()
    shop.staff.add(user, through_defaults={"role": "marketer"})
    client.force_login(user)

    for step in ("customers", "sender", "launch"):
        assert client.get(reverse("first-run-step", args=[shop.key, step])).status_code == 404
    assert client.get(reverse("first-run-shop")).status_code == 403
    assert client.post(reverse("demo-shop-add")).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_a_demo_shop_comes_and_goes_and_takes_nothing_of_others_along(
    client, monkeypatch, tmp_path
):
    other = make.shop()
    rows.of_every_kind(other)
    (tmp_path / "history.csv").write_text(ORDERS)
    monkeypatch.setattr(demo_shop, "HISTORY", tmp_path / "history.csv")
    monkeypatch.setattr(demo_shop, "ONE_IN", 1)
    client.force_login(make.user(is_superuser=True))

    client.post(reverse("demo-shop-add"))
    client.post(reverse("demo-shop-add"))
    demo = DemoShop.objects.get()
    assert demo_shop.run_waiting() == 1
    assert demo_shop.run_waiting() == 0
    page = client.get(reverse("demo-shop", args=[demo.pk])).content.decode()
    assert "Look around" in page
    assert Order.objects.filter(shop=demo.shop).count() == 3

    kept = counts(other)
    rows.of_every_kind(demo.shop)
    client.post(reverse("demo-shop-remove", args=[demo.pk]))
    client.post(reverse("demo-shop-remove", args=[demo.pk]))
    monkeypatch.setattr(removing, "BATCH", 2)
    assert demo_shop.run_waiting() == 1
    assert list(Shop.objects.all()) == [other]
    assert counts(other) == kept
    assert OrderLine.objects.exclude(shop=other).count() == 0
    assert Message.objects.exclude(shop=other).count() == 0
    assert "It is gone" in client.get(reverse("demo-shop", args=[demo.pk])).content.decode()


def counts(shop):
    return {table.name: removing._count(table, shop) for table in removing.in_order()}


@pytest.mark.django_db
def test_a_shop_that_is_no_demo_cannot_be_removed(client):
    shop = make.shop()
    client.force_login(make.user(is_superuser=True))

    client.post(reverse("demo-shop-remove", args=[shop.pk]))

    assert demo_shop.run_waiting() == 0
    assert Shop.objects.filter(pk=shop.pk).exists()
