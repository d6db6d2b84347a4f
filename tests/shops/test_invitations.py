"""Links that let somebody join one team: once, for a week, as what the owner said."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from shops.models import AuditEntry, Invitation, Seat, User
from tests import make

pytestmark = pytest.mark.django_db
ASKED = reverse("admin:shops_seat_invite")
NEW = {
    "username": "bob",
    "first_name": "Bob",
    "password1": "long enough 7",
    "password2": "long enough 7",
}


@pytest.fixture
def shop():
    return make.shop()


def mailed():
    """The link of the last mail, without the server's name."""
    return re.findall(r"/admin/you/join/\S+", str(mail.outbox[-1].body))[0]


@pytest.fixture
def link(client, shop):
    """An owner invites Bob as an analyst; the address of the link in his mail."""
    user = make.user()
    Seat.objects.create(shop=shop, user=user, role="owner")
    client.force_login(user)
    client.post(ASKED, {"shop": shop.pk, "email": "bob@example.org", "role": "analyst"})
    return mailed()


def test_whoever_is_invited_joins_by_the_link_once(link, shop):
    bob, thief = Client(), Client()
    assert "Analyst" in bob.get(link).content.decode()
    answer = bob.post(link, NEW, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("admin:index")
    seat = Seat.objects.get(user__username="bob")
    assert (seat.shop, seat.role, seat.user.email) == (shop, "analyst", "bob@example.org")
    assert not seat.user.is_superuser
    assert AuditEntry.objects.filter(shop=shop, who="bob", action="join").exists()

    assert thief.get(link).status_code == 410
    assert thief.post(link, {**NEW, "username": "eve"}).status_code == 410
    assert not User.objects.filter(username="eve").exists()


def test_somebody_with_an_account_gets_a_seat_and_keeps_the_role_they_have(client, link, shop):
    client.post(link)  # the owner opens it themselves
    assert set(Seat.objects.values_list("role", flat=True)) == {"owner"}

    client.post(ASKED, {"shop": shop.pk, "email": "cy@example.org", "role": "marketer"})
    again = mailed()
    cy = Client()
    cy.force_login(make.user(username="cy"))
    cy.post(again)
    assert Seat.objects.get(user__username="cy").role == "marketer"


@pytest.mark.parametrize("end", ["late", "withdrawn", "asked again", "forged"])
def test_a_link_that_ended_lets_nobody_in(client, link, shop, end):
    if end == "late":
        Invitation.objects.update(expires_at=now() - timedelta(seconds=1))
    elif end == "withdrawn":
        client.post(reverse("admin:shops_seat_invite_end", args=[Invitation.objects.get().pk]))
    elif end == "asked again":
        client.post(ASKED, {"shop": shop.pk, "email": "bob@example.org", "role": "agent"})
    else:
        link = link[:-4] + "AAA/"
    stranger = Client()
    assert stranger.post(link, NEW).status_code == 410
    assert not User.objects.filter(username="bob").exists()


def test_nobody_invites_to_a_shop_they_do_not_own(client, link, shop):
    other = make.shop()
    told = {"shop": other.pk, "email": "eve@example.org", "role": "owner"}
    client.post(ASKED, told)
    client.post(reverse("admin:shops_seat_invite_end", args=[Invitation.objects.get().pk + 1]))
    marketer = make.user()
    Seat.objects.create(shop=other, user=marketer, role="marketer")
    client.force_login(marketer)
    assert client.post(ASKED, told).status_code == 403
    client.post(reverse("admin:shops_seat_invite_end", args=[Invitation.objects.get().pk]))
    assert list(Invitation.objects.values_list("shop", "revoked_at")) == [(shop.pk, None)]
