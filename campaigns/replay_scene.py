"""The scene of a replay: the shop as it was, in temporary tables that stand before the real ones.

The engine's own statements run on it unchanged, because a temporary table is found before a real
one of its name, and `now()` is the moment replayed. Views over the history show nothing that came
later. The transaction is read-only, which in Postgres means: only temporary tables can be written.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from campaigns.models import Campaign
from shops import clock
from shops.models import Shop

SAMPLE = 50_000  # customers at most; of larger shops every n-th
MEMORY = timedelta(days=60)  # messages of other campaigns before the first day, for the caps
FIRST_ID = 10**15  # what is made here never has the number of a real row
DRAFT_ID = 2 * 10**9  # of a campaign or template: beside advisory locks, which take 32 bits

EMPTY = [
    "campaigns_enrolment",
    "campaigns_message",
    "campaigns_sharedtrail",
    "customers_stalemark",
    "journeys_stagevisit",
    "segments_recheck",
    "shops_outgoingevent",
]
OF_SHOP = [
    "campaigns_campaign",
    "campaigns_campaignversion",
    "campaigns_template",
    "journeys_journey",
    "journeys_stage",
    "segments_segment",
    "segments_segmentrule",
    "segments_cutpoints",
]
OF_CUSTOMERS = ("customers_profile", "segments_membership")
NUMBERED = [
    "campaigns_enrolment",
    "campaigns_message",
    "campaigns_campaignversion",
    "campaigns_sharedtrail",
    "journeys_stagevisit",
    "segments_membership",
    "segments_segmentrule",
    "segments_cutpoints",
]
DRAFTED = ["campaigns_campaign", "campaigns_template"]

VIEWS = """
CREATE TEMP VIEW customers_touchpoint AS SELECT * FROM {real}.customers_touchpoint
    WHERE shop_id = {shop} AND occurred_at <= now();
CREATE TEMP VIEW customers_order AS SELECT * FROM {real}.customers_order
    WHERE shop_id = {shop} AND placed_at <= now();
CREATE TEMP VIEW customers_consent AS
    SELECT id, shop_id, customer_id, channel, purpose, given_at, given_how,
        CASE WHEN ended_at <= now() THEN ended_at END AS ended_at,
        CASE WHEN ended_at <= now() THEN ended_how ELSE '' END AS ended_how
    FROM {real}.customers_consent WHERE shop_id = {shop} AND given_at <= now();
CREATE TEMP VIEW customers_suppression AS SELECT * FROM {real}.customers_suppression
    WHERE shop_id = {shop} AND created_at <= now();
"""
# Rule segments begin empty and are filled as of the first day; the others are as they are today.
MEMBERSHIPS = """
INSERT INTO segments_membership SELECT m.* FROM {real}.segments_membership m
JOIN segments_segment s ON s.id = m.segment_id AND s.kind <> 'rule'
JOIN customers_customer c ON c.id = m.customer_id
WHERE m.entered_at <= now() AND (m.left_at IS NULL OR m.left_at > now())
"""
STAGED = """
UPDATE campaigns_campaign SET launched_at = %(start)s, swept_at = %(start)s, fault = '',
    entry_closed_at = NULL, status = CASE WHEN id = ANY(%(played)s) THEN 'running'
        WHEN status = 'running' THEN 'paused' ELSE status END
