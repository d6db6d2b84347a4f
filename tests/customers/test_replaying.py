"""Deliveries of a time range are read again, from the admin and by command."""

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils.timezone import now

from shops.models import Delivery
from tests import make

pytestmark = pytest.mark.django_db


def delivery(shop, hours, status="quarantined"):
    at = now() - timedelta(hours=hours)
    return Delivery.objects.create(
        shop=shop, message_id=f"m{hours}", topic="order.placed", status=status, body=b"{}",
        received_at=at, digested_at=at,
    )  # fmt: skip


@pytest.fixture
def shop():
    made = make.shop()
    for hours in (1, 5, 9):
        delivery(made, hours)
    delivery(made, 4, "processed")
    delivery(make.shop(), 5)
    return made


def waiting():
    return sorted(Delivery.objects.filter(digested_at=None).values_list("message_id", flat=True))


def test_the_command_replays_a_range(shop):
    said = StringIO()
    since, until = (now() - timedelta(hours=h) for h in (8, 2))
    call_command(
        "replay_deliveries", shop.key, since=since.isoformat(), until=until.isoformat(),
        status="quarantined", stdout=said,
    )  # fmt: skip
    assert waiting() == ["m5"]
    assert said.getvalue().startswith("1 deliveries")


def test_the_command_replays_everything(shop):
    call_command("replay_deliveries", shop.key, stdout=StringIO())
    assert waiting() == ["m1", "m4", "m5", "m9"]


def test_the_command_knows_only_shops_there_are():
    with pytest.raises(CommandError, match="no shop with the key 'nobody'"):
        call_command("replay_deliveries", "nobody")


def said_of(shop):
    since, until = now() - timedelta(hours=8), now() - timedelta(hours=2)
    return {
        "shop": shop.pk, "status": "quarantined",
        "since_0": f"{since:%Y-%m-%d}", "since_1": f"{since:%H:%M:%S}",
        "until_0": f"{until:%Y-%m-%d}", "until_1": f"{until:%H:%M:%S}",
    }  # fmt: skip


def test_the_admin_replays_a_range(client, shop):
    client.force_login(make.user(is_superuser=True))
    page = reverse("admin:shops_delivery_replay_range")
    assert client.get(page).status_code == 200
    assert client.post(page, said_of(shop)).status_code == 302
    assert waiting() == ["m5"]


def test_nobody_replays_another_shop(client, shop):
    user = make.user()
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="shops"))
    make.shop().staff.add(user)
    client.force_login(user)
    answer = client.post(reverse("admin:shops_delivery_replay_range"), said_of(shop))
    assert answer.status_code == 200
    assert waiting() == []


def test_who_may_not_see_personal_data_sees_it_masked(client):
    shop, user = make.shop(), make.user()
    shop.staff.add(user)
    found = Delivery.objects.create(
        shop=shop, message_id="m", topic="t", body=b'{"email": "ann@example.com", "id": 7}'
    )
    client.force_login(user)
    user.user_permissions.set(Permission.objects.filter(codename="view_delivery"))
    page = f"/admin/shops/delivery/{found.pk}/change/"
    assert "ann@example.com" not in client.get(page).content.decode()
    user.user_permissions.add(Permission.objects.get(codename="see_personal_data"))
    assert "ann@example.com" in client.get(page).content.decode()
