"""However the model's server behaves, a question ends in a clear state, with its row."""

import time

import pytest

from llm import client, prompts
from llm.aggregates import Aggregate, GroupTooSmall
from llm.models import Call
from llm.providers.canned import Canned
from llm.redaction import Redaction
from tests import make
from tests.llm.asking import SCHEMA, mood
from tests.llm.stub import cut, late, said, slow, status, whole

pytestmark = pytest.mark.django_db
GOOD = '{"mood": "good"}'


def outcomes():
    return list(Call.objects.order_by("pk").values_list("outcome", flat=True))


def test_an_answer_that_fits_is_given_and_logged_with_tokens_and_cost(server, settings):
    settings.LLM_INPUT_CENTS_PER_MILLION, settings.LLM_OUTPUT_CENTS_PER_MILLION = 100, 300
    server.script = [said(GOOD)]

    answer = mood(make.shop())

    assert (answer.outcome, answer.data) == ("ok", {"mood": "good"})
    call = Call.objects.get()
    assert (call.input_tokens, call.output_tokens) == (11, 7)
    assert call.cost_microcents == 11 * 100 + 7 * 300
    assert call.host == server.url.split("/")[2]
    assert (call.model, call.purpose, call.prompt) == (
        "stub-1",
        "mood of reviews",
        "tests/llm/mood v1",
    )
    assert [turn["text"] for turn in call.sent] == [
        turn["content"] for turn in server.asked[0]["messages"]
    ]
    assert "Bearer sesame" in server.headers[0]


def test_a_server_that_does_not_stream_is_understood(server):
    server.script = [whole("```json\n" + GOOD + "\n```")]

    assert mood(make.shop()).data == {"mood": "good"}


def test_the_same_question_is_asked_once_a_shop(server):
    shop = make.shop()
    server.script = [said(GOOD), said('{"mood": "bad"}')]

    assert [mood(shop).data, mood(shop).data] == [{"mood": "good"}] * 2
    assert mood(make.shop()).data == {"mood": "bad"}


@pytest.mark.parametrize("broken", ["Sure! It is good.", '{"mood": "great"}', '{"mood": NaN}'])
def test_an_answer_that_does_not_fit_is_repaired_once(server, broken):
    server.script = [said(broken), said(GOOD)]

    assert mood(make.shop()).data == {"mood": "good"}
    assert outcomes() == ["broken", "ok"]
    assert [turn["role"] for turn in server.asked[1]["messages"]][2:] == ["assistant", "user"]


def test_an_answer_that_does_not_fit_twice_is_broken_with_the_path_to_the_fault(server):
    server.script = [said('{"mood": 1}'), said('{"mood": 2}')]

    answer = mood(make.shop())

    assert (answer.outcome, answer.data) == ("broken", None)
    assert "$.mood" in answer.why
    assert outcomes() == ["broken", "broken"]


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        ([said("", refusal="I cannot")], "refused"),
        ([said("", finish="content_filter")], "refused"),
        ([said('{"mood"', finish="length")], "broken"),
        ([cut], "broken"),
        ([status(401, "bad key")], "broken"),
        ([status(302, Location="http://127.0.0.1:1/")], "broken"),
        ([status(200, "<html>", Content_Type="text/html")], "broken"),
        ([status(200, '{"choices": 3}')], "broken"),
        ([status(429, Retry_After="0")] * 4, "broken"),
        ([status(429, Retry_After="3600")], "timeout"),
    ],
)
def test_every_other_end_is_clear_and_gives_no_data(server, script, outcome):
    server.script = [*script]

    answer = mood(make.shop())

    assert (answer.outcome, answer.data) == (outcome, None)
    assert outcomes() == [outcome]
    assert answer.why
    assert Call.objects.get().ended_at
    assert server.script == []


def test_a_busy_server_is_asked_again_when_it_says(server):
    server.script = [status(429, Retry_After="0"), status(503, Retry_After="0"), said(GOOD)]

    assert mood(make.shop()).outcome == "ok"
    assert outcomes() == ["ok"]


