"""Signing in with a second factor, on which devices, and what a shop may demand."""

import base64
import hashlib
import hmac
import struct
import time

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from shops.models import Seat
from tests import axe, make
from tests.browsing import IN_A_BROWSER

pytestmark = pytest.mark.django_db
RIGHT = {"username": "ann", "password": "secret-pass-1"}
INSIDE = "/admin/password_change/"


def code(secret: str, step: int = 0) -> str:
    """The code of RFC 6238 for this half minute, or one near it."""
    moment = struct.pack(">Q", int(time.time()) // 30 + step)
    digest = hmac.new(base64.b32decode(secret), moment, hashlib.sha1).digest()
    place = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[place : place + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def sign_in(client, **more):
    return client.post(reverse("admin:login"), RIGHT, **more)


def is_inside(client):
    return client.get(INSIDE).status_code == 200


@pytest.fixture
def ann():
    user = make.user(**RIGHT)
    Seat.objects.create(shop=make.shop(), user=user, role="owner")
    return user


def enrol(client):
    """Set up an app as somebody who is signed in; its secret."""
    again = client.get(reverse("mfa_activate_totp"))["Location"]
    client.post(again, {"password": RIGHT["password"]})
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    answer = client.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    return secret


def shown(client, page):
    """What a form would send if nothing were changed."""
    form = client.get(page).context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in values.items()}


def test_with_an_app_the_password_alone_opens_nothing(client, ann):
    sign_in(client)
    secret = enrol(client)
    recovery = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    call_command("rotate_secrets")
    client.logout()

    assert sign_in(client)["Location"] == reverse("mfa_authenticate")
    before = client.session.session_key
    assert not is_inside(client)
    assert client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    assert not is_inside(client)
    client.post(reverse("mfa_authenticate"), {"code": code(secret, -9)})
    assert not is_inside(client)  # a code of another half minute
    client.post(reverse("mfa_authenticate"), {"code": recovery[0]})
    assert is_inside(client)
    assert client.session.session_key != before  # whoever knew the one before is outside
    client.logout()
    sign_in(client)
    client.post(reverse("mfa_authenticate"), {"code": recovery[0]})
    assert not is_inside(client)  # once


def test_wrong_codes_are_counted_as_wrong_passwords_are(client, ann):
    sign_in(client)
    secret = enrol(client)
    client.logout()
    sign_in(client)
    door = reverse("mfa_authenticate")
    codes = [client.post(door, {"code": f"00000{n}"}).status_code for n in range(5)]
    assert codes == [200, 200, 200, 200, 429]
    client.post(door, {"code": code(secret)})
    assert not is_inside(client)
    assert sign_in(client).status_code == 429


def test_a_shop_may_demand_a_second_factor(client, ann):
    shop = Seat.objects.get().shop
    sign_in(client)
    assert is_inside(client)
    page = reverse("admin:shops_shop_change", args=[shop.pk])
    client.post(page, {**shown(client, page), "demands_second_factor": "on"})
    shop.refresh_from_db()
    assert shop.demands_second_factor

    led = client.get(reverse("admin:index"), follow=True)
    assert led.redirect_chain == [(reverse("mfa_index"), 302)]
    assert f"{shop} demands" in led.content.decode()
    enrol(client)
    assert is_inside(client)
    kept = client.post(reverse("mfa_deactivate_totp"))
    assert kept.status_code == 200
    assert Authenticator.objects.filter(type="totp").exists()
    other = Client()
    other.force_login(make.user())
    assert is_inside(other)


def test_only_who_may_seat_people_changes_what_is_demanded(client, ann):
    shop = Seat.objects.get().shop
    developer = make.user()
    Seat.objects.create(shop=shop, user=developer, role="developer")
    client.force_login(developer)
    page = reverse("admin:shops_shop_change", args=[shop.pk])
    client.post(
        page,
        {
            **shown(client, page),
            "demands_second_factor": "on",
            "demands_approval": "on",
            "name": "Renamed",
        },
    )
    shop.refresh_from_db()
    assert shop.name == "Renamed"
    assert (shop.demands_second_factor, shop.demands_approval) == (False, False)


def test_one_signs_out_on_all_other_devices(client, ann):
    phone = Client(HTTP_USER_AGENT="Phone")
    sign_in(client)
    sign_in(phone)
    assert "Phone" in client.get(reverse("usersessions_list")).content.decode()
    client.post(reverse("usersessions_list"))
    assert is_inside(client)
    assert not is_inside(phone)


@pytest.mark.usefixtures("ann")
class TestPasskeys:
    pytestmark = [*IN_A_BROWSER, axe.WITH_AXE]

    def test_a_passkey_signs_in_alone(self, page, complaints, live_server):
        keys = page.context.new_cdp_session(page)
        keys.send("WebAuthn.enable")
        device = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
        device |= {"hasUserVerification": True, "isUserVerified": True}
        device["automaticPresenceSimulation"] = True
        keys.send("WebAuthn.addVirtualAuthenticator", {"options": device})
        at = live_server.url.replace("127.0.0.1", "localhost")
        page.goto(f"{at}/admin/")
        page.fill("#id_username", RIGHT["username"])
        page.fill("#id_password", RIGHT["password"])
        page.press("#id_password", "Enter")
        page.wait_for_selector(".wm-head")
        for name in ("usersessions_list", "mfa_index"):
            page.goto(at + reverse(name))
        page.get_by_role("link", name="Add a passkey").click()
        found = axe.faults(page)
        page.fill("#id_password", RIGHT["password"])
        page.press("#id_password", "Enter")
        page.wait_for_selector("#add-passkey")
        found += axe.faults(page)
        page.click("#add-passkey")
        page.wait_for_selector(".wm-codes")
        found += axe.faults(page)
        for name in ("mfa_list_webauthn", "mfa_activate_totp"):
            page.goto(at + reverse(name))
            found += axe.faults(page)
        assert found == []
        page.context.clear_cookies()

        page.goto(f"{at}/admin/")
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.wait_for_selector(".wm-head")
        assert complaints == []
