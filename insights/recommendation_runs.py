"""Recommenders learn from a shop's history, are judged, and write every customer's lists.

Nightly for everybody; every few minutes, with what was learned last, for those who bought since.
"""

import time
from dataclasses import replace

import numpy as np
from django.utils.translation import gettext_lazy as _

from insights import (
    artefact,
    buying,
    product_knowledge,
    product_texts,
    ranking,
    recommendation_lists,
    recommenders,
)
from insights.purchases import Catalogue, Matrix, Purchases, sums
from insights.recommendation_models import RecommendationRun
from insights.recommenders.blend import Blend
from shops import sentences, speaking
from shops.models import Shop
from shops.sentences import Sentence

LEAST_CUSTOMERS = 20  # fewer teach nothing: everybody gets what sells
JUDGED = 0.1  # the part of the history, the latest, that judges
MOST_JUDGES = 2_000
RUNS_KEPT = 30


def learn_all() -> None:
    """Every shop's recommenders learn, and every customer's lists are written."""
    for shop in Shop.objects.order_by("pk"):
        learn(shop)


def refresh_changed() -> None:
    """The lists of customers who bought since theirs were written, in every shop."""
    for shop in Shop.objects.order_by("pk"):
        run = RecommendationRun.objects.filter(shop=shop, live="blend").order_by("-id").first()
        customers = recommendation_lists.changed(shop) if run else []
        if run and customers:
            blend, catalogue, penalty = _load(shop, run)
            recommendation_lists.write(shop, blend, catalogue, penalty, customers)


@speaking.to_shop
def learn(shop: Shop) -> RecommendationRun:
    """Learn, judge, keep what was learned, and write the lists; returns the run's card."""
    began = time.perf_counter()
    product_texts.read(shop)
    catalogue = buying.catalogue(shop)
    catalogue = replace(
        catalogue,
        rules=product_knowledge.rules(shop),
        vectors=product_texts.vectors(catalogue.ids.tolist()),
    )
    history = buying.purchases(shop, catalogue)
    run = RecommendationRun(shop=shop, product_count=len(catalogue))
    run.customer_count = history.shape[0]
    penalty = product_knowledge.penalty(catalogue)
    blend = recommenders.blended()
    if history.shape[0] < LEAST_CUSTOMERS:
        run.live = "popularity"
        too_few = _("%(have)d of %(need)d buyers so far")
        run.explain(sentences.kept(too_few, have=history.shape[0], need=LEAST_CUSTOMERS))
    else:
        run.metrics = judge(history)
        run.live, why = verdict(run.metrics)
        run.explain(why)
        blend.fit(history)
        run.learned = artefact.pack(
            {
                "catalogue": {"ids": catalogue.ids, "penalty": penalty},
                "blend": blend.fitted,
                **{f"part.{name}": part.fitted for name, part in blend.parts.items()},
            }
        )
    recommendation_lists.write_strangers(shop, history, penalty)
    if run.live == "blend":
        recommendation_lists.write_all(shop, blend, catalogue, penalty)
    else:
        recommendation_lists.forget(shop)
    run.seconds = time.perf_counter() - began
    run.save()
    _forget(shop)
    return run


def judge(history: Purchases) -> dict[str, float]:
    """Recall of the blend and two simple lists, in 20 places, on the history's latest tenth.

    `noise` is the standard error of the difference between the blend and own frequencies.
    """
    days = float(np.quantile(history.age, JUDGED))
    known, later = history.until(days), history.since(days)
    back = np.intersect1d(np.unique(known.row), np.unique(later.row))
    back = back[:: 1 + len(back) // MOST_JUDGES]
    if not len(back):
        return {}
    blend = recommenders.blended()
    blend.fit(known)
    asked, bought = known.of_customers(back), later.bought[back]
    sold = sums(known.bought, 0)
    places = min(20, max(1, history.shape[1] // 10))  # a list of everything is always right
    said = {
        "blend": blend.score(asked),
        "popularity": np.broadcast_to(sold, asked.shape),
        "own_frequencies": asked.times.toarray() + sold / (1 + sold.max()),
    }
    found = {name: ranking.recall(ranking.best(s, places), bought) for name, s in said.items()}
    gained = found["blend"] - found["own_frequencies"]
    figures = {name: each.mean() for name, each in found.items()}
    figures["noise"] = gained.std() / np.sqrt(len(gained))
    return {name: round(float(value), 4) for name, value in figures.items()}


def verdict(metrics: dict[str, float]) -> tuple[str, Sentence]:
    """What may be used, and why: the blend where it beats what sells and own frequencies do not
    clearly (by two standard errors) beat it; they know nothing of new products."""
    if not metrics:
        return "popularity", sentences.kept(_("No customer has come back yet."))
    found, sells, own = (metrics[each] for each in ("blend", "popularity", "own_frequencies"))
    told = _(
        "Of what is bought next the blend finds %(found)s, what sells %(sells)s, "
        "what the customer bought before %(own)s."
    )
    said = sentences.kept(told, found=f"{found:.1%}", sells=f"{sells:.1%}", own=f"{own:.1%}")
    good = found > sells and found >= own - 2 * metrics["noise"]
    return ("blend" if good else "popularity"), said


def _load(shop: Shop, run: RecommendationRun) -> tuple[Blend, Catalogue, Matrix]:
    """The blend as it was learned, with the rules of today."""
    fitted = artefact.unpack(bytes(run.learned))
    blend = recommenders.blended()
    blend.fitted = fitted["blend"]
    for name, part in blend.parts.items():
        part.fitted = fitted.get(f"part.{name}", {})
    ids = fitted["catalogue"]["ids"]
    unsaid = [""] * len(ids)
    prices = np.full(len(ids), np.nan, np.float32)
    catalogue = Catalogue(ids, unsaid, unsaid, prices, product_knowledge.rules(shop))
    return blend, catalogue, fitted["catalogue"]["penalty"]


def _forget(shop: Shop) -> None:
    """Old cards stay for a month, what they learned only until the next."""
    newest = list(RecommendationRun.objects.filter(shop=shop).order_by("-id")[:RUNS_KEPT])
    RecommendationRun.objects.filter(shop=shop).exclude(pk__in=[r.pk for r in newest]).delete()
    RecommendationRun.objects.filter(pk__in=[r.pk for r in newest[1:]]).update(learned=b"")