def test_a_stream_that_drips_ends_at_the_deadline(server, settings):
    settings.LLM_TIMEOUT_SECONDS = 0.4
    server.script = [slow(0.05)]

    assert mood(make.shop()).outcome == "timeout"
    assert Call.objects.get().input_tokens > 0, "what may have been used counts"


def test_a_silent_server_ends_at_the_deadline(server, settings):
    settings.LLM_TIMEOUT_SECONDS = 0.3
    server.script = [slow(1, pieces=1)]

    assert mood(make.shop()).outcome == "timeout"


def test_a_server_that_is_busy_and_then_silent_is_waited_for_no_longer_than_the_deadline(
    server, settings
):
    settings.LLM_TIMEOUT_SECONDS = 3
    server.script = [late(2, status(503, Retry_After="0")), slow(6, pieces=1)]
    began = time.monotonic()

    assert mood(make.shop()).outcome == "timeout"
    assert time.monotonic() - began < 4.5


def test_a_server_without_schemas_is_asked_for_plain_json_and_still_held_to_the_schema(server):
    no = status(400, "response_format json_schema is not supported")
    server.script = [no, said('{"mood": 1}'), said(GOOD)]

    assert mood(make.shop()).outcome == "ok"
    formats = [asked["response_format"]["type"] for asked in server.asked]
    assert formats == ["json_schema", "json_object", "json_object"]


def test_a_day_has_no_more_tokens_than_its_budget_and_the_next_shop_has_its_own(server, settings):
    shop = make.shop()
    settings.LLM_DAILY_TOKENS = 3000
    server.script = [said(GOOD, usage=(1400, 200)), said(GOOD)]

    assert mood(shop).outcome == "ok"
    assert mood(shop, "Another").outcome == "budget"
    assert len(server.bodies) == 1
    assert mood(make.shop(), "Another").outcome == "ok"


def test_a_day_costs_no_more_than_its_budget(server, settings):
    settings.LLM_DAILY_CENTS, settings.LLM_OUTPUT_CENTS_PER_MILLION = 1, 2000

    assert mood(make.shop()).outcome == "budget"
    assert (server.bodies, outcomes()) == ([], ["budget"])
    assert Call.objects.get().cost_microcents == 0


def test_without_a_provider_nothing_is_asked_and_nothing_is_written(settings):
    settings.LLM_PROVIDER = ""

    assert mood(make.shop()).outcome == "off"
    assert outcomes() == []


def test_a_fault_of_the_provider_itself_leaves_a_row_and_is_raised(monkeypatch):
    class Faulty(Canned):
        def complete(self, question):
            raise KeyError("x")

    with pytest.raises(KeyError):
        mood(make.shop(), provider=Faulty())
    assert outcomes() == ["broken"]


def test_names_are_filled_in_here_and_an_invented_mark_is_not_accepted():
    model = Canned(['{"mood": "bad", "reply": "{NAME_9}"}', '{"mood": "bad", "reply": "{NAME_1}"}'])

    answer = mood(make.shop(), "Ann Lee is sad", known_names=["Ann Lee"], provider=model)

    assert answer.data == {"mood": "bad", "reply": "Ann Lee"}
    assert "Ann" not in str(model.asked)


def test_a_figure_over_few_people_is_refused_before_anything_is_asked():
    with pytest.raises(GroupTooSmall, match="at least 10"):
        Aggregate("second orders", 0.2, people=9)


def test_a_figure_stands_in_the_prompt_with_its_people():
    model = Canned(['{"mood": "good"}'])
    parts: dict[str, prompts.Part] = {
        "rate": Aggregate("second orders", 0.21, people=1840),
        "goal": "more",
    }

    answer = client.ask(
        make.shop().pk,
        prompt=("tests/llm/figures", 1),
        purpose="p",
        parts=parts,
        schema=SCHEMA,
        provider=model,
    )

    assert answer.outcome == "ok"
    assert '"second orders" = 0.21 (n = 1840)' in model.asked[0].turns[1].text


def test_a_prompt_that_is_not_there_or_not_filled_is_said_so():
    with pytest.raises(LookupError, match=r"mood\.v7\.md"):
        prompts.load("tests/llm/mood", 7)
    with pytest.raises(ValueError, match="slots"):
        prompts.fill("{{a}}", {"b": "x"}, Redaction())