"""
ARRIVED = """
INSERT INTO customers_customer SELECT * FROM {real}.customers_customer
WHERE shop_id = %(shop)s AND mod(id, %(one_in)s) = 0 AND created_at <= %(at)s
AND created_at > %(since)s
RETURNING id
"""
PROFILES = """
INSERT INTO customers_profile SELECT p.* FROM {real}.customers_profile p
WHERE p.customer_id = ANY(%s) ON CONFLICT DO NOTHING
"""
# What campaigns that are not played along really sent: it counts for the caps when its time comes.
WRITTEN = """
CREATE TEMP TABLE replay_written ON COMMIT DROP AS
SELECT m.* FROM {real}.campaigns_message m JOIN customers_customer c ON c.id = m.customer_id
WHERE m.status IN ('sending', 'sent', 'uncertain') AND m.claimed_at > %(since)s
AND NOT m.campaign_id = ANY(%(played)s)
"""


@contextmanager
def set_up(shop: Shop, start: datetime, campaign: Callable[[], Campaign]) -> Iterator["Scene"]:
    """The shop as it was at `start`, the campaign about to run beside those that run today.

    `campaign` is asked for on the scene, where one may be written that is nowhere else. Everything
    is gone when it is left, whatever happened inside.
    """
    with transaction.atomic(), clock.standing_at(start):
        scene = Scene(shop, start)
        scene.build(campaign)
        yield scene
        transaction.set_rollback(True)


class Scene:
    """Turns the clock, and lets appear what appeared in the meantime."""

    campaign: Campaign

    def __init__(self, shop: Shop, start: datetime) -> None:
        self.shop = shop
        self.start = start
        running = Campaign.objects.filter(shop=shop, status="running", fault="")
        self.played = list(running.values_list("pk", flat=True))
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_schema()")
            self.real: str = cursor.fetchone()[0]
            cursor.execute(
                "SELECT count(*) FROM customers_customer WHERE shop_id = %s", [self.shop.pk]
            )
            self.one_in = -(-cursor.fetchone()[0] // SAMPLE) or 1
        self.has_written = False

    def build(self, campaign: Callable[[], Campaign]) -> None:
        with connection.cursor() as cursor:
            for table in (*EMPTY, *OF_SHOP, *OF_CUSTOMERS, "customers_customer"):
                cursor.execute(
                    f"CREATE TEMP TABLE {table} (LIKE {self.real}.{table} INCLUDING ALL)"
                    " ON COMMIT DROP"
                )
            for table in NUMBERED:
                cursor.execute(f"ALTER TABLE {table} ALTER COLUMN id RESTART WITH {FIRST_ID}")
            for table in DRAFTED:
                cursor.execute(f"ALTER TABLE {table} ALTER COLUMN id RESTART WITH {DRAFT_ID}")
            cursor.execute(
                f"SET LOCAL search_path = waymark_replay, pg_catalog, pg_temp, {self.real}"
            )
            self.turn(self.start)
            cursor.execute(VIEWS.format(real=self.real, shop=int(self.shop.pk)))
            for table in OF_SHOP:
                cursor.execute(
                    f"INSERT INTO {table} SELECT * FROM {self.real}.{table} WHERE shop_id = %s",
                    [self.shop.pk],
                )
            self.campaign = campaign()
            others = [pk for pk in self.played if pk != self.campaign.pk]
            self.played = [self.campaign.pk, *others]
            cursor.execute(STAGED, {"start": self.start, "played": self.played})
            cursor.execute("UPDATE segments_segment SET member_count = 0 WHERE kind = 'rule'")
        self.arrive(datetime.min.replace(tzinfo=self.start.tzinfo), self.start)
        self._remember()

    def _remember(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(MEMBERSHIPS.format(real=self.real))
            known: dict[str, Any] = {"since": self.start - MEMORY, "played": self.played}
            cursor.execute(WRITTEN.format(real=self.real), known)
            self.has_written = cursor.rowcount > 0
            for table in ("customers_customer", "customers_profile", "segments_membership"):
                cursor.execute(f"ANALYZE {table}")
            cursor.execute("SET TRANSACTION READ ONLY")
        self.tell_written(self.start - MEMORY, self.start)

    def turn(self, at: datetime) -> None:
        """From now on SQL's `now()` is this moment."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('waymark.now', %s, true)", [at.isoformat()])

    def arrive(self, since: datetime, at: datetime) -> list[int]:
        """Let the customers appear who came in between; returns their ids."""
        known = {"shop": self.shop.pk, "one_in": self.one_in, "since": since, "at": at}
        with connection.cursor() as cursor:
            cursor.execute(ARRIVED.format(real=self.real), known)
            new = [pk for (pk,) in cursor.fetchall()]
            if new:
                cursor.execute(PROFILES.format(real=self.real), [new])
        return new

    def tell_written(self, since: datetime, at: datetime) -> None:
        """Let the real messages of other campaigns count that were sent in between."""
        if self.has_written:
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO campaigns_message SELECT * FROM replay_written"
                    " WHERE claimed_at > %s AND claimed_at <= %s",
                    [since, at],
                )
