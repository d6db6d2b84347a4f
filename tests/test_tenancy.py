"""Every row carries its shop, and nobody sees another shop's rows."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.urls import reverse

from shops.console import ShopAdmin
from shops.models import Shop
from tests import make

ROOMS = [
    "shops",
    "llm",
    "customers",
    "reviews_nlp",
    "insights",
    "segments",
    "journeys",
    "campaigns",
    "assistant",
]
# Tenants themselves, staff and what is theirs, the demo's catcher; the audit trail has a chain of
# the server's own.
OF_NO_SHOP = {"User", "SavedView", "Shop", "CaughtMail", "AuditEntry", "AuditHead"}
MODELS = [model for room in ROOMS for model in apps.get_app_config(room).get_models()]
LISTED = [model for model in MODELS if isinstance(admin.site._registry.get(model), ShopAdmin)]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_model_carries_its_shop(model):
    if model.__name__ not in OF_NO_SHOP:
        assert model._meta.get_field("shop").remote_field.model is Shop
        assert not model._meta.get_field("shop").null


@pytest.mark.django_db
@pytest.mark.parametrize("model", LISTED, ids=lambda model: model.__name__)
def test_staff_of_one_shop_see_nothing_of_another(client, busy_shop, model):
    mine, other = make.shop(), busy_shop
    user = make.user()
    user.user_permissions.set(Permission.objects.all())
    mine.staff.add(user)
    client.force_login(user)
    row = model.objects.filter(pk=other.pk) if model is Shop else model.objects.filter(shop=other)
    foreign = row.first()
    assert foreign is not None

    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    page = client.get(reverse(f"{name}_changelist"))
    assert foreign.pk not in [shown.pk for shown in page.context["cl"].result_list]
    assert client.get(reverse(f"{name}_change", args=[foreign.pk])).status_code in {302, 403, 404}
