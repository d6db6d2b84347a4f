"""Every page of the admin opens, in both languages."""

import pytest
from django.contrib import admin
from django.db import transaction
from django.urls import reverse

from config import words
from shops.models import User
from tests import make, rows
from tests.config import leftovers, nested

pytestmark = pytest.mark.django_db
PAGES = ("change", "history", "members", "export", "map", "report", "replay", "steps", "domain",
         "connected", "merge")  # fmt: skip
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
# Not Django's pages, nor that of users: it lists permissions as Django stores them.
OURS = {m for m in MODELS if m._meta.app_label in words.ROOMS} - {User}


@pytest.fixture(scope="module", params=["en", "zh-hans"])
def language(request, django_db_setup, django_db_blocker):
    """One of ours, with a shop that speaks it and on which everything has happened once."""
    with django_db_blocker.unblock(), transaction.atomic():
        rows.of_every_kind(make.shop(language=request.param, name="小店"))
        yield request.param
        transaction.set_rollback(True)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_a_list_and_its_pages_open(client, model, language):
    client.force_login(make.user(is_superuser=True))
    headers = {"accept-language": language}

    for address in addresses(client, model):
        page = client.get(address, headers=headers)
        assert page.status_code == 200
        assert nested.forms(page.content.decode()) == []
        if language == "zh-hans" and model in OURS:
            assert leftovers.english(page.content.decode()) == []


def addresses(client, model):
    """The list of a model, its page for a new row, and whatever else it shows of one."""
    registered = admin.site._registry[model]
    name = f"{model._meta.app_label}_{model._meta.model_name}"
    yield reverse(f"admin:{name}_changelist")
    if registered.has_add_permission(page_request(client)):
        yield reverse(f"admin:{name}_add")
    row = model._default_manager.first()
    for url in registered.get_urls():
        if row is not None and url.name in {f"{name}_{page}" for page in PAGES}:
            yield reverse(f"admin:{url.name}", args=[row.pk])


def page_request(client):
    return client.get(reverse("admin:index")).wsgi_request
