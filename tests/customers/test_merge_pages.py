"""A marketer merges, takes it back, and finds customers."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from customers import finding, merging
from customers.merge_models import Merge
from customers.models import Customer
from tests import make
from tests.campaigns import build
from tests.customers.merged import merge

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return build.shop()


def sign_in(client, shop, *permissions):
    user = make.user()
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    shop.staff.add(user)
    client.force_login(user)


def page(name, *args):
    return reverse(f"admin:customers_customer_{name}", args=args)


def test_a_marketer_merges_and_takes_it_back(client, shop):
    ann = make.customer(shop, first_name="Ann", last_name="Lee", email="a@example.com")
    bob = make.customer(shop, first_name="A.", last_name="Lee", email="a@example.com")
    sign_in(client, shop, "view_customer", "merge_customer")
    address = page("merge", ann.pk)
    assert f"?with={bob.pk}" in client.get(address).content.decode()
    assert f"?with={bob.pk}" in client.get(address, {"q": "lee"}).content.decode()
    shown = client.get(address, {"with": bob.pk})
    assert "same e-mail" in shown.content.decode()

    form = {"with": bob.pk, "stays": bob.pk, "nonce": shown.context["nonce"]}
    assert client.post(address, form)["Location"] == page("change", bob.pk)
    client.post(address, form)
    record = Merge.objects.get()
    assert (record.survivor, record.merged, record.how) == (bob, ann, "admin")
    assert client.get(page("change", ann.pk))["Location"] == page("change", bob.pk)
    listed = client.get(page("changelist")).context["cl"].result_list
    assert list(listed) == [bob]

    assert "Merged from" in client.get(page("change", bob.pk)).content.decode()
    client.post(page("undo_merge", record.pk))
    assert len(client.get(page("changelist")).context["cl"].result_list) == 2


def test_merging_needs_its_permission_a_post_and_the_same_shop(client, shop):
    ann, bob = make.customer(shop), make.customer(shop)
    stranger = make.customer(make.shop())
    record = merge(ann, bob)
    assert record
    sign_in(client, shop, "view_customer")
    assert client.get(page("merge", ann.pk)).status_code == 403
    assert client.post(page("undo_merge", record.pk)).status_code == 403
    sign_in(client, shop, "view_customer", "merge_customer")
    assert client.get(page("undo_merge", record.pk)).status_code == 405
    assert client.post(page("merge", ann.pk), {"with": stranger.pk}).status_code == 404
    assert client.get(page("merge", stranger.pk)).status_code == 404
    theirs = merging.merge(stranger, make.customer(stranger.shop), cause="x", how="test")
    assert theirs
    assert client.post(page("undo_merge", theirs.pk)).status_code == 404


@pytest.mark.parametrize("text", ["ann@ex", "ANN L", "lee", "nr-7", " ann  lee "])
def test_customers_are_found_by_what_people_type(shop, text):
    ann = make.customer(
        shop, first_name="Ann", last_name="Lee", email="ann@example.com", external_id="nr-7"
    )
    make.customer(shop, first_name="Bob", last_name="Fry", email="bob@example.com")
    found = finding.matching(Customer.objects.filter(shop=shop), text)
    assert list(found) == [ann]
