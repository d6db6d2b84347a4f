"""Answers to customers: quoted or worded from passages that are named, or handed to a person.

Without a model the best passage is quoted, if it fits well enough. A model words the answer from
the passages; it must cite them, and every number in it must stand in what it cites. Where an order
is, is told from the shop's own orders, to the customer whom the shop's own program named, and to
nobody else.
"""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import override

from assistant import knowledge
from assistant.knowledge import Found
from assistant.models import Passage, Question
from campaigns.plan_schema import shape
from customers.models import Customer, Order
from llm import client
from llm.providers.base import Provider
from llm.redaction import Redaction
from reviews_nlp.language import SCRIPTS
from shops.models import Shop

LONGEST, MOST_ORDERS, PATIENCE = 1_000, 50, timedelta(minutes=5)
# Below this a passage is about something else: measured by `python -m benchmarks assistant`.
FITS = {"meaning": 0.23, "words": 0.5}
WHERE = re.compile(
    r"where\b.{0,30}\b(?:order|parcel|package)|(?:order|delivery|parcel) status|track\b.{0,20}order"
    r"|has my order|订单.{0,6}(?:到哪|哪里|状态|发货)|(?:快递|包裹|物流).{0,6}(?:到哪|哪里|状态)"
    r"|查.{0,3}订单",
    re.IGNORECASE,
)
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True)
class Said:
    """An answer with the passages it rests on; an empty one is handed to a person."""

    text: str = ""
    author: str = ""
    passages: list[Passage] = field(default_factory=list)


def receive(shop: Shop, text: str, *, customer: Customer | None = None) -> Question:
    """Keep a question, without personal data, and answer it at once where no model is asked.

    `customer` is whom the shop's own program signed in: nobody else is told of orders, and what was
    told of them is in what is returned only.
    """
    names = [customer.first_name, customer.last_name, str(customer)] if customer else []
    asked = text.replace("\x00", "")[:LONGEST]
    text = Redaction(name for name in names if name).hide(asked)
    question = Question(shop=shop, text=text, state="open")
    with override(language(text)):
        said = _of_order(customer, asked)
    if said is None and client.chosen() is None:
        said = of_knowledge(shop, text, None)
    if said:
        _settle(question, said)
    question.save()
    if said and said.text and not said.passages:
        Question.objects.filter(pk=question.pk).update(answer="")
    return question


def answer_open(*, provider: Provider | None = None) -> int:
    """Answer the questions for which a model is asked; one that died on the way gets a person."""
    Question.objects.filter(state="asking", asked_at__lt=now() - PATIENCE).update(state="waiting")
    answered = 0
    for question in (
        Question.objects.filter(state="open").select_related("shop").order_by("pk")[:20]
    ):
        if not Question.objects.filter(pk=question.pk, state="open").update(state="asking"):
            continue  # another worker has it
        with override(language(question.text)):
            _settle(question, of_knowledge(question.shop, question.text, provider))
        question.save(update_fields=["answer", "author", "state", "cites"])
        answered += 1
    return answered


def language(text: str) -> str:
    return "zh-hans" if SCRIPTS["zh"].search(text) else "en"


def _settle(question: Question, said: Said) -> None:
    question.answer, question.author = said.text, said.author
    question.state = "answered" if said.text else "waiting"
    question.cites = _cited(said.passages)


def _cited(passages: list[Passage]) -> list[dict[str, Any]]:
    return [
        {"passage": p.pk, "title": p.title, "source": p.source.name, "text": p.text[:300]}
        for p in passages
    ]


def correct(question: Question, text: str, right: Passage | None, *, by: Any) -> None:
    """A person's answer in place of ours; with the right passage, on which it then rests, a case
    to measure by."""
    question.answer, question.right, question.by = text[:4000], right, by
    question.author, question.state = "person", "corrected"
    question.cites = _cited([right] if right else [])
    question.save(update_fields=["answer", "right", "by", "author", "state", "cites"])


def _of_order(customer: Customer | None, text: str) -> Said | None:
    """Where the customer's order is: the one that is named, else the last; nothing of it without
    a customer."""
    if not WHERE.search(text):
        return None
    if customer is None:
        return Said()
    order = _meant(customer, text)
    if order is None:
        return Said()
    about = {"number": order.external_id, "day": date_format(order.placed_at, "DATE_FORMAT")}
    if Order.objects.filter(shop=order.shop, cancels=order.external_id).exists():
        return Said(_("Your order %(number)s of %(day)s was cancelled.") % about, "orders")
    about["changed"] = date_format(order.updated_at, "DATE_FORMAT")
    told = _(
        "Your order %(number)s of %(day)s is with us; the shop last changed it on %(changed)s."
    )
    return Said(told % about, "orders")


def _meant(customer: Customer, text: str) -> Order | None:
    rows = Order.objects.filter(customer=customer, kind="sale").order_by("-placed_at", "-pk")
    lately = list(rows[:MOST_ORDERS])
    alone = r"(?<![A-Za-z0-9]){}(?![A-Za-z0-9])"  # \w would take a Chinese word for a part of it
    named = (o for o in lately if re.search(alone.format(re.escape(o.external_id)), text))
    return next(named, lately[0] if lately else None)


def of_knowledge(shop: Shop, text: str, provider: Provider | None) -> Said:
    found = knowledge.find(shop, text)
    fitting = [one for one in found if one.fit >= FITS[one.by]]
    provider = provider or client.chosen()
    if not fitting:
        return Said()
    if provider is None or provider.small:
        best = fitting[0].passage
        return Said(best.text, "quoted", [best])
    return _worded(shop, text, found, provider)


def _worded(shop: Shop, text: str, found: list[Found], provider: Provider) -> Said:
    """The model's answer, if it names its passages and brings no number of its own."""
    named = {f"p{n}": one.passage for n, one in enumerate(found, 1)}
    answer = client.ask(
        shop.pk,
        prompt=("assistant/answer", 1),
        purpose="answer to a customer",
        parts={
            "question": text,
            "passages": "\n\n".join(f"[{k}] {p.title}\n{p.text}" for k, p in named.items()),
        },
        schema=shape(
            ["known", "answer", "cites"],
            known={"type": "boolean"},
            answer={"type": "string", "maxLength": 1500},
            cites={"type": "array", "maxItems": 3, "items": {"enum": list(named)}},
        ),
        max_tokens=600,
        provider=provider,
    )
    if answer.outcome != "ok" or not answer.data["known"] or not answer.data["cites"]:
        return Said()
    cited = [named[key] for key in dict.fromkeys(answer.data["cites"])]
    told = " ".join(f"{p.title} {p.text}" for p in cited)
    if set(NUMBER.findall(answer.data["answer"])) - set(NUMBER.findall(told)):
        return Said()
    return Said(answer.data["answer"], provider.model, cited)
