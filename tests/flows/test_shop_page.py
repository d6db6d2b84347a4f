"""The script in a real browser, on a small shop page of another origin than ours."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.utils.timezone import now

from customers import ingest
from customers.models import Touchpoint
from shops import recognising, site_script
from shops.models import Delivery
from tests import make
from tests.browsing import IN_A_BROWSER
from tests.running import until

pytestmark = IN_A_BROWSER

AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36"
NO_MACHINE = "Object.defineProperty(Navigator.prototype, 'webdriver', {get: () => false})"
MUG = """<script type="application/ld+json">{"@graph": [{"@type": "WebSite"}, {"@type": "Product",
  "sku": "mug-1", "name": "Blue mug", "offers": [{"price": "12.50", "priceCurrency": "EUR"}]}]}
</script>"""
TEA = '<p data-waymark-product="tea-1" data-title="Tea" data-price="4" data-currency="EUR">Tea</p>'
PAGES = {"/mug": MUG, "/tea": TEA, "/list": MUG + MUG}


@pytest.fixture
def shop_pages():
    """A small shop; the test puts the pasted snippet into `head`."""

    class Page(BaseHTTPRequestHandler):
        head = url = ""

        def do_GET(self):
            path = self.path.partition("?")[0]
            html = f"<!doctype html><html lang=en><head><title>{path}</title>{self.head}</head>"
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(f"{html}<body>{PAGES.get(path, '')}</body></html>".encode())

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    Thread(target=server.serve_forever, daemon=True).start()
    Page.url = f"http://127.0.0.1:{server.server_port}"
    yield Page
    server.shutdown()
    server.server_close()


class Visit:
    """A shop with the script on its pages, and somebody who looks at them."""

    def __init__(self, browser, pages, address):
        self.shop = make.shop()
        self.pages, self.address = pages, address
        self.site = site_script.of(self.shop)
        pages.head = site_script.snippet(self.site, f"{address}/waymark.js")
        self.context = browser.new_context(user_agent=AGENT)
        self.context.add_init_script(NO_MACHINE)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.calls: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.context.on("request", self._note)

    def _note(self, request):
        if "/site/" in request.url:
            self.calls.append(request.url)

    def go(self, path):
        self.page.goto(self.pages.url + path)
        self.page.wait_for_load_state("load")

    def say(self, *args):
        self.page.evaluate("args => waymark(...args)", list(args))

    def agree(self, *, yes=True):
        self.say("consent", yes)

    def kept(self):
        """What is stored in the visitor's browser."""
        here = "[document.cookie, localStorage.length, sessionStorage.length]"
        return self.page.evaluate(here)

    def queue(self):
        return self.page.evaluate("(JSON.parse(localStorage.waymark || '{}').queue || []).length")

    def wait(self, seconds):
        self.page.wait_for_timeout(seconds * 1000)

    def touchpoints(self, count=0):
        """The touchpoints when there are at least `count`; what arrives is read meanwhile."""

        def enough():
            self.wait(0.05)
            ingest.digest()
            rows = Touchpoint.objects.filter(shop=self.shop).order_by("occurred_at", "id")
            return list(rows) if len(rows) >= count else None

        return until(enough) if count else (enough() or [])


@pytest.fixture
def visit(browser, shop_pages, live_server):
    found = Visit(browser, shop_pages, live_server.url)
    yield found
    found.context.close()
    assert found.complaints == []


NOTHING = ["", 0, 0]


def test_nothing_is_kept_or_sent_before_consent_and_nothing_is_left_after_it_ends(visit):
    visit.go("/mug")
    visit.say("track", "quiz.finished", {"score": 3})
    visit.say("identify", "1", "forged")
    visit.wait(1.5)
    assert (visit.kept(), visit.calls) == (NOTHING, [])

    visit.agree()
    assert visit.kept()[0].startswith("waymark=")
    assert len(visit.touchpoints(3)) == 3

    visit.agree(yes=False)
    visit.calls.clear()
    visit.say("track", "quiz.finished", {"score": 4})
    visit.go("/tea")
    visit.wait(1.5)
    assert (visit.kept(), visit.calls) == (NOTHING, [])


@pytest.mark.parametrize("signal", ["globalPrivacyControl", "doNotTrack"])
def test_who_asks_not_to_be_tracked_is_not_whatever_the_banner_says(visit, signal):
    visit.go("/mug")
    visit.agree()
    visit.touchpoints(2)
    visit.calls.clear()
    value = "true" if signal == "globalPrivacyControl" else "'1'"
    visit.context.add_init_script(
        f"Object.defineProperty(Navigator.prototype, '{signal}', {{get: () => {value}}})"
    )
    visit.go("/tea")
    visit.agree()
    visit.say("search", "mug")
    visit.wait(1.5)
    assert (visit.kept(), visit.calls) == (NOTHING, [])


