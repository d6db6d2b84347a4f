"""A key of one shop sees and changes nothing of another, on any route there is."""

from typing import Any

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from assistant.models import Question
from campaigns.models import Campaign, Message
from customers.models import Customer, Order
from journeys.models import Journey
from reviews_nlp.models import Review
from segments.models import Segment
from shops.models import Delivery, Endpoint, OutgoingEvent, Product
from tests import make
from tests.api.calling import BASE, Caller

pytestmark = pytest.mark.django_db

# How a route's {id} names a row of the shop.
NAMED_BY: dict[str, tuple[Any, str]] = {
    "absences": (Customer, "external_id"),
    "campaigns": (Campaign, "key"),
    "customers": (Customer, "external_id"),
    "deliveries": (Delivery, "pk"),
    "endpoints": (Endpoint, "pk"),
    "journeys": (Journey, "key"),
    "messages": (Message, "pk"),
    "orders": (Order, "external_id"),
    "products": (Product, "external_id"),
    "profiles": (Customer, "external_id"),
    "questions": (Question, "pk"),
    "recommendations": (Customer, "external_id"),
    "reviews": (Review, "pk"),
    "scores": (Customer, "external_id"),
    "segments": (Segment, "key"),
}
CHOICES = {"ways": "30"}  # whose ids are no row's
SPAN = {"since": "2000-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z"}


def routes():
    """Each route of the API as (pattern, method), from the URL conf."""

    def walk(patterns: Any, before: str) -> Any:
        for pattern in patterns:
            path = before + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, path)
            elif isinstance(pattern, URLPattern) and hasattr(pattern.callback, "actions"):
                for method in pattern.callback.actions:
                    yield path, method.upper()

    return sorted(set(walk(get_resolver().url_patterns, "")), key=str)


ROUTES = routes()


def address(pattern, shop):
    """The route's address with an id of the shop's."""
    path = pattern.removeprefix("api/v1/").replace("^", "").replace("$", "")
    resource = path.partition("/")[0]
    if "(?P<id>" not in path:
        return path, None
    head, _, rest = path.partition("(?P<id>")
    rest = rest[rest.index(")") + 1 :]
    if resource in CHOICES:
        return f"{head}{CHOICES[resource]}{rest}", None
    model, field = NAMED_BY[resource]
    named = model.objects.filter(shop=shop).values_list(field, flat=True).first()
    assert named is not None
    return f"{head}{named}{rest}", named


def test_every_resource_has_routes():
    assert {pattern.split("/")[2].strip("^$") for pattern, _ in ROUTES} == {*settings.API_RESOURCES}


@pytest.mark.parametrize(("pattern", "method"), ROUTES, ids=str)
def test_a_route_gives_and_takes_nothing_of_another_shop(busy_shop, pattern, method):
    mine, other = make.shop(), busy_shop
    before = snapshot(other)
    path, named = address(pattern, other)
    caller = Caller(mine)

    if method == "GET":
        params = {}
        if path in {"visits", "consents", "messages"}:
            params["customer"] = Customer.objects.filter(shop=other)[0].external_id
        answer = caller.get(path, **params)
    else:
        answer = caller.send(method, path, SPAN if path.endswith("replay") else {})

    if named is not None and method != "PUT":  # PUT makes a customer of our own
        assert answer.status_code in {400, 404}
    elif method == "GET":
        empty = Caller(make.shop()).get(path, **params).json()
        assert answer.json() == empty
        assert path.startswith(tuple(CHOICES)) or empty == {"data": [], "next_cursor": None}
    assert snapshot(other) == before


@pytest.mark.parametrize(("pattern", "method"), ROUTES, ids=str)
def test_a_route_needs_a_key(busy_shop, client, pattern, method):
    path, _ = address(pattern, busy_shop)

    assert client.generic(method, BASE + path).status_code == 401


def snapshot(shop):
    """All that a write of the API could change."""
    models: list[Any] = [Customer, Endpoint, Delivery, OutgoingEvent]
    return [list(model.objects.filter(shop=shop).order_by("pk").values()) for model in models]
