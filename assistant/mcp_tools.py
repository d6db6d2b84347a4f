"""What an outside assistant may look at and propose, under the roles of the person it works for.

Nothing here changes what runs: a proposed plan, campaign or segment waits on its page for a
person's approval.
"""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assistant import figures, planner, rehearsals, rule_writer, segment_text, sentences
from assistant.models import OUTSIDE, Plan
from campaigns import as_text, report
from campaigns.models import Campaign
from customers.models import Customer
from journeys import counting, transitions
from journeys.models import Journey
from segments import estimate, rules, why
from segments.models import Segment
from shops.models import Shop, User


class Refused(Exception):
    """The person may not do this, or there is no such thing; says which."""


class Tools:
    """The tools for one shop and one person; each method is one, its docstring is what is told."""

    NAMES = ("journey_map", "segments", "campaign_report", "why_in_segment", "propose_segment",
             "propose_plan", "propose_campaign")  # fmt: skip

    def __init__(self, shop: Shop, user: User) -> None:
        if not user.is_superuser and not shop.staff.filter(pk=user.pk).exists():
            raise Refused(_("This person does not belong to the shop."))
        self.shop, self.user = shop, user

    def journey_map(self, journey: str = "lifecycle", days: int = 180) -> list[dict[str, Any]]:
        """The measured journey: figures over ten people or more, with id, label and value."""
        self._needs("journeys.view_journey")
        held = Journey.objects.filter(shop=self.shop, key=journey).first()
        if held is None:
            raise Refused(_("There is no journey “%s”.") % journey)
        end = counting.today(self.shop) + timedelta(days=1)
        start = end - timedelta(days=min(max(days, 1), 730))
        measured = transitions.measure(held, transitions.Period(start, end))
        goals = [s.stage.key for s in measured.standings if s.stage.outcome == "goal"]
        found = figures.of(measured, goals[0] if goals else "")
        return [asdict(figure) for figure in found.values()]

    def segments(self) -> list[dict[str, Any]]:
        """The shop's segments: key, name, rule in words, number of members."""
        self._needs("segments.view_segment")
        return [
            {"key": one.key, "name": one.name, "members": one.member_count,
             "rule": rules.describe(one.rule, shop=self.shop) if one.rule else one.description}
            for one in Segment.in_use.filter(shop=self.shop).order_by("key")[:500]
        ]  # fmt: skip

    def campaign_report(self, campaign: str) -> dict[str, Any]:
        """A campaign by its key: messages by status, and what it brought beside its holdout."""
        self._needs("campaigns.view_campaign")
        held = Campaign.objects.filter(shop=self.shop, key=campaign).first()
        if held is None:
            raise Refused(_("There is no campaign “%s”.") % campaign)
        proof = report.proof(held)
        return {"name": held.name, "status": held.status, **asdict(report.summary(held)),
                "goal": proof.goal_words, "revenue": proof.revenue_words}  # fmt: skip

    def why_in_segment(self, segment: str, customer_id: str) -> list[dict[str, Any]]:
        """Why a customer, by the shop's own id, is in a segment or not: clause by clause."""
        self._needs("segments.view_segment", "customers.view_customer", "shops.see_personal_data")
        held = Segment.objects.filter(shop=self.shop, key=segment).first()
        ann = Customer.objects.filter(shop=self.shop, external_id=customer_id).first()
        if held is None or ann is None:
            raise Refused(_("There is no such segment or customer."))
        return [asdict(clause) for clause in why.of(held, ann.survivor).clauses]

    def propose_segment(self, description: str, name: str = "", reason: str = "") -> dict[str, Any]:
        """A sentence as a rule, in words with how many it finds, kept as a proposal that a person
        approves. Where something has to be asked back first, nothing is kept."""
        self._needs("assistant.add_plan", "segments.view_segment")
        written = rule_writer.write(self.shop, description)
        said: dict[str, Any] = asdict(written)
        if written.rule is None:
            return said
        compiled = rules.compile(written.rule, shop=self.shop)
        said["customers"] = estimate.of(self.shop, compiled).count
        if not written.complete:
            return said
        text = segment_text.of(self.shop, name or description, description, written.rule)
        part = {"part": f"segment:{text['key']}"[:60], "why": (reason or description)[:500],
                "text": text}  # fmt: skip
        return said | self._kept(name or description, "segments", part)

    def propose_plan(self, goal: str) -> dict[str, Any]:
        """A plan for a goal, kept as a proposal that a person approves part by part."""
        self._needs("assistant.add_plan")
        try:
            plan = planner.make(self.shop, goal[:300])
        except planner.NoPlan as fault:
            raise Refused(str(fault)) from fault
        refused = sentences.refused(plan.refused)
        return {"plan": plan.pk, "author": plan.author, "refused": refused, **plan.proposal}

    def propose_campaign(self, text: str, reason: str) -> dict[str, Any]:
        """A campaign as text (YAML, one template), checked and kept to be approved."""
        self._needs("assistant.add_plan")
        try:
            told = as_text.read(text)
            as_text.load_read(told, self.shop, dry_run=True)
        except as_text.TextFault as fault:
            raise Refused(str(fault)) from fault
        if len(told.get("templates", {})) != 1:
            raise Refused(_("It needs exactly one template."))
        part = {"part": f"campaign:{told['key']}"[:60], "edge": "", "why": reason[:500],
                "text": told}  # fmt: skip
        return self._kept(reason or told["name"], "campaigns", part)

    def _kept(self, goal: str, kind: str, part: dict[str, Any]) -> dict[str, Any]:
        """The one part as a plan of its own, which waits on its page."""
        mine = Journey.objects.filter(shop=self.shop)
        journey = mine.filter(key="lifecycle").first() or mine.order_by("pk").first()
        if journey is None:
            raise Refused(_("The shop has no journey yet. A person has to add one first."))
        proposal: dict[str, Any] = {
            "diagnosis": [], "stages": [], "campaigns": [], "forecast": [], "risks": [],
            "measured": [], kind: [part],
        }  # fmt: skip
        author, today = f"{OUTSIDE}{self.user}"[:80], counting.today(self.shop)
        with transaction.atomic():
            # Said twice it is one proposal, while nobody has decided.
            same = Plan.objects.waiting().filter(shop=self.shop, author=author, proposal=proposal)
            plan = same.first() or Plan.objects.create(
                shop=self.shop, journey=journey, goal=goal[:300], author=author,
                start=today - timedelta(days=planner.DAYS), end=today, proposal=proposal,
            )  # fmt: skip
            rehearsals.ask(plan)
        return {"plan": plan.pk, "waits_for": _("a person's approval on the plan's page")}

    def _needs(self, *permissions: str) -> None:
        # Asked anew each time: a role that was taken away ends at once.
        user = User.objects.get(pk=self.user.pk)
        if not user.is_active or not user.has_perms(permissions, self.shop):
            raise Refused(_("This person may not do that."))
