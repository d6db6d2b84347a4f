"""The one door to language models: redact, budget, cache, ask, validate, log.

    answer = client.ask(
        shop_id, prompt=("assistant/summary", 1), purpose="summary of reviews",
        parts={"reviews": texts, "rate": Aggregate("second orders", 0.21, people=1840)},
        schema=SCHEMA, known_names=["Ann Lee"],
    )
    if answer.outcome == "ok":
        use(answer.data)

Never call it inside a transaction: the log must stand before a word leaves.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.timezone import now

from llm import answers, budget, prompts
from llm.models import Call
from llm.providers.base import Failed, Provider, Question, Turn
from llm.redaction import Redaction


@dataclass(frozen=True)
class Answer:
    """How a question ended: data that fits the schema when `outcome` is ok, otherwise why not.

    Outcomes: ok, refused, timeout, budget, broken, and off where no provider is set up.
    """

    outcome: str
    data: Any = None
    why: str = ""


def ask(
    shop_id: int,
    *,
    prompt: tuple[str, int],
    purpose: str,
    parts: Mapping[str, prompts.Part],
    schema: dict[str, Any],
    known_names: Iterable[str] = (),
    max_tokens: int = 1000,
    provider: Provider | None = None,
) -> Answer:
    """Ask the model; personal data in the answer is filled in again here, after validation."""
    provider = provider or chosen()
    if provider is None:
        return Answer("off", why="No language model is set up: set LLM_PROVIDER.")
    redaction = Redaction(known_names)
    turns = (
        Turn("system", prompts.load("llm/frame", 1)),
        Turn("user", prompts.fill(prompts.load(*prompt), parts, redaction)),
    )
    question = Question(turns, schema, max_tokens)
    about = {
        "shop_id": shop_id,
        "purpose": purpose,
        "prompt": f"{prompt[0]} v{prompt[1]}",
        "digest": digest(provider, question),
    }
    return remembered(about, question, redaction) or asked(provider, question, about, redaction)


def chosen() -> Provider | None:
    """The provider that the settings name."""
    if not settings.LLM_PROVIDER:
        return None
    found: Provider = import_string(settings.LLM_PROVIDERS[settings.LLM_PROVIDER])()
    return found


def digest(provider: Provider, question: Question) -> str:
    """What makes two questions the same one: where, which model, every word and the schema."""
    turns = [[turn.role, turn.text] for turn in question.turns]
    asked = [provider.host, provider.model, turns, question.schema, question.max_tokens]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def remembered(about: dict[str, Any], question: Question, redaction: Redaction) -> Answer | None:
    """The shop's own valid answer to the very same question, while it is fresh."""
    since = now() - timedelta(hours=settings.LLM_CACHE_HOURS)
    row = Call.objects.filter(
        shop_id=about["shop_id"], digest=about["digest"], outcome="ok", asked_at__gte=since
    ).last()
    if row is None:
        return None
    data, _ = answers.read(row.answer, question.schema, redaction)
    return Answer("ok", redaction.fill(data))


def asked(
    provider: Provider, question: Question, about: dict[str, Any], redaction: Redaction
) -> Answer:
    """The answer of the first turn, or of the one repair turn after an answer that does not fit."""
    call, data = turn(provider, question, about, redaction)
    if call.outcome == "broken" and call.answer:
        fault = prompts.fill(prompts.load("llm/repair", 1), {"fault": call.why}, redaction)
        # Redacted again: a model may complete what it guesses about somebody.
        said = Turn("assistant", redaction.hide_again(call.answer))
        turns = (*question.turns, said, Turn("user", fault))
        again = Question(turns, question.schema, question.max_tokens)
        call, data = turn(provider, again, about, redaction)
    if call.outcome != "ok":
        return Answer(call.outcome, why=call.why)
    return Answer("ok", redaction.fill(data))


def turn(
    provider: Provider, question: Question, about: dict[str, Any], redaction: Redaction
) -> tuple[Call, Any]:
    """One question and its end, logged before and after."""
    call = budget.reserve(
        question,
        provider=type(provider).__name__,
        host=provider.host,
        model=provider.model,
        sent=[{"role": turn.role, "text": turn.text} for turn in question.turns],
        **about,
    )
    if call.outcome == "budget":
        return call, None
    data = None
    try:
        reply = provider.complete(question)
        budget.settle(call, reply)
        call.answer = reply.text.replace("\x00", "")
        data, call.why = answers.read(call.answer, question.schema, redaction)
        call.outcome = "broken" if call.why else "ok"
    except Failed as failed:
        call.outcome, call.why = failed.outcome, str(failed)
    except Exception as fault:
        call.outcome, call.why = "broken", type(fault).__name__
        raise
    finally:
        call.ended_at = now()
        call.save()
    return call, data
