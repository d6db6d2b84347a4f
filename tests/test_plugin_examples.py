"""The examples of docs/plugins/ run as they stand there, under the names they say."""

import base64
import json
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import include, path, reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy
from rest_framework.routers import SimpleRouter

from campaigns import letters, rendering, sending
from config import urls
from customers import ingest, merging
from customers.models import Order
from customers.note_models import Note
from insights import features, product_knowledge, recommenders, training
from insights.purchases import Catalogue
from llm.models import Call
from reviews_nlp import reading
from reviews_nlp.models import ReviewAnalysis
from segments import removal
from shops import keeping
from shops.connectors import signing
from shops.models import Coupon, Endpoint, OutgoingEvent
from tests import make
from tests.api.calling import Caller
from tests.campaigns import build
from tests.insights.test_recommenders import households
from tests.llm.asking import mood
from tests.segments.asking import matching
from tests.shops import calls

pytestmark = pytest.mark.django_db
PAGES = Path(__file__).resolve().parent.parent / "docs" / "plugins"
CODE = re.compile(r"```python\n# (\S+)\.py\n(.*?)```", re.DOTALL)
LINE = re.compile(r"[`\n]\s*\"([\w.]+)\": (?:\()?\"([\w.]+)\"")


@pytest.fixture
def example(monkeypatch):
    """Makes a page's example the module that it says it is, and gives its names."""

    def made(page):
        found: Any = CODE.search((PAGES / f"{page}.md").read_text())
        place, code = found.groups()
        module: Any = ModuleType(place.replace("/", "."))
        module._ = gettext_lazy
        exec(compile(code, f"{page}.md", "exec"), module.__dict__)  # noqa: S102
        if place != "config/plugins":
            monkeypatch.setitem(sys.modules, module.__name__, module)
        return module

    return made


def line(page):
    """The entry that the page says to put into the table."""
    return dict(LINE.findall((PAGES / f"{page}.md").read_text()))


def test_every_kind_has_a_page_and_every_page_an_example():
    table = (PAGES.parent / "plugins.md").read_text()
    for page in PAGES.glob("*.md"):
        assert f"(plugins/{page.name})" in table
        assert CODE.search(page.read_text())


def test_a_connector(example, settings):
    example("connector")
    settings.CONNECTORS = {**settings.CONNECTORS, **line("connector")}
    shop = calls.shop("till")
    lines = [{"article": "tea", "quantity": 2, "price": "4.50"}]
    receipt = {"receipt": 7, "card": "ann", "printed_at": "2026-11-01T10:00:00Z", "lines": lines}
    body = json.dumps(receipt).encode()
    signature = base64.b64encode(signing.digest(calls.SECRET, body)).decode()
    for signed, answer in ((signature, 202), (signature, 200), ("guess", 401)):
        got = Client().generic("POST", f"/hooks/{shop.key}/", body, "application/json",
                               headers={"X-Till-Signature": signed})  # fmt: skip
        assert got.status_code == answer
    while ingest.digest():
        pass

    order: Any = Order.objects.get(shop=shop)
    assert (order.total_cents, order.customer.external_id) == (900, "ann")


@pytest.mark.django_db(transaction=True)
def test_a_channel(example, settings, tmp_path):
    example("channel")
    entries = line("channel")
    settings.CHANNELS = {**settings.CHANNELS, "paper": entries["paper"]}
    settings.CHANNEL_ADDRESSES |= {"paper": "c.attributes ->> 'street'"}
    settings.VAR_DIR = tmp_path
    ann = make.customer(build.shop(), consents=("paper",), attributes={"street": "Main Street 1"})
    template = build.template(ann.shop, html="<p>Hi</p>", text="Tea for {{ customer.first_name }}")
    build.campaign(ann.shop, plan={"steps": [{"send": template.key, "channel": "paper"}]})
    message = build.message(ann, template=template, channel="paper")
    for _ in range(2):
        sending.send_waiting()

    (printed,) = (tmp_path / "letters").iterdir()
    message.refresh_from_db()
    assert (message.status, message.carrier_id) == ("sent", printed.name)
    assert printed.read_text().startswith("Main Street 1\n\nTea for Ann")


def test_an_analyser(example, settings):
    example("analyser")
    settings.ANALYSERS = line("analyser")
    ann = make.customer(make.shop())
    for words in ("The dress :-)", "The dress :-(", "The dress"):
        make.touchpoint(ann, kind="review.written", unread=True, data={"text": words})
    while reading.read():
        pass

    said = ReviewAnalysis.objects.order_by("review").values_list("sentiment", flat=True)
    assert list(said) == [0.5, -0.5, None]


def test_a_language_model(example, settings, tmp_path):
    example("language-model")
    program = tmp_path / "model"
    program.write_text(f'#!{sys.executable}\nprint(\'{{"mood": "good"}}\')\n')
    program.chmod(0o755)
    settings.LLM_PROVIDERS, settings.LLM_PROVIDER = line("language-model"), "program"
    settings.LLM_MODEL = str(program)
    shop = make.shop()

    assert mood(shop).data == {"mood": "good"}
    assert Call.objects.get(shop=shop).host == "this machine"

    settings.LLM_MODEL = str(tmp_path / "gone")
    assert mood(shop).outcome == "broken"


def test_a_recommender(example, settings):
    example("recommender")
    settings.RECOMMENDERS = {**settings.RECOMMENDERS, **line("recommender")}
    history = households()
    blend = recommenders.blended()
    blend.fit(history)

    assert blend.parts["gap"].score(history).shape == history.shape
    assert np.isfinite(blend.score(history)).any()


