"""A list's filters are saved under a name, by whom and for whom they are."""

import pytest
from django.urls import reverse

from shops.models import SavedView
from tests import make

pytestmark = pytest.mark.django_db
PAGE = "campaigns_message"


@pytest.fixture
def owner(client):
    user = make.user(is_superuser=True)
    client.force_login(user)
    client.user = user
    return client


def save(client, name="Failed", query="status__exact=failed", page=PAGE):
    asked = {"page": page, "name": name, "query": query}
    return client.post(reverse("saved-view-save"), asked)


def listed(client, query=""):
    url = reverse(f"admin:{PAGE}_changelist")
    return client.get(f"{url}?{query}").content.decode()


def test_a_view_is_saved_found_again_and_taken_away(owner):
    assert "Save this view" not in listed(owner)
    assert "Save this view" in listed(owner, "status__exact=failed")

    answer = save(owner)
    assert answer.url == f"{reverse(f'admin:{PAGE}_changelist')}?status__exact=failed"

    assert 'href="?status__exact=failed"' in listed(owner)
    assert "Save this view" not in listed(owner, "status__exact=failed")
    view = SavedView.objects.get()
    owner.post(reverse("saved-view-forget", args=[view.pk]))
    assert "Failed" not in listed(owner)


def test_the_same_name_again_replaces_what_it_stood_for(owner):
    save(owner)
    save(owner)
    save(owner, query="status__exact=sent")

    assert SavedView.objects.get().query == "status__exact=sent"


def test_words_that_were_searched_and_pages_are_not_kept(owner):
    save(owner, query="q=ann%40example.com&p=3&o=-2&status__exact=sent")

    assert SavedView.objects.get().query == "o=-2&status__exact=sent"


@pytest.mark.parametrize(
    ("name", "query"),
    [("", "o=1"), ("  ", "o=1"), ("N", ""), ("N", "q=ann"), ("N", "o=" + "1" * 999)],
)
def test_what_names_or_filters_nothing_is_refused(owner, name, query):
    assert save(owner, name, query).status_code == 302
    assert not SavedView.objects.exists()


def test_a_list_that_is_none_is_not_found(owner):
    assert save(owner, page="nothing_here").status_code == 404
    assert save(owner, page="../x").status_code == 404


def test_nobody_sees_or_removes_anothers_view(owner, client):
    save(owner)
    view = SavedView.objects.get()

    client.force_login(make.user(is_superuser=True))

    assert "Failed</a>" not in listed(client)
    assert client.post(reverse("saved-view-forget", args=[view.pk])).status_code == 404
    assert client.get(reverse("saved-view-save")).status_code == 405
    client.logout()
    assert save(client).status_code == 302
    assert SavedView.objects.count() == 1


def test_views_are_bounded(owner):
    for number in range(25):
        save(owner, name=f"V{number}")

    assert SavedView.objects.count() == 20
