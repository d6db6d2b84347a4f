"""Which products a customer buys next: lists of 20 against what was really bought.

Method: the lines of known customers in `online_retail.parquet`, without cancellations, of stock
codes that begin with five digits. Everything before the 80 % quantile of the lines teaches, what
comes after is predicted: for each customer with a line on both sides, the products sold in at
least five lines before the split. New items: only products the customer never had, asked and
judged. All: repeats too. Recall is the hits over min(20, bought); ndcg over the first 10 places.
Coverage: the share of the products in at least one list of new items. The lists are those that the
product would write, with what makes them differ. Beside them the baselines,
in the same run. The blend learns its weights inside the first part only.

Serving: the customers' stored lists, written to Postgres; the 95th percentile of 500 reads of ten
products with their reasons by the function that the API calls (`p95_ms`), and of 500 requests of
`/api/v1/recommendations`, three lists of twenty, with a key, through all of Django's layers
(`api_p95_ms`). The shop is removed again.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
from django.core.management import call_command
from django.test import Client
from numpy.typing import NDArray
from pyarrow import parquet
from scipy import sparse

from customers.models import Customer
from insights import choosing, ranking, recommenders, recommending
from insights.purchases import Catalogue, Ints, Matrix, Purchases, sums
from insights.recommendation_models import RecommendationList
from insights.recommenders.ease import Ease
from shops import keys
from shops.models import ApiKey, Product, Shop

Maker = Callable[[str, Matrix], Ints]
LEAST_LINES, TOP, TOP_NDCG = 5, 20, 10
COLUMNS = ["InvoiceNo", "StockCode", "Description", "InvoiceDate", "CustomerID", "Country"]
DAY = np.timedelta64(1, "D")


def run(data: Path) -> dict[str, Any]:
    """The figures of the blend, and of the baselines as a table before."""
    history, later = read(data / "online_retail.parquet")
    for name, scores in baselines(history).items():
        print(name, judge(scores, lambda kind, allowed: ranking.best(allowed, TOP), history, later))
    began, began_cpu = time.perf_counter(), time.process_time()
    blend = recommenders.blended()
    blend.fit(history)
    fit_s, fit_cpu_s = time.perf_counter() - began, time.process_time() - began_cpu
    scores = blend.score(history)
    make: Maker = lambda kind, allowed: choosing.columns(kind, allowed, blend)  # noqa: E731
    figures = judge(scores, make, history, later)
    return {
        **figures,
        "fit_s": round(fit_s, 1),
        "fit_cpu_s": round(fit_cpu_s, 1),
        **serve(history, scores),
    }


def serve(history: Purchases, scores: Matrix) -> dict[str, float]:
    """Milliseconds within which 95 of 100 reads, and requests, are answered."""
    call_command("migrate", verbosity=0)
    shop = Shop.objects.create(name="Benchmark", key=f"benchmark-{time.time_ns()}")
    try:
        customers = _store(shop, history, scores)[:500]
        secret = keys.issue(ApiKey(shop=shop, name="Benchmark", rate_limit=0, scopes=keys.scopes()))
        client = Client(SERVER_NAME="localhost", headers={"Authorization": f"Bearer {secret}"})
        read = [_ms(lambda: recommending.recommend(shop, one, count=10)) for one in customers]  # noqa: B023
        asked = [_ms(lambda: _ask(client, one)) for one in customers]  # noqa: B023
        figures = {"p95_ms": read, "api_p95_ms": asked}
        return {name: round(float(np.quantile(of, 0.95)), 1) for name, of in figures.items()}
    finally:
        RecommendationList.objects.filter(shop=shop).delete()
        shop.delete()


def _store(shop: Shop, history: Purchases, scores: Matrix) -> list[Customer]:
    products = Product.objects.bulk_create(
        Product(shop=shop, external_id=str(number), title=title)
        for number, title in enumerate(history.catalogue.titles)
    )
    customers = Customer.objects.bulk_create(
        Customer(shop=shop, external_id=str(number)) for number in history.customers
    )
    chosen = zip(customers, ranking.best(scores, 40), strict=True)
    RecommendationList.objects.bulk_create(
        RecommendationList(
            shop=shop,
            customer=customer,
            kind=kind,
            items=[{"product": products[c].pk, "why": "popular"} for c in columns],
        )
        for customer, columns in chosen
        for kind in choosing.KINDS
    )
    return customers


def _ask(client: Client, customer: Customer) -> None:
    answer = client.get(f"/api/v1/recommendations/{customer.external_id}")
    if answer.status_code != 200:
        raise RuntimeError(answer.content.decode()[:300])


def _ms(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def read(path: Path) -> tuple[Purchases, sparse.csr_matrix]:
    """What was known before the split, and customers × products bought after it."""
    lines = parquet.read_table(path, columns=COLUMNS)
    lines = lines.filter(pc.is_valid(lines["CustomerID"]))
    lines = lines.filter(pc.invert(pc.starts_with(lines["InvoiceNo"], "C")))
    lines = lines.filter(pc.match_substring_regex(lines["StockCode"], r"^\d{5}"))
    when = lines["InvoiceDate"].to_numpy()
    split = np.sort(when)[int(len(when) * 0.8)]
    before = when < split
    codes = np.array(lines["StockCode"].to_pylist())
    sold, counts = np.unique(codes[before], return_counts=True)
    known = np.isin(codes, sold[counts >= LEAST_LINES])
    buyers, products = lines["CustomerID"].to_numpy(), sold[counts >= LEAST_LINES]
    customers = np.unique(buyers[before])
    place = {"customers": customers, "products": products}
    first, second = before & known, ~before & known & np.isin(buyers, customers)
    row, column = _places(place, buyers[first], codes[first])
    orders = np.unique(np.array(lines["InvoiceNo"].to_pylist())[first], return_inverse=True)[1]
    _, once = np.unique(np.stack([orders, column]), axis=1, return_index=True)
    titles = dict(zip(codes[first], np.array(lines["Description"].to_pylist())[first], strict=True))
    groups = np.zeros(len(customers), np.int64)
    groups[row] = np.unique(np.array(lines["Country"].to_pylist())[first], return_inverse=True)[1]
    catalogue = Catalogue(
        np.arange(len(products)),
        [str(titles[code]) for code in products],
        [""] * len(products),
        np.full(len(products), np.nan, np.float32),
    )
    ages = ((split - when[first]) / DAY).astype(np.float32)
    history = Purchases(
        catalogue, customers.astype(np.int64), groups,
        row[once], column[once], orders[once].astype(np.int64), ages[once],
    )  # fmt: skip
    later_row, later_column = _places(place, buyers[second], codes[second])
    later = sparse.csr_matrix((np.ones(len(later_row)), (later_row, later_column)), history.shape)
    later.data[:] = 1
    return history, later


def _places(place: dict[str, NDArray[Any]], buyers: Any, codes: Any) -> tuple[Ints, Ints]:
    return np.searchsorted(place["customers"], buyers), np.searchsorted(place["products"], codes)


def baselines(history: Purchases) -> dict[str, Matrix]:
    """Popularity, EASE and the customer's own frequencies (the more popular first among equals)."""
    buyers = sums(history.bought, 0)
    ease = Ease()
    ease.fit(history)
    return {
        "popularity": np.broadcast_to(buyers, history.shape),
        "EASE": ease.score(history),
        "own frequencies": history.times.toarray() + buyers / 1e6,
    }


