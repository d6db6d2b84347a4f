"""On the wire: a whole run with a remote model, and not a byte of anybody's leaves."""

import ast
import json
import sys
from pathlib import Path

import pytest

from assistant import answers, copywriter, knowledge, planner, rule_writer
from assistant.models import Source
from customers import notes
from llm import client
from llm.models import Call
from reviews_nlp import judging, reading
from reviews_nlp.models import Review
from segments.models import Membership, Segment
from tests import make
from tests.assistant.test_planner import a_shop
from tests.campaigns import build
from tests.llm.stub import Stub, said

ROOT = Path(__file__).resolve().parents[2]
# What is nobody's but the customer's. A review and a question are sent for what they say: what in
# them tells whose they are is planted, too.
PLANTED = {
    "name": ["Zephyrine", "Quatrebarbes", "欧阳翠兰"],
    "mail": ["zephyrine.q@quatrebarbes.example", "cuilan@ouyang.example"],
    "phone": ["+44 7700 900461", "7700900461", "13900139461"],
    "address": ["61 Thistledown Crescent", "Thistledown", "翡翠路461号"],
    "order": ["QX-88461", "WM461461"],
    "words": ["allergic to lavender", "looked for a truss", "rung twice", "prefers mornings only"],
}
REVIEW = (
    "A fine lamp, but it flickers. My name is Zephyrine Quatrebarbes, 61 Thistledown Crescent,"
    " order QX-88461, call +44 7700 900461 or write to zephyrine.q@quatrebarbes.example."
)
QUESTION = (
    "How long may I send things back? Zephyrine here, zephyrine.q@quatrebarbes.example,"
    " +44 7700 900461, 61 Thistledown Crescent, order QX-88461."
)
QUESTION_ZH = "请问退货期限多久？我叫欧阳翠兰，电话13900139461，地址：翡翠路461号，订单号WM461461。"


class Fitting(list):
    """Answers each question with the least that fits its schema."""

    def __init__(self, stub):
        super().__init__()
        self.stub = stub

    def pop(self, *_args):
        asked = json.loads(self.stub.bodies[-1])["response_format"]["json_schema"]["schema"]
        return said(json.dumps(least(asked)))


def least(schema):
    """The smallest value that a schema allows."""
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        return {key: least(schema["properties"][key]) for key in schema.get("required", [])}
    if kind == "array":
        return [least(schema["items"]) for _ in range(max(1, schema.get("minItems", 0)))]
    return {"string": "Some words", "number": 0, "integer": 0, "boolean": True}.get(kind)


@pytest.fixture
def stub(settings, monkeypatch):
    for proxy in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(proxy, raising=False)
    stub = Stub()
    stub.script = Fitting(stub)
    settings.LLM_PROVIDER, settings.LLM_BASE_URL = "openai_compatible", stub.url
    settings.LLM_MODEL = "stub-1"
    yield stub
    stub.shutdown()
    stub.server_close()


def planted(shop):
    """Two customers of whom everything is known, each of it in every place that holds words."""
    ann = make.customer(
        shop, first_name="Zephyrine", last_name="Quatrebarbes", phone="+44 7700 900461",
        email="zephyrine.q@quatrebarbes.example",
        attributes={"address": "61 Thistledown Crescent", "wish": "allergic to lavender"},
    )  # fmt: skip
    mei = make.customer(
        shop, first_name="翠兰", last_name="欧阳", phone="13900139461",
        email="cuilan@ouyang.example", attributes={"address": "翡翠路461号"},
    )  # fmt: skip
    lamp = make.product(shop, external_id="lamp", title="Walnut Lamp", price_cents=3900)
    for who, number in ((ann, "QX-88461"), (mei, "WM461461")):
        make.order(who, external_id=number, lines=((lamp, 1, 3900),))
        make.touchpoint(who, kind="search.made", data={"query": "looked for a truss"})
    notes.add(ann, "rung twice, prefers mornings only", by=make.user())
    make.touchpoint(ann, kind="review.written", unread=True,
                    data={"rating": 3, "text": REVIEW, "title": "Fine"})  # fmt: skip
    return ann, mei


