"""What a migration does to rows that are there already."""

from importlib import import_module

import pytest
from django.db import connection, transaction
from django.utils.timezone import now

from journeys.models import StageVisit
from tests import make
from tests.campaigns import build


@pytest.mark.django_db(transaction=True)
def test_earlier_moves_are_read_in_a_transaction_that_goes_on_to_make_an_index():
    ann, at = make.customer(build.shop()), now()
    before = build.visit(ann, "new", entered_at=make.days_ago(9), left_at=at)
    after = build.visit(ann, "active", entered_at=at)
    StageVisit.objects.update(left_to=None, came_from=None)

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(import_module("journeys.migrations.0003_measured_moves").READ_MOVES)
        cursor.execute("CREATE INDEX an_index_of_the_test ON journeys_stagevisit (entered_at)")
        before.refresh_from_db()
        after.refresh_from_db()
        transaction.set_rollback(True)

    assert (before.left_to_id, after.came_from_id) == (after.stage_id, before.stage_id)
