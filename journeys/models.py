"""A journey is a map of stages; a visit is a customer's stay at one of them."""

from typing import Any

from django.db import models
from django.db.models import Index, Q, UniqueConstraint
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from shops.models import Shop


class Journey(models.Model):
    """A map of lifecycle stages; a customer is at one stage of it at a time."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    name = models.CharField(_("name"), max_length=100)
    key = models.SlugField(_("key"), max_length=60)
    active = models.BooleanField(_("active"), default=True)
    description = models.TextField(_("description"), blank=True, default="", db_default="")
    fill_asked_at = models.DateTimeField(_("past asked for"), null=True, editable=False)
    fill_afresh = models.BooleanField(default=False, editable=False, db_default=False)
    filled_at = models.DateTimeField(_("past filled"), null=True, editable=False)
    fill_fault = models.TextField(_("fault"), blank=True, editable=False, db_default="")
    counted_on = models.DateField(_("counted up to"), null=True, editable=False)

    class Meta:
        verbose_name = _("journey")
        verbose_name_plural = _("journeys")
        constraints = [UniqueConstraint(fields=["shop", "key"], name="journey_key")]
        indexes = [
            Index(
                fields=["fill_asked_at"],
                condition=~Q(fill_asked_at=None),
                name="journey_fill_asked",
            )
        ]

    def __str__(self) -> str:
        return self.name


class FillPart(models.Model):
    """Some of the customers of a journey whose past is asked for: one worker fills them at once."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="fill_parts")
    asked_at = models.DateTimeField()
    first_id, last_id = models.BigIntegerField(), models.BigIntegerField()
    is_empty = models.BooleanField()  # nobody stood on the journey before
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [UniqueConstraint(fields=["journey", "first_id"], name="fill_part_once")]

    def __str__(self) -> str:
        return f"{self.first_id}–{self.last_id}"


class Stage(models.Model):
    """A place on the map and the rule that puts customers there.

    Of several rules that match, the lowest `priority` wins; `position` is only the drawing order.
    Whoever the exit rule matches is not here, whatever the rule says.
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="stages")
    name = models.CharField(_("name"), max_length=100)
    key = models.SlugField(_("key"), max_length=60)
    position = models.SmallIntegerField(_("position on the map"), default=0)
    priority = models.SmallIntegerField(_("priority"), default=0)
    colour = models.CharField(_("colour"), max_length=7, default="#6b7280")
    outcome = models.CharField(  # "", goal, loss
        _("what it means to be here"), max_length=8, blank=True, default="", db_default=""
    )
    expected_days = models.PositiveSmallIntegerField(
        _("days a stay should take at most"), null=True, blank=True
    )
    rule = models.JSONField(_("rule"))
    exit_rule = models.JSONField(_("exit rule"), null=True, blank=True)
    fault = models.TextField(_("fault"), blank=True, editable=False)

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ["journey", "position"]
        constraints = [
            UniqueConstraint(fields=["journey", "key"], name="stage_key"),
            UniqueConstraint(fields=["journey", "priority"], name="stage_priority"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def whole_rule(self) -> dict[str, Any]:
        """The rule, and that the exit rule does not match."""
        return {"all": [self.rule, {"not": self.exit_rule}]} if self.exit_rule else self.rule


class StageVisit(models.Model):
    """A stay at a stage, with the facts that led there; open while `left_at` is empty.

    `came_from` and `left_to` are the stages before and after, empty at the edge of the map: a move
    is read off one row, however many there are.
    """

    # A back-fill writes some four rows a customer: each key that the database checks a row against,
    # and each index that no question is asked of, takes as long as all the thinking. Customers are
    # erased in place; of a stage that is deleted while somebody is placed there, the nightly count
    # forgets the stays.
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    journey = models.ForeignKey(
        Journey, on_delete=models.CASCADE, db_constraint=False, db_index=False
    )
    stage = models.ForeignKey(
        Stage, on_delete=models.CASCADE, related_name="visits", db_constraint=False, db_index=False
    )
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="visits", db_constraint=False,
        db_index=False,
    )  # fmt: skip
    entered_at = models.DateTimeField(_("entered"), default=now)
    left_at = models.DateTimeField(_("left"), null=True, blank=True)
    came_from = models.ForeignKey(
        Stage, on_delete=models.SET_NULL, null=True, related_name="+", db_constraint=False,
        db_index=False, verbose_name=_("came from"),
    )  # fmt: skip
    left_to = models.ForeignKey(
        Stage, on_delete=models.SET_NULL, null=True, related_name="+", db_constraint=False,
        db_index=False, verbose_name=_("left to"),
    )  # fmt: skip
    why = models.JSONField(_("why"), default=dict)

    class Meta:
        verbose_name = _("stage visit")
        verbose_name_plural = _("stage visits")
        constraints = [
            UniqueConstraint(
                fields=["journey", "customer"], condition=Q(left_at=None), name="visit_open"
            )
        ]
        indexes = [
            Index(fields=["stage"], condition=Q(left_at=None), name="visit_at_stage"),
            Index(fields=["customer", "-entered_at"], name="visit_history"),
            Index(fields=["journey", "left_at"], condition=~Q(left_at=None), name="visit_ended"),
            Index(
                fields=["journey", "entered_at"], condition=Q(came_from=None), name="visit_arrived"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer}: {self.stage}"


class DailyMove(models.Model):
    """How many customers went from one stage to another on a day, and after how long a stay.

    An empty end is the edge of the map. `stay_days` is the lower bound of a band of days: whole
    ones up to a hundred, then weeks, then thirties. May be dropped and counted again: the
    database checks none of its keys.
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    journey = models.ForeignKey(
        Journey, on_delete=models.CASCADE, related_name="moves", db_constraint=False, db_index=False
    )
    day = models.DateField(_("day"))
    origin = models.ForeignKey(
        Stage,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    target = models.ForeignKey(
        Stage,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    stay_days = models.SmallIntegerField(_("days stayed"), default=0)
    move_count = models.IntegerField(_("moves"))

    class Meta:
        verbose_name = _("daily moves")
        verbose_name_plural = _("daily moves")
        constraints = [
            UniqueConstraint(
                fields=["journey", "day", "origin", "target", "stay_days"],
                nulls_distinct=False,
                name="daily_move_once",
            )
        ]


class StageRevenue(models.Model):
    """What customers spent on a day while they were at a stage; cancellations are negative.

    With a target it is the orders that led there from the stage.
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    journey = models.ForeignKey(
        Journey,
        on_delete=models.CASCADE,
        related_name="revenue",
        db_constraint=False,
        db_index=False,
    )
    day = models.DateField(_("day"))
    stage = models.ForeignKey(
        Stage, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    target = models.ForeignKey(
        Stage,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    order_count = models.IntegerField(_("orders"))
    revenue_cents = models.BigIntegerField(_("net revenue"))

    class Meta:
        verbose_name = _("revenue of a stage")
        verbose_name_plural = _("revenue of stages")
        constraints = [
            UniqueConstraint(
                fields=["journey", "day", "stage", "target"],
                nulls_distinct=False,
                name="stage_revenue_once",
            )
        ]


class KeptAnswer(models.Model):
    """The rows of a question about some customers' stays, under its digest; see `journeys.kept`."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="+", db_index=False)
    asked = models.CharField(_("question"), max_length=64)
    rows = models.JSONField(_("rows"))
    made_at = models.DateTimeField(_("made"), default=now)

    class Meta:
        verbose_name = _("kept answer")
        verbose_name_plural = _("kept answers")
        constraints = [UniqueConstraint(fields=["journey", "asked"], name="kept_answer_once")]
