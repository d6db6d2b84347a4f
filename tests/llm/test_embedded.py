"""The small model on this machine, where it is installed; a clear end where it is not."""

import pytest

from llm.models import Call
from llm.providers import embedded
from tests import make
from tests.llm.asking import SCHEMA, mood

MOOD = {**SCHEMA, "properties": {"mood": {"enum": ["good", "bad"]}}}


@pytest.mark.django_db
def test_the_small_model_keeps_to_the_schema_or_says_that_it_is_missing(settings):
    settings.LLM_PROVIDER, settings.LLM_MODEL = "embedded", ""

    answer = mood(make.shop(), schema=MOOD, max_tokens=60)

    call = Call.objects.get()
    assert call.host == "this machine"
    if embedded.installed() and embedded.weights():
        assert answer.data["mood"] in {"good", "bad"}
        assert call.output_tokens > 0
    else:
        assert (answer.outcome, answer.why) == ("broken", embedded.MISSING)


@pytest.mark.django_db
def test_a_file_that_is_not_there_ends_clearly(settings):
    settings.LLM_PROVIDER, settings.LLM_MODEL = "embedded", "/nowhere/model.gguf"

    answer = mood(make.shop())

    assert (answer.outcome, answer.why) == ("broken", embedded.MISSING)