def test_each_kind_of_event_arrives_as_a_touchpoint(visit):
    early = "<script>waymark('consent', true); waymark('track', 'quiz.finished', {n: 1})</script>"
    visit.pages.head += early
    visit.go("/mug?utm_source=mail&email=a@x.org")
    visit.say("search", "blue mug", {"results": 2})
    visit.say("cart", {"items": [{"id": "mug-1", "quantity": 2}], "total": 25, "currency": "EUR"})
    visit.say("product", {"id": "tea-9", "title": "Half of a \ud83c\udf75"[:-1] + "\x00"})

    found = {t.kind: t for t in visit.touchpoints(6)}

    common = {"bot": False, "visitor": visit.page.evaluate("document.cookie").partition("=")[2]}
    data = {t.data.get("product_id", t.kind): t.data for t in visit.touchpoints()}
    assert data["page.viewed"] == common | {"path": "/mug", "title": "/mug", "utm_source": "mail"}
    mug = {"product_id": "mug-1", "title": "Blue mug", "price_cents": 1250, "currency": "EUR"}
    assert data["mug-1"] == common | mug
    assert data["tea-9"]["title"] == "Half of a"
    assert data["search.made"] == common | {"query": "blue mug", "results": 2}
    assert data["cart.updated"]["lines"] == [{"product_id": "mug-1", "quantity": 2}]
    assert data["quiz.finished"] == common | {"n": 1}
    assert abs((found["page.viewed"].occurred_at - now()).total_seconds()) < 60
    assert Delivery.objects.filter(shop=visit.shop).exclude(status="processed").count() == 0


def test_a_product_is_found_by_its_attributes_and_a_list_is_none(visit):
    visit.go("/tea")
    visit.agree()
    visit.touchpoints(2)
    visit.go("/list")
    found = visit.touchpoints(3)
    visit.wait(1.2)
    told = [t.data.get("product_id") or t.data["path"] for t in found]
    assert set(told[:2]) == {"/tea", "tea-1"}  # often of one millisecond, so in no order
    assert told[2:] == ["/list"]
    assert len(visit.touchpoints()) == 3


def test_who_leaves_takes_nothing_along_that_was_not_told(visit):
    visit.go("/tea")
    visit.agree()
    visit.touchpoints(2)
    visit.page.evaluate("void (fetch = () => new Promise(() => {}))")  # only a beacon arrives
    visit.page.evaluate("for (let n = 0; n < 5; n++) waymark('track', 'quiz.answered', {n})")
    visit.page.goto("about:blank")

    found = visit.touchpoints(7)

    assert Delivery.objects.filter(shop=visit.shop).count() == 2  # one for all that was left
    assert sorted(t.data["n"] for t in found[2:]) == [0, 1, 2, 3, 4]
    visit.go("/list")  # a beacon confirms nothing: they come once more, and are known
    visit.touchpoints(8)
    until(lambda: visit.wait(0.1) or not visit.queue())
    assert len(visit.touchpoints()) == 8


def test_what_is_answered_with_503_is_sent_again(visit):
    visit.context.route(
        "**/site/*/",
        lambda route: route.fulfill(status=503, headers={"access-control-allow-origin": "*"}),
        times=1,
    )
    visit.go("/tea")
    visit.agree()
    until(lambda: visit.wait(0.1) or len(visit.calls) > 1)
    assert len(visit.touchpoints(2)) == 2
    until(lambda: visit.wait(0.1) or not visit.queue())


def test_who_signs_in_is_recognised_with_what_they_did_before(visit):
    ann = make.customer(visit.shop)
    visit.go("/mug")
    visit.agree()
    visit.touchpoints(2)
    assert {t.customer for t in visit.touchpoints()} == {None}
    signature = recognising.sign(visit.site.secrets[0], ann.external_id)
    for _ in range(3):  # a shop says it on every page
        visit.say("identify", ann.external_id, signature)
    until(lambda: visit.touchpoints() and {t.customer for t in visit.touchpoints()} == {ann})
    assert ann.recognition_set.count() == 1


def test_the_link_of_a_mail_recognises_and_leaves_the_address_bar(visit):
    ann = make.customer(visit.shop)
    link = recognising.link_parameter(visit.shop.pk, ann.pk, now())
    visit.go(f"/tea?colour=blue&{link}&size=l#top")
    assert visit.page.url == f"{visit.pages.url}/tea?colour=blue&size=l#top"
    visit.agree()
    until(lambda: visit.touchpoints(2) and {t.customer for t in visit.touchpoints()} == {ann})


def test_a_driven_browser_is_flagged(visit, browser):
    with browser.new_page() as page:  # as Playwright comes
        page.goto(visit.pages.url + "/tea")
        page.evaluate("waymark('consent', true)")
        assert [t.data["bot"] for t in visit.touchpoints(2)] == [True, True]
