"""Two customers become one person, and two again: exactly."""

import re
from pathlib import Path

import pytest

from campaigns import engine, enrolment, launching
from campaigns.models import Enrolment, Message
from customers import merging, profiles
from customers.merge_models import Merge
from customers.models import Order, Recognition, Touchpoint
from journeys.models import StageVisit
from reviews_nlp.models import Review
from segments import fixed, membership, starter
from segments.models import Membership, Segment
from tests import make
from tests.campaigns import build
from tests.customers import failing_part
from tests.customers.merged import ROOMS, everything, lived, merge, settle

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return build.shop()


@pytest.fixture
def pair(shop):
    """Two customers with a whole life each, and a campaign in which both are."""
    starter.create(shop)
    ann, bob = lived(shop), lived(shop)
    settle(shop)
    launched = build.campaign(shop, status="draft")
    launching.launch(launched)
    enrolment.enrol(shop)
    engine.run_due()
    assert Enrolment.objects.filter(customer=bob).exists()
    assert Message.objects.filter(customer=bob, status="planned").exists()
    return ann, bob


def test_undone_everything_is_exactly_as_it_was(shop, pair):
    ann, bob = pair
    before = everything(shop)
    assert all(before[name] for name in (
        "Order", "Touchpoint", "Identity", "Recognition", "ConsentStatement", "Consent", "Note",
        "Profile", "Review", "Score", "Membership", "RfmScore", "RfmStay", "StageVisit",
        "Enrolment", "Message",
    ))  # fmt: skip

    record = merge(ann, bob)
    assert everything(shop) != before
    assert merging.undo(record)
    assert not merging.undo(record)

    assert everything(shop) == before


def test_the_survivor_has_it_all_and_the_merged_one_nothing(shop, pair):
    ann, bob = pair
    total = Touchpoint.objects.filter(shop=shop).count()
    record = merge(ann, bob)

    assert Touchpoint.objects.filter(customer=ann).count() == total
    assert Order.objects.filter(customer=ann).count() == 4
    assert Review.objects.filter(customer=ann).count() == 2
    assert ann.notes.count() == 2
    assert Recognition.objects.filter(customer=ann).count() == 2
    assert record.moved["counts"]["orders"] == 2
    for rows in (
        bob.order_set, bob.touchpoint_set, bob.identities, bob.consents, bob.notes,
        bob.consentstatement_set, bob.recognition_set, bob.review_set, bob.enrolments, bob.messages,
        bob.memberships.filter(left_at=None), bob.visits.filter(left_at=None),
    ):  # fmt: skip
        assert not rows.exists()
    settle(shop)
    profiles.refresh(shop, [bob.pk])
    membership.refresh(shop, [bob.pk])
    enrolment.enrol(shop, [bob.pk])
    assert not bob.memberships.filter(left_at=None).exists()
    assert not bob.visits.filter(left_at=None).exists()
    assert not bob.enrolments.exists()
    assert ann.profile.order_count == 4
    for segment in Segment.objects.filter(shop=shop, kind="rule"):
        assert segment.member_count == segment.memberships.filter(left_at=None).count()


def test_twice_is_once(shop, pair):
    ann, bob = pair
    assert merge(ann, bob)
    once = everything(shop)
    assert merge(ann, bob) is None
    assert merge(ann, bob, cause="other") is None
    assert merge(bob, ann, cause="the other way round") is None
    assert everything(shop) == once
    assert Merge.objects.count() == 1


def test_a_cause_that_was_undone_does_not_merge_again(shop):
    ann, bob = make.customer(shop), make.customer(shop)
    merging.undo(merge(ann, bob))
    assert merge(ann, bob) is None
    assert merge(ann, bob, cause="a new one")


@pytest.mark.parametrize("step", ["merge", "undo"])
def test_killed_in_the_middle_nothing_is_half_written(shop, pair, settings, step):
    ann, bob = pair
    record = merge(ann, bob) if step == "undo" else None
    before = everything(shop)
    settings.MERGE_PARTS = [*settings.MERGE_PARTS, failing_part.__name__]
    if record:
        record.moved["rooms"][failing_part.__name__] = {}
        record.save()
    with pytest.raises(RuntimeError):
        merging.undo(record) if record else merge(ann, bob)
    assert everything(shop) == before
    assert Merge.objects.filter(undone_at=None).count() == (1 if record else 0)


