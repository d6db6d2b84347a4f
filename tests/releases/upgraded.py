"""Work with a database that was upgraded; `main` prints one JSON line of what was seen."""

import json

from django.conf import settings
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from customers import ingest
from customers.models import Customer
from shops.models import Delivery, User


def main() -> None:
    settings.ALLOWED_HOSTS.append("testserver")
    print(json.dumps({"waiting": read_waiting(), "lists": lists()}))


def read_waiting() -> list[str]:
    """Read the call that waited; its status and the name it brought."""
    while ingest.digest():
        pass
    named = Customer.objects.get(shop__key="tea", external_id="7").first_name
    return [Delivery.objects.get(message_id="waits").status, named]


def lists() -> dict[str, int]:
    """Every list of the admin, and what it answered."""
    client = Client()
    client.force_login(User.objects.create_superuser("owner"))
    metas = [model._meta for model in admin.site._registry]
    names = [f"admin:{meta.app_label}_{meta.model_name}_changelist" for meta in metas]
    return {name: client.get(reverse(name)).status_code for name in names}