def test_a_product_risk(example, settings):
    settings.PRODUCT_RISKS = example("product-risk").PRODUCT_RISKS
    shop = make.shop()
    made = [make.product(shop, category=name) for name in ("Glassware", "Rugs")]
    ids = np.array([each.pk for each in made])
    catalogue = Catalogue(ids, ["", ""], ["", ""], np.zeros(2, np.float32))

    fragile, firm = product_knowledge.penalty(catalogue)
    assert fragile > firm == 0


def test_a_predictor(example, settings):
    example("predictor")
    settings.PREDICTORS = line("predictor")
    shop = make.shop()
    for number in range(30):
        buyer = make.customer(shop)
        for days in range(1 + 10 * (number % 5), 200, 5 + number):
            make.order(buyer, total_cents=900, placed_at=make.days_ago(days))
    predictor = training.predictors()["purchase_7d"]
    lesson = predictor.lesson(shop, make.days_ago(7))
    learned = predictor.fit(lesson.table, lesson.truth)

    chances = predictor.predict(learned, features.read(shop, make.days_ago(0)))
    assert ((chances >= 0) & (chances <= 1)).all()
    assert training.train(shop, predictor).status == "early"


def test_a_template_source(example, settings, monkeypatch):
    example("template-source")
    source: Any = re.search(
        r'"points": \("([\w.]+)", "([\w.]+)"\)', (PAGES / "template-source.md").read_text()
    )
    monkeypatch.setitem(letters.SOURCES, "points", import_string(source[1]))
    monkeypatch.setitem(rendering.SOURCES, "points", source.groups())
    ann = make.customer(build.shop(), attributes={"points": 140})
    template = build.template(ann.shop, text="Only {{ points.missing }} points are missing.")
    (letter,) = letters.read([build.message(ann, template=template).pk])

    assert rendering.render(letter.template, letter.context).text.startswith("Only 60 points")
    assert import_string(source[2])()["missing"] == 60


def test_a_panel(example, settings, client):
    example("panel")
    settings.OVERVIEW_PANELS = ["shops.catalogue_panel.unpriced"]
    assert '"shops.catalogue_panel.unpriced"' in (PAGES / "panel.md").read_text()
    make.product(make.shop(), price_cents=None)
    client.force_login(make.user(is_superuser=True))

    assert "without a price" in client.get(reverse("admin:index")).content.decode()


def test_an_api_resource(example, settings, monkeypatch):
    example("api-resource")
    settings.API_RESOURCES = {**settings.API_RESOURCES, **line("api-resource")}
    router = SimpleRouter(trailing_slash=False)
    router.register("coupons", import_string(settings.API_RESOURCES["coupons"]), "coupons")
    module: Any = ModuleType("example_urls")
    module.urlpatterns = [path("api/v1/", include(router.urls)), *urls.urlpatterns]
    module.handler404 = urls.handler404
    monkeypatch.setitem(sys.modules, "example_urls", module)
    settings.ROOT_URLCONF = "example_urls"
    mine, other = make.shop(), make.shop()
    for shop in (mine, other):
        Coupon.objects.create(shop=shop, external_id=shop.key, code="TEA", kind="percent", value=5)
    caller = Caller(mine, ["read:coupons"])

    assert [row["id"] for row in caller.get("coupons").json()["data"]] == [mine.key]
    assert caller.get(f"coupons/{mine.key}").json()["code"] == "TEA"
    assert caller.get(f"coupons/{other.key}").status_code == 404


def test_an_event(example):
    news = example("event")
    shop = make.shop()
    make.product(shop, price_cents=100)
    make.product(shop, price_cents=900)
    Endpoint.objects.create(shop=shop, url="https://example.com", events=["product.cheap"])
    for _ in range(2):
        news.tell(shop, 500)

    assert OutgoingEvent.objects.get(shop=shop).data["price_cents"] == 100


def test_a_rule_field(example, settings):
    settings.RULE_FIELDS = {**settings.RULE_FIELDS, **example("rule-field").RULE_FIELDS}
    shop = make.shop()
    ann, _bob = make.customer(shop), make.customer(shop)
    Note.objects.create(shop=shop, customer=ann, author_name="Cy", text="called")

    assert matching(shop, {"field": "notes.count", "op": ">=", "value": 1}) == {ann.pk}


def test_a_part_of_a_merge(example, settings):
    example("merge-part")
    settings.MERGE_PARTS = [*settings.MERGE_PARTS, "customers.game_merging"]
    shop = make.shop()
    ann, twin = (make.customer(shop, attributes={"points": points}) for points in (10, 70))
    record = merging.merge(ann, twin, cause="test", how="by hand", by="Cy")
    assert record
    ann.refresh_from_db()
    assert ann.attributes["points"] == 70
    merging.undo(record)
    ann.refresh_from_db()
    assert ann.attributes["points"] == 10


def test_a_use_of_segments(example, settings):
    example("segment-use")
    settings.SEGMENT_USES = ["journeys.left_out.of"]
    shop = build.shop()
    segment = build.membership(make.customer(shop), "loyal").segment
    assert removal.uses(segment) == []
    shop.journey_set.update(description="without loyal")
    assert [use.kind for use in removal.uses(segment)] == ["journey"]


def test_a_reconciled_resource(example, settings):
    assert example("reconciled-resource").RECONCILED == settings.RECONCILED


def test_a_kind_with_a_term(example, settings):
    settings.RETENTION = example("kept-kind").RETENTION
    shops = make.shop(), make.shop()
    for shop in shops:
        Note.objects.create(shop=shop, customer=make.customer(shop), author_name="Cy", text="x",
                            created_at=make.days_ago(90))  # fmt: skip
    keeping.choose(shops[0], "notes", 60)
    keeping.forget_past(make.days_ago(0))

    assert [note.shop for note in Note.objects.all()] == [shops[1]]