def two_steps(shop):
    template = build.template(shop).key
    plan = {"steps": [{"send": template}, {"wait": {"days": 3}}, {"send": template}]}
    return build.campaign(shop, plan=plan)


def test_nobody_gets_the_same_letter_under_two_names(shop):
    ann, bob = make.customer(shop), make.customer(shop)
    running = two_steps(shop)
    mine, other = build.enrolment(ann, running), build.enrolment(bob, running)
    sent = build.message(bob, running, enrolment=other, status="sent")
    waits = build.message(ann, running, enrolment=mine)
    ahead = build.message(bob, running, enrolment=other, step="2")
    frozen = Message.objects.filter(pk=sent.pk).values("status", "enrolment", "trail", "step").get()

    record = merge(ann, bob)

    other.refresh_from_db()
    assert (other.due_at, other.outcome, other.customer) == (None, "merged", ann)
    status = dict(Message.objects.values_list("pk", "status"))
    assert status[sent.pk] == "sent"
    assert status[waits.pk] == status[ahead.pk] == "refused"
    assert Message.objects.filter(pk=sent.pk).values(*frozen).get() == frozen
    assert Message.objects.get(pk=sent.pk).customer == ann

    merging.undo(record)
    status = dict(Message.objects.values_list("pk", "status"))
    assert status == {sent.pk: "sent", waits.pk: "planned", ahead.pk: "planned"}
    assert Message.objects.get(pk=sent.pk).customer == bob


def test_a_step_that_lies_ahead_is_not_sent_again(shop):
    ann, bob = make.customer(shop), make.customer(shop)
    running = two_steps(shop)
    mine, other = build.enrolment(ann, running), build.enrolment(bob, running)
    build.message(bob, running, enrolment=other, step="2", status="sent")
    record = merge(ann, bob)
    skipped = Message.objects.get(enrolment=mine, step="2")
    assert (skipped.status, skipped.reason) == ("refused", "sent before merging")
    merging.undo(record)
    assert not Message.objects.filter(enrolment=mine).exists()


def test_a_cause_of_both_is_kept_for_both(shop):
    ann, bob = make.customer(shop), make.customer(shop)
    running = build.campaign(shop)
    for person in (ann, bob):
        build.enrolment(person, running, entry_key="once")
    record = merge(ann, bob)
    assert set(ann.enrolments.values_list("entry_key", flat=True)) == {"once", f"once:{bob.pk}"}
    merging.undo(record)
    assert bob.enrolments.get().entry_key == "once"


def test_a_file_that_names_the_merged_one_means_the_survivor(shop):
    ann, bob = make.customer(shop), make.customer(shop)
    merge(ann, bob)
    listed = Segment.objects.create(shop=shop, name="L", key="l", kind="static")
    fixed.load(listed, f"customer_id\n{bob.external_id}\n", file_name="f.csv")
    assert Membership.objects.get(segment=listed).customer == ann


def test_customers_of_two_shops_are_never_one(shop):
    with pytest.raises(merging.MergeError):
        merge(make.customer(shop), make.customer(make.shop()))


def test_a_visit_of_the_merged_one_ends(shop):
    ann, bob = make.customer(shop), make.customer(shop)
    build.visit(bob)
    merge(ann, bob)
    assert not StageVisit.objects.filter(left_at=None).exists()


ROOT = Path(__file__).resolve().parents[2]
OF_ALL = re.compile(
    r"FROM\s+customers_customer\s+c\b(?:(?!\"\"\"|;).)*?WHERE\s+c\.shop_id\s*=\s*%\(shop\)s(.{0,60})",
    re.DOTALL,
)


def test_no_statement_over_a_shops_customers_forgets_that_some_are_part_of_others():
    found = 0
    for path in [p for room in (*ROOMS, "assistant") for p in (ROOT / room).rglob("*.py")]:
        for match in OF_ALL.finditer(path.read_text()):
            found += 1
            wanted = "c.merged_into_id IS NULL"
            # Names are led to the survivor, members are chosen already.
            is_lookup = "v.value" in match.group(1) or "c.id = ANY" in match.group(1)
            assert is_lookup or wanted in match.group(1), f"{path}: add AND {wanted}"
    assert found >= 6
