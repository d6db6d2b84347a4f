"""A turn ends when the queue is empty, or when others should have theirs."""

import pytest

from shops import turns

pytestmark = pytest.mark.django_db


@pytest.fixture
def announced(monkeypatch):
    said: list[str] = []
    monkeypatch.setattr(turns, "announce", said.append)
    return said


def test_full_batches_are_followed_by_another(announced):
    sizes = iter([3, 3, 2, 99])
    assert turns.take("delivery", lambda: next(sizes), full=3) == 8
    assert announced == []


def test_nothing_is_done_where_nothing_waits(announced):
    assert turns.take("delivery", lambda: 0, full=1) == 0


def test_when_the_turn_is_over_another_one_is_asked_for(announced, monkeypatch):
    monkeypatch.setattr(turns, "TURN_SECONDS", -1)
    assert turns.take("delivery", lambda: 3, full=3) == 3
    assert announced == ["delivery"]
