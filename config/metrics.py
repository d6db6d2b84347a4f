"""What Prometheus reads: how far each queue of rows lags, and what went through in five minutes.

Everything is counted from rows when it is asked for, so that the figures are the same whichever
process answers, and none is lost when a process ends. Counts go no further than `MOST`.
"""

from collections.abc import Iterator
from typing import Any

from django.db import connection
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

MOST = 100_000

# The rows of a queue that should have been taken by now, and since when. Each reads the partial
# index that the queue's own task reads.
QUEUES = {
    "deliveries": "SELECT received_at FROM shops_delivery WHERE digested_at IS NULL ORDER BY id",
    # Counted only: a review that is read today may have been written years ago.
    "reviews": "SELECT now() FROM customers_touchpoint WHERE unread ORDER BY id",
    "customers": "SELECT since FROM customers_stalemark ORDER BY since",
    "steps": """SELECT e.due_at FROM campaigns_enrolment e
        JOIN campaigns_campaign g ON g.id = e.campaign_id AND g.status = 'running'
        WHERE e.due_at <= now() ORDER BY e.due_at""",
    "messages": """SELECT m.due_at FROM campaigns_message m
        JOIN campaigns_campaign g ON g.id = m.campaign_id AND g.status = 'running'
        WHERE m.status = 'planned' AND m.due_at <= now() ORDER BY m.due_at""",
    "requested_mails": """SELECT due_at FROM campaigns_notice
        WHERE status = 'planned' AND due_at <= now() ORDER BY due_at""",
    "signals": "SELECT at FROM campaigns_signal WHERE read_on IS NULL ORDER BY at",
    "outgoing": """SELECT o.created_at FROM shops_endpoint e CROSS JOIN LATERAL (
            SELECT created_at FROM shops_outgoingevent o
            WHERE o.endpoint_id = e.id AND o.delivered_at IS NULL ORDER BY o.id) AS o
        WHERE e.paused_at IS NULL""",
    "imports": """SELECT created_at FROM customers_fileimport
        WHERE status IN ('waiting', 'running') ORDER BY id""",
    "exports": """SELECT created_at FROM segments_segmentexport
        WHERE status IN ('waiting', 'running') ORDER BY id""",
    "edits": "SELECT asked_at FROM segments_segmentedit WHERE finished_at IS NULL ORDER BY id",
    "erasures": """SELECT due_at FROM customers_erasure
        WHERE done_at IS NULL AND due_at <= now() ORDER BY due_at""",
}
QUEUE = """SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(since)), 0)::float8
FROM ({rows} LIMIT %s) AS waiting (since)"""

# Rates: what happened in the last five minutes, by what became of it.
RATES = {
    "deliveries": (
        "Webhook calls of the last five minutes, by status",
        """SELECT status, count(*) FROM shops_delivery
        WHERE received_at > now() - interval '5 minutes' GROUP BY 1""",
    ),
    "messages": (
        "Messages handed over in the last five minutes, by what the carrier said",
        """SELECT status, count(*) FROM campaigns_message
        WHERE sent_at > now() - interval '5 minutes' GROUP BY 1""",
    ),
    "outgoing": (
        "Events that endpoints took in the last five minutes",
        """SELECT 'delivered', count(*) FROM shops_outgoingevent
        WHERE delivered_at > now() - interval '5 minutes'""",
    ),
}
# What stands still until somebody looks at it.
ERRORS = {
    "quarantined_deliveries": "SELECT 1 FROM shops_delivery WHERE status = 'quarantined'",
    "uncertain_messages": "SELECT 1 FROM campaigns_message WHERE status = 'uncertain'",
    "refused_carriers": "SELECT 1 FROM campaigns_mailcarrier WHERE refused_at IS NOT NULL",
    "faulty_campaigns": "SELECT 1 FROM campaigns_campaign WHERE fault <> ''",
    "faulty_segments": "SELECT 1 FROM segments_segment WHERE fault <> '' AND archived_at IS NULL",
    "failing_endpoints": "SELECT 1 FROM shops_endpoint WHERE failing_since IS NOT NULL",
}


class Rows:
    """Collects every figure anew, each time it is asked."""

    def collect(self) -> Iterator[Metric]:
        yield from _queues()
        for name, (said, statement) in RATES.items():
            metric = GaugeMetricFamily(f"waymark_{name}_5m", said, labels=["status"])
            for status, count in _rows(statement):
                metric.add_metric([status], count)
            yield metric
        standing = GaugeMetricFamily(
            "waymark_needs_attention", "What waits for a person", labels=["what"]
        )
        for name, statement in ERRORS.items():
            [(count,)] = _rows(f"SELECT count(*) FROM ({statement} LIMIT {MOST}) AS each")
            standing.add_metric([name], count)
        yield standing


def _queues() -> Iterator[Metric]:
    waiting = GaugeMetricFamily("waymark_queue_rows", "Rows that wait", labels=["queue"])
    behind = GaugeMetricFamily("waymark_queue_seconds", "Age of the oldest", labels=["queue"])
    for name, rows in QUEUES.items():
        [(count, seconds)] = _rows(QUEUE.format(rows=rows), [MOST])
        waiting.add_metric([name], count)
        behind.add_metric([name], seconds)
    yield waiting
    yield behind


def _rows(statement: str, params: list[int] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return list(cursor.fetchall())


REGISTRY = CollectorRegistry(auto_describe=False)
REGISTRY.register(Rows())


def exposition() -> bytes:
    """All figures in Prometheus's text format."""
    return generate_latest(REGISTRY)
