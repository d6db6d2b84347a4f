"""Addresses that somebody typed in never lead inside."""

import socket

import pytest

from shops import reaching
from tests.shops.receiver import receiving

INSIDE = [
    "127.0.0.1", "10.0.0.1", "172.16.5.5", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1",  # noqa: S104
    "ff02::1",
    "::7f00:1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1", "fec0::1", "2001::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_refused(address):
    assert not reaching.is_outside(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1"])
def test_an_address_outside_is_not(address):
    assert reaching.is_outside(address)


@pytest.mark.parametrize(
    "url",
    ["http://localhost/", "http://127.1/", "http://2130706433/", "http://0177.0.0.1/", "http://0x7f.1/",
     "http://[::ffff:7f00:1]/",
     "http://[64:ff9b::7f00:1]/", "http://[::1]/", "ftp://x.org/",
     "file:///etc/passwd", "http:///x", "nothing", "http://user@127.0.0.1/", "http://x:99999/",
     "https://k]x/"],
)  # fmt: skip
def test_a_url_that_leads_inside_or_nowhere_is_refused(url):
    with pytest.raises(reaching.Unreachable):
        reaching.call("POST", url)


def test_a_name_with_one_address_inside_is_refused(monkeypatch):
    both = [(socket.AF_INET, 1, 6, "", (ip, 80)) for ip in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: both)
    with pytest.raises(reaching.Unreachable, match="private network"):
        reaching.check("http://rebinding.example.com/")


def test_a_name_is_resolved_once_and_that_address_called(settings, monkeypatch):
    settings.OUTGOING_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    resolve, answers = socket.getaddrinfo, ["127.0.0.1", "127.0.0.2"]

    def rebinding(host, *args, **kwargs):
        asked = answers.pop(0) if host == "rebinding.example.com" else host
        return resolve(asked, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    with receiving() as receiver:
        url = receiver.url.replace("127.0.0.1", "rebinding.example.com")
        assert reaching.call("POST", url, content=b"{}").status == 200
    assert answers == ["127.0.0.2"]
    assert receiver.calls[0][0]["host"].startswith("rebinding.example.com:")


def test_a_redirect_to_the_inside_is_an_answer_and_not_followed(settings):
    settings.OUTGOING_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    with receiving() as receiver:
        receiver.statuses = [307]
        receiver.headers_of_answer = {"Location": "http://169.254.169.254/latest/"}
        assert reaching.call("POST", receiver.url, content=b"{}").status == 307
    assert len(receiver.calls) == 1


def test_an_operator_may_allow_a_network(settings):
    settings.OUTGOING_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    with receiving() as receiver:
        assert reaching.call("POST", receiver.url, content=b"{}").status == 200
    assert receiver.calls[0][0]["host"] == receiver.url.split("/")[2]
