"""What machines ask a web process: is it alive, may it be given work, how are things.

Stands before the check of the host's name: a probe calls by address.
"""

from collections.abc import Callable
from hmac import compare_digest

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST

from config import metrics

Answer = Callable[[HttpRequest], HttpResponse]


class Probes:
    """Answers /healthz, /readyz and /metrics; everything else goes on."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self.is_migrated = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return HttpResponse("alive\n", content_type="text/plain")
        if request.path == "/readyz":
            return self.ready()
        if request.path == "/metrics":
            return figures(request)
        return self.get_response(request)

    def ready(self) -> HttpResponse:
        """200 when the database answers and has every migration. The broker is not asked: rows
        are the queue, and whatever arrives meanwhile waits there."""
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            self.is_migrated = self.is_migrated or not _left_to_migrate()
        except Error:
            return HttpResponse("The database does not answer.\n", "text/plain", 503)
        if not self.is_migrated:
            return HttpResponse("Migrations are left to do.\n", "text/plain", 503)
        return HttpResponse("ready\n", content_type="text/plain")


def _left_to_migrate() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def figures(request: HttpRequest) -> HttpResponse:
    """Prometheus's figures, for whoever has `METRICS_TOKEN`; without one there is no such page."""
    wanted = f"Bearer {settings.METRICS_TOKEN}"
    if not settings.METRICS_TOKEN:
        return HttpResponse("Set METRICS_TOKEN to read figures here.\n", "text/plain", 404)
    if not compare_digest(request.headers.get("Authorization", "").encode(), wanted.encode()):
        return HttpResponse("Not with this token.\n", "text/plain", 401)
    return HttpResponse(metrics.exposition(), content_type=CONTENT_TYPE_LATEST)
