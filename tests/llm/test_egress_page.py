"""What left for a model is read in the admin, and cannot be edited there."""

import pytest
from django.urls import reverse

from llm.models import Call
from tests import make

pytestmark = pytest.mark.django_db


def test_staff_read_what_left_when_where_to_and_why(admin_client):
    call = Call.objects.create(
        shop=make.shop(),
        purpose="mood of reviews",
        prompt="llm/mood v1",
        host="models.example.com",
        sent=[{"role": "user", "text": "<data>{NAME_1}</data>"}],
        outcome="timeout",
        why="The answer came too slowly.",
        currency="EUR",
        cost_microcents=150_000_000,
    )

    listed = admin_client.get(reverse("admin:llm_call_changelist")).content.decode()
    page = admin_client.get(reverse("admin:llm_call_change", args=[call.pk])).content.decode()

    for words in ("mood of reviews", "models.example.com", "Took too long", "1.5000 EUR"):
        assert words in listed
    assert "&lt;data&gt;{NAME_1}&lt;/data&gt;" in page
    assert "The answer came too slowly." in page
    assert 'name="_save"' not in page