def judge(
    scores: Matrix, make: Maker, history: Purchases, later: sparse.csr_matrix
) -> dict[str, float]:
    """Mean figures over the customers who bought later, and the coverage of their lists."""
    new = sparse.csr_matrix(later - later.multiply(history.bought))
    new.eliminate_zeros()
    had = history.bought.toarray() > 0
    new_lists, new_bought = lists("new", scores, make, had, new)
    all_lists, all_bought = lists("all", scores, make, had, later)
    figures = {
        "new_recall_20": ranking.recall(new_lists, new_bought).mean(),
        "new_ndcg_10": ranking.ndcg(new_lists[:, :TOP_NDCG], new_bought).mean(),
        "all_recall_20": ranking.recall(all_lists, all_bought).mean(),
        "all_ndcg_10": ranking.ndcg(all_lists[:, :TOP_NDCG], all_bought).mean(),
        "coverage": len(np.unique(new_lists)) / history.shape[1],
        "all_coverage": len(np.unique(all_lists)) / history.shape[1],
    }
    return {name: round(float(value), 4) for name, value in figures.items()}


def lists(
    kind: str, scores: Matrix, make: Maker, had: NDArray[np.bool_], bought: sparse.csr_matrix
) -> tuple[Ints, sparse.csr_matrix]:
    """The lists of those who bought anything, and what that was."""
    judged = np.flatnonzero(np.diff(bought.indptr))
    allowed = choosing.only(kind, scores[judged], had[judged])
    return make(kind, allowed)[:, :TOP], bought[judged]
