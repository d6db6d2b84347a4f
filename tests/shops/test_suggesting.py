"""What is added begins with what is known: the shop, and the categories that there are."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from tests import make

pytestmark = pytest.mark.django_db


def test_something_new_belongs_to_the_only_shop_or_to_the_one_that_was_listed(client):
    client.force_login(make.user(is_superuser=True))
    mine = make.shop()

    def chosen(**asked):
        page = client.get(reverse("admin:insights_productrule_add"), asked)
        return page.context["adminform"].form.initial.get("shop")

    assert chosen() == mine.pk
    other = make.shop()
    assert chosen() is None
    assert chosen(_changelist_filters=f"shop__id__exact={other.pk}") == other.pk
    assert chosen(_changelist_filters="shop__id__exact=x") is None


def test_categories_of_ones_own_shops_are_offered(client):
    mine, other = make.shop(), make.shop()
    for shop, category in ((mine, "Mugs & bowls"), (mine, "Mugs & bowls"), (other, "Secrets")):
        make.product(shop, category=category)
    user = make.user()
    user.shops.add(mine)
    user.user_permissions.set(Permission.objects.filter(codename="add_assortmentrule"))
    client.force_login(user)

    page = client.get(reverse("admin:insights_assortmentrule_add")).content.decode()

    assert page.count('<option value="Mugs &amp; bowls">') == 1
    assert 'list="category-known"' in page
    assert "Secrets" not in page
