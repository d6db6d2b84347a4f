"""The token and money budget of a shop's day: what a call may use is set aside before it leaves."""

from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Sum
from django.utils.timezone import now

from llm.models import Call
from llm.providers.base import Question, Reply


def reserve(question: Question, **fields: Any) -> Call:
    """The call's row with the most it may use set aside; outcome budget when the day has no room.

    Days are UTC days. A lock per shop keeps two callers from taking the same remainder.
    """
    tokens = (most_tokens(question), question.max_tokens)
    call = Call(currency=settings.LLM_CURRENCY, **fields)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('llm.budget'), %s)", [call.shop_id % 2**31]
        )
        used, spent = used_today(call.shop_id)
        charge(call, *tokens)
        too_dear = spent + call.cost_microcents > settings.LLM_DAILY_CENTS * 1_000_000
        if used + sum(tokens) > settings.LLM_DAILY_TOKENS or too_dear:
            charge(call, 0, 0)
            call.outcome, call.ended_at = "budget", now()
            call.why = "The day's budget of tokens or money is used up."
        call.save()
    return call


def used_today(shop_id: int) -> tuple[int, int]:
    """Tokens and millionths of a cent that the shop's calls of today used or may still use."""
    midnight = now().replace(hour=0, minute=0, second=0, microsecond=0)
    sums = Call.objects.filter(shop_id=shop_id, asked_at__gte=midnight).aggregate(
        tokens=Sum(F("input_tokens") + F("output_tokens")), cost=Sum("cost_microcents")
    )
    return sums["tokens"] or 0, sums["cost"] or 0


def settle(call: Call, reply: Reply) -> None:
    """Charge what was used; where the server does not count, what was set aside stands."""
    counted = (reply.input_tokens, reply.output_tokens)
    if all(isinstance(count, int) and count >= 0 for count in counted):
        charge(call, counted[0] or 0, counted[1] or 0)


def charge(call: Call, input_tokens: int, output_tokens: int) -> None:
    call.input_tokens, call.output_tokens = input_tokens, output_tokens
    call.cost_microcents = (
        input_tokens * settings.LLM_INPUT_CENTS_PER_MILLION
        + output_tokens * settings.LLM_OUTPUT_CENTS_PER_MILLION
    )


def most_tokens(question: Question) -> int:
    """A bound on the tokens of what is sent: half its bytes, and some for every turn."""
    sent = sum(len(turn.text.encode()) for turn in question.turns) + len(str(question.schema))
    return sent // 2 + 16 * len(question.turns)
