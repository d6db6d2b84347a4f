"""Check the installation and say what to do."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config import health


class Command(BaseCommand):
    """Ends with status 1 when something is not well."""

    help = "Check settings, servers, clock, disk and waiting rows; say what to do."

    def handle(self, *args: Any, **options: Any) -> None:
        findings = health.examine()
        for finding in findings:
            sign = "ok " if finding.well else "NOT"
            advice = "" if finding.well else f" -> {finding.advice}"
            self.stdout.write(f"{sign} {finding.what}: {finding.said}{advice}")
        faults = sum(not finding.well for finding in findings)
        if faults:
            raise CommandError(f"{faults} of {len(findings)} checks need attention.")
