"""Who may open what: every page of the admin, for every role, and for nobody of another shop."""

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.urls import URLResolver, reverse
from django.urls.exceptions import NoReverseMatch

from campaigns.admin import CaughtMails
from campaigns.models import Campaign
from config import roles
from customers import consent
from customers.models import Customer
from segments.models import Segment
from shops.console import ForSuperusers, ShopAdmin
from shops.models import AuditEntry, Seat, Shop
from tests import make, rows

pytestmark = pytest.mark.django_db
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
ROLES = list(settings.ROLES)


def member(shop, role):
    user = make.user()
    Seat.objects.create(shop=shop, user=user, role=role)
    return user


def pages():
    """Every named page of the admin that is about a model, with the model."""
    for pattern in admin.site.urls[0]:
        if isinstance(pattern, URLResolver):
            label = str(pattern.pattern).rstrip("/").replace("/", ".")
            if label in {model._meta.label_lower for model in MODELS}:
                named = [getattr(inner, "name", None) for inner in pattern.url_patterns]
                yield from ((name, label) for name in named if name)


def addressed(shop):
    """Every page that has a row in its address, for rows of this shop: its name and its address."""
    for name, label in pages():
        found = rows_of(label, shop)
        number = found[0] if found else 1
        for args in ([number], [number, 1], ["token"]):
            try:
                yield name, reverse(f"admin:{name}", args=args)
                break
            except NoReverseMatch:
                continue


def rows_of(label, shop):
    model = next(m for m in MODELS if m._meta.label_lower == label)
    if model is Shop:
        return [shop.pk]
    has_shop = any(field.name == "shop" for field in model._meta.fields)
    return list(model._default_manager.filter(shop=shop).values_list("pk", flat=True)[:1]
                if has_shop else [])  # fmt: skip


def counts():
    """All but the audit trail, which tells of the attempt."""
    kept = [model for model in MODELS if model is not AuditEntry]
    return {model: model._default_manager.count() for model in kept}


def test_a_role_opens_the_pages_of_the_table_and_no_other(client):
    shop = make.shop()
    rows.of_every_kind(shop)
    faults = []
    for role in [*ROLES, "nobody knows it"]:
        client.force_login(member(shop, role))
        faults += [fault for model in MODELS for fault in against_the_table(client, model, role)]
    assert faults == []


def against_the_table(client, model, role):
    """What the pages of a model let this role do, or refuse it, unlike the table."""
    meta, held = model._meta, settings.ROLE_RIGHTS.get(role, frozenset())
    name, page = f"admin:{meta.label_lower.replace('.', '_')}", admin.site._registry[model]
    sees, deletes = (f"{meta.app_label}.{what}_{meta.model_name}" in held
                     for what in ("view", "delete"))  # fmt: skip
    row = (Shop.objects if model is Shop else model._default_manager).last()
    if sees and role != "owner":  # who may look is shown the same page
        asked = client.get(reverse("admin:password_change")).wsgi_request
        if not page.has_view_permission(asked, row):
            yield role, name, "may not see it"
    else:
        opened = [client.get(reverse(f"{name}_changelist")).status_code]
        opened += [client.get(reverse(f"{name}_change", args=[row.pk])).status_code] if row else []
        if not set(opened) <= ({200} if sees else {302, 403, 404}):
            yield role, name, opened
    if not deletes:
        asked = client.post(reverse(f"{name}_delete", args=[row.pk if row else 1]), {"post": "yes"})
        is_left = row is None or type(row)._default_manager.filter(pk=row.pk).exists()
        if asked.status_code not in {302, 403, 404} or not is_left:
            yield role, name, "deleted it"


def test_no_page_with_a_row_of_another_shop_opens_not_even_for_an_owner(client):
    mine, other = make.shop(), make.shop()
    rows.of_every_kind(other)
    client.force_login(member(mine, "owner"))
    before = counts()
    seen = 0
    for name, address in addressed(other):
        for ask in (client.get, client.post):
            answer = ask(address)
            seen += 1
            # A redirect shows nothing: the page it leads to is in this list, too.
            assert answer.status_code in {302, 403, 404, 405}, (name, address, answer.status_code)
    assert seen > 200
    assert counts() == before