def a_persona(shop, ann):
    """She and nine others, who all bought the lamp."""
    persona = Segment.objects.create(shop=shop, name="Hosts", key="persona-1", kind="persona")
    lamp = shop.product_set.get(external_id="lamp")
    for who in (ann, *(make.customer(shop) for _ in range(9))):
        make.order(who, lines=((lamp, 1, 3900),))
        Membership.objects.create(shop=shop, segment=persona, customer=who)
    return persona


def whole_run(shop, ann, mei):
    """Everything that asks a model."""
    planner.make(shop, "more second orders")
    small = client.chosen()
    assert small
    small.small = True  # as if a small model were somewhere else
    planner.make(shop, "more second orders", provider=small)
    template = build.template(shop, subject="Hello {{ customer.first_name }}")
    copywriter.write(template, copywriter.Brief("the lamp", products="lamp"))
    guide = copywriter.Brief("a guide for hosts", persona=a_persona(shop, ann), own=True)
    copywriter.write(template, guide)
    rule_writer.write(shop, "people who frobnicate and bought twice")
    text = "# Returns 退货\nThings may be sent back for 30 days."
    Source.objects.create(shop=shop, name="Returns", text=text)
    knowledge.read_due()
    for who, text in ((ann, QUESTION), (mei, QUESTION_ZH)):
        answers.receive(shop, text, customer=who)
    answers.answer_open()
    reading.read_waiting()
    # Addresses in a review make it look like advertising, which is not judged: this one is.
    Review.objects.update(confidence=0.5, waits=False, suspicion="")
    judging.judge()


def is_ours(path):
    return path.is_relative_to(ROOT) and not {"tests", ".venv", "node_modules"} & set(
        path.relative_to(ROOT).parts
    )


def who_ask():
    """Every function of the project that asks a model, found in its text."""
    found = set()
    for path in ROOT.glob("*/**/*.py"):
        if is_ours(path) and "client.ask(" in (text := path.read_text()):
            functions = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef)]
            found |= {
                (str(path.relative_to(ROOT)), each.name)
                for each in functions
                if any(ast.unparse(n.func) == "client.ask" for n in ast.walk(each)
                       if isinstance(n, ast.Call))
            }  # fmt: skip
    return found


def prompts():
    """Every question that can be asked, by its file."""
    files = (path for path in ROOT.glob("*/prompts/*.md") if path.parts[-3] != "llm")
    return {f"{path.parts[-3]}/{path.name.split('.')[0]}" for path in files}


@pytest.fixture
def called():
    """The functions of the project that were called, as (file, name)."""
    seen = set()
    sys.setprofile(lambda frame, event, _: seen.add(frame.f_code) if event == "call" else None)
    yield lambda: {
        (str(Path(code.co_filename).relative_to(ROOT)), code.co_name)
        for code in list(seen)
        if is_ours(Path(code.co_filename))
    }
    sys.setprofile(None)


@pytest.mark.django_db
def test_a_whole_run_sends_no_byte_of_a_customer(stub, monkeypatch, called):
    monkeypatch.setattr(answers, "FITS", {"meaning": -1.0, "words": 0.0})
    shop = a_shop()
    ann, mei = planted(shop)

    whole_run(shop, ann, mei)

    # Whoever asks, and whatever is asked, is in the run: what is added later fails here first.
    assert who_ask() - called() == set()
    asked = {prompt.split(" ")[0] for prompt in Call.objects.values_list("prompt", flat=True)}
    assert asked == prompts()
    wire = "\n".join([*(body.decode() for body in stub.bodies), *stub.headers])
    everything = wire + "\n".join(str(asked) for asked in stub.asked)  # escaped, and as it is read
    for told in (
        "more second orders", "edge:new..active.rate", "Walnut Lamp", "it flickers",
        "a guide for hosts", "of customers like you within a year",
    ):  # fmt: skip
        assert told in everything
    leaked = [token for tokens in PLANTED.values() for token in tokens if token in everything]
    assert leaked == []


def test_only_the_one_door_leads_to_a_provider():
    assert {path.split("/")[0] for path, _name in who_ask()} == {"assistant", "reviews_nlp"}
    doors = [
        str(path.relative_to(ROOT))
        for path in ROOT.glob("*/**/*.py")
        if is_ours(path) and ".complete(" in path.read_text()
    ]
    assert doors == ["llm/client.py"]
