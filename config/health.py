"""What can be wrong with an installation, and what to do about it."""

import shutil
import socket
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from django.conf import settings
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.timezone import now
from kombu.exceptions import OperationalError as BrokerError

from campaigns import mail_dns
from campaigns.models import Message
from config.celery import app
from customers.models import StaleMark
from shops.models import Delivery

LEAST_FREE_BYTES = 1_000_000_000
LATE = timedelta(minutes=5)
MOST_CLOCK_SECONDS = 2.0


@dataclass(frozen=True)
class Finding:
    """One check: what was found, and what to do when it is not well."""

    what: str
    well: bool
    said: str
    advice: str = ""


def examine() -> list[Finding]:
    """Run every check; one that fails does not stop the others."""
    found = [database()]
    if found[0].well:
        found += [migrations(), clock(), waiting(), in_flight()]
    return [*found, broker(), mail(), *mail_domains(), disk(), secrets()]


def database() -> Finding:
    """Postgres answers."""
    advice = "Check DATABASE_URL, or unset it to use the embedded server."
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            return Finding("database", True, f"Postgres {cursor.fetchone()[0]}")
    except OperationalError as fault:
        return Finding("database", False, str(fault).strip(), advice)


def migrations() -> Finding:
    """Nothing waits to be migrated."""
    executor = MigrationExecutor(connection)
    left = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return Finding("migrations", not left, f"{len(left)} to do", "Run manage.py migrate.")


def clock() -> Finding:
    """This machine and the database agree on the time: signatures and schedules depend on it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        apart = abs((now() - cursor.fetchone()[0]).total_seconds())
    advice = "Synchronise both clocks (NTP)."
    return Finding("clock", apart < MOST_CLOCK_SECONDS, f"{apart:.2f} s apart", advice)


def waiting() -> Finding:
    """No row has waited for long."""
    late = now() - LATE
    counts = {
        "deliveries": Delivery.objects.filter(digested_at=None, received_at__lt=late),
        "customers": StaleMark.objects.filter(since__lt=late),
        "messages": Message.objects.filter(
            status="planned", due_at__lt=late, campaign__status="running"
        ),
    }
    left = {name: rows[:10_000].count() for name, rows in counts.items()}
    said = ", ".join(f"{count} {name}" for name, count in left.items())
    advice = "Is a worker running, and beat? Look at their logs."
    return Finding("rows that wait", not any(left.values()), said, advice)


def in_flight() -> Finding:
    """No message is between us and the carrier without anybody knowing."""
    count = Message.objects.filter(status="uncertain")[:10_000].count()
    return Finding("uncertain messages", not count, str(count), "Ask the carrier about them.")


def broker() -> Finding:
    """The broker answers."""
    try:
        with app.connection_for_write() as line:
            line.ensure_connection(max_retries=1, timeout=3)
    except (BrokerError, OSError) as fault:
        advice = "Check REDIS_URL, or unset it to use the embedded server."
        return Finding("broker", False, str(fault), advice)
    return Finding("broker", True, line.as_uri())


def mail() -> Finding:
    """The mail server accepts a connection; caught mail needs no server."""
    where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    if settings.EMAIL_IS_CAUGHT:
        return Finding("mail", True, "caught on this machine; set EMAIL_URL to send")
    try:
        socket.create_connection((settings.EMAIL_HOST, settings.EMAIL_PORT), timeout=5).close()
    except OSError as fault:
        return Finding("mail", False, f"{where}: {fault}", "Check EMAIL_URL and the firewall.")
    return Finding("mail", True, where)


def mail_domains() -> list[Finding]:
    """The DNS lets receivers believe our mails; asked only where mails leave the machine."""
    if settings.EMAIL_IS_CAUGHT:
        return []
    try:
        wrong = list(islice(mail_dns.faults(), 5))
    except OperationalError as fault:
        return [Finding("mail domains", False, str(fault).strip(), "The database comes first.")]
    advice = "Mail settings → Check the sending domain shows the records to add."
    return [Finding("mail domains", not wrong, "; ".join(wrong) or "in order", advice)]


def disk() -> Finding:
    """There is room for the logs and the embedded database."""
    free = shutil.disk_usage(settings.BASE_DIR).free
    advice = "Make room, or move VAR_DIR to a larger disk."
    return Finding("disk", free > LEAST_FREE_BYTES, f"{free / 1e9:.1f} GB free", advice)


def secrets() -> Finding:
    """The settings are fit for the outside world."""
    outside = settings.PUBLIC_URL.startswith("https://")
    if outside and settings.DEBUG:
        return Finding("settings", False, "DEBUG is on", "Unset DEBUG.")
    return Finding("settings", True, settings.PUBLIC_URL)