def test_nobody_without_a_seat_opens_a_page(client):
    shop = make.shop()
    rows.of_every_kind(shop)
    user = member(shop, "owner")
    client.force_login(user)
    Seat.objects.all().delete()
    for somebody in (client, client.__class__()):
        for name, address in addressed(shop):
            assert somebody.get(address).status_code in {302, 403, 404, 405}, name


def test_who_owns_one_shop_and_reads_another_changes_the_first_only(client):
    mine, read = make.shop(), make.shop()
    user = member(mine, "owner")
    Seat.objects.create(shop=read, user=user, role="analyst")
    client.force_login(user)
    tried = [Segment.objects.create(shop=shop, name="S", key="s", kind="static")
             for shop in (mine, read)]  # fmt: skip
    everything = {"action": "delete_selected", "_selected_action": [s.pk for s in tried]}

    for segment in tried:
        client.post(reverse("admin:segments_segment_delete", args=[segment.pk]), {"post": "yes"})
    assert list(Segment.objects.all()) == [tried[1]]
    client.post(reverse("admin:segments_segment_changelist"), {**everything, "post": "yes"})
    client.post(reverse("admin:campaigns_campaign_begin"), {"shop": read.key, "key": "birthday"})
    secret = {"action": "reveal_secret", "_selected_action": [read.pk]}
    shown = client.post(reverse("admin:shops_shop_changelist"), secret, follow=True)

    assert list(Segment.objects.all()) == [tried[1]]
    assert not Campaign.objects.exists()
    assert read.webhook_secrets[0] not in shown.content.decode()


@pytest.mark.parametrize("role", ["analyst", "agent"])
def test_who_need_not_see_personal_data_sees_it_on_no_page(client, role):
    shop = make.shop()
    rows.of_every_kind(shop)
    told = {"email": "zoe.quirk@example.org", "phone": "+441632960961", "last_name": "Quirkfoot"}
    Customer.objects.filter(shop=shop).update(**told, attributes={"home_phone": told["phone"]})
    consent.suppress(shop, channel="email", address=told["email"], reason="bounced")
    client.force_login(member(shop, role))
    shown = ""
    for _name, address in addressed(shop):
        answer = client.get(address)
        shown += "" if answer.streaming else answer.content.decode()

    assert len(shown) > 100_000
    assert all((told[name] in shown) == (role == "agent") for name in ("email", "last_name"))
    assert role == "agent" or told["phone"][1:] not in shown


def test_a_role_without_personal_data_writes_nothing_about_customers():
    """It reads customers hidden: what it saved would be lost."""
    for rights in settings.ROLE_RIGHTS.values():
        if "shops.see_personal_data" not in rights:
            own = {right for right in rights if right.startswith("customers.")}
            assert all(right.startswith("customers.view_") for right in own)


def test_every_right_of_the_table_is_one_that_django_knows():
    known = {f"{p.content_type.app_label}.{p.codename}"
             for p in Permission.objects.select_related("content_type")}  # fmt: skip
    assert set().union(*settings.ROLE_RIGHTS.values()) <= known


@pytest.mark.parametrize("page", admin.site._registry.values(), ids=lambda p: type(p).__name__)
def test_a_page_belongs_to_a_shop_or_to_superusers_and_every_action_names_its_right(page):
    assert isinstance(page, ShopAdmin | ForSuperusers | CaughtMails)
    if isinstance(page, ShopAdmin):
        for function, name, _label in page._get_base_actions():
            assert getattr(function, "allowed_permissions", None), name


def test_every_page_of_a_shop_stands_in_the_table():
    pages = {model._meta.label_lower for model in MODELS
             if isinstance(admin.site._registry[model], ShopAdmin)}  # fmt: skip
    assert pages - {line.split()[0] for line in roles.TABLE.strip().splitlines()} == set()


def test_a_shop_keeps_an_owner(client):
    shop = make.shop()
    ann, bob = member(shop, "owner"), member(shop, "analyst")
    client.force_login(ann)

    def become(user, role):
        seat = Seat.objects.get(user=user)
        client.post(reverse("admin:shops_seat_change", args=[seat.pk]), {"role": role})
        return Seat.objects.get(user=user).role

    assert become(ann, "marketer") == "owner"
    assert become(bob, "owner") == "owner"
    assert become(ann, "marketer") == "marketer"
    assert become(bob, "analyst") == "owner"  # she is no owner any more
