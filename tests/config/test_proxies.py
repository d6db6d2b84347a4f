"""Whose word counts about where a request comes from, as the audit trail and the limits see it."""

import pytest
from allauth.usersessions.models import UserSession
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from campaigns import page_limits
from shops.limits import Limits
from shops.models import AuditEntry
from tests import make

pytestmark = pytest.mark.django_db
RIGHT = {"username": "ann", "password": "secret-pass-1"}
ANN, LIE, PROXY, OUTER = "203.0.113.9", "198.51.100.66", "10.1.2.3", "10.9.9.9"
NETWORKS = ["10.0.0.0/8", "fd00::/8"]


def told(peer, forwarded, path="/admin/login/"):
    """The address that the audit trail tells of a wrong password."""
    more = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded is not None else {}
    Client().post(path, {"username": "ann", "password": "guess"}, REMOTE_ADDR=peer, **more)
    return AuditEntry.objects.latest("pk").ip


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        (PROXY, ANN, ANN),
        (PROXY, f"{LIE}, {ANN}", ANN),  # what a caller wrote stands left of what the proxy did
        (PROXY, f"{LIE},{ANN} , {OUTER}", ANN),  # two proxies
        (PROXY, f"{ANN}, {LIE}, {OUTER}", LIE),  # the right-most that is not trusted
        (ANN, LIE, ANN),  # around the proxy
        (PROXY, None, PROXY),
        (PROXY, "", PROXY),
        (PROXY, OUTER, OUTER),  # a proxy's own call
        ("fd00::5", "2001:db8::7", "2001:db8::7"),
        ("::ffff:10.1.2.3", "::ffff:203.0.113.9", ANN),  # IPv4 on an IPv6 socket
        (PROXY, f"{ANN}:4711", ANN),
        (PROXY, "[2001:DB8::7]:4711", "2001:db8::7"),
        ("2001:db8::7", LIE, "2001:db8::7"),
    ],
)
def test_networks_are_believed_as_far_as_they_wrote(settings, peer, forwarded, address):
    settings.TRUSTED_PROXIES = NETWORKS
    assert told(peer, forwarded) == address


@pytest.mark.parametrize(
    "bad",
    ["unknown", "_hidden", "1.2.3", "1.2.3.4.5", "fe80::1%eth0", "[::1", "::1]", "<b>", "'", ",",
     "010.1.1.1", "203.0.113.9/8", "x" * 4000, ", " * 2000],
)  # fmt: skip
def test_what_is_no_address_is_the_proxys(settings, bad):
    settings.TRUSTED_PROXIES = NETWORKS
    assert told(PROXY, f"{LIE}, {bad}") in {PROXY, "::1"}
    assert told(PROXY, f"{bad}, {OUTER}") in {OUTER, "::1"}


@pytest.mark.parametrize(
    ("most", "forwarded", "address"),
    [
        ("1", f"{LIE}, {ANN}", ANN),
        ("2", f"{LIE}, {ANN}, {OUTER}", ANN),
        ("2", ANN, ANN),
        ("1", "unknown", "192.0.2.1"),
        ("0", LIE, "192.0.2.1"),
    ],
)
def test_a_number_counts_hops_from_the_right(settings, most, forwarded, address):
    settings.TRUSTED_PROXIES = [most]
    assert told("192.0.2.1", forwarded) == address


def test_nobody_is_believed_who_is_not_named():
    assert told("127.0.0.1", LIE) == "127.0.0.1"
    assert told(PROXY, LIE) == PROXY


@pytest.mark.parametrize("named", [["10.0.0.1/8"], ["proxy.example"], ["1", "2"], ["-1"]])
def test_a_setting_that_says_neither_stops_the_server(settings, named):
    settings.TRUSTED_PROXIES = named
    with pytest.raises(ImproperlyConfigured, match="TRUSTED_PROXIES is a number"):
        Client().get("/admin/login/")


def test_guessing_locks_out_the_guesser_alone(settings):
    settings.TRUSTED_PROXIES = NETWORKS
    make.user(**RIGHT)
    door = reverse("admin:login")

    def sign_in(client, address, password):
        who = {**RIGHT, "password": password}
        seen = {"REMOTE_ADDR": PROXY, "HTTP_X_FORWARDED_FOR": address}
        return client.post(door, who, **seen).status_code

    # Another lie each time, before the address that the proxy adds.
    tries = [sign_in(Client(), f"192.0.2.{n}, {LIE}", f"guess {n}") for n in range(5)]
    assert tries[-1] == 429
    ann = Client()
    assert sign_in(ann, ANN, RIGHT["password"]) == 302
    assert UserSession.objects.get().ip == ANN  # among their devices


def test_whoever_tries_links_is_made_to_wait_and_not_the_proxy(settings, client, monkeypatch):
    monkeypatch.setattr(page_limits, "STRANGERS", Limits())
    settings.TRUSTED_PROXIES, settings.WEB_PROCESSES = NETWORKS, 1

    def tried(address):
        seen = {"REMOTE_ADDR": PROXY, "HTTP_X_FORWARDED_FOR": address}
        return client.get("/u/1.forged/", **seen).status_code

    assert 429 in [tried(f"192.0.2.{n}, {LIE}") for n in range(40)]
    assert tried(ANN) == 404
