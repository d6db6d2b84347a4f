"""Prove that nobody has changed the audit trail."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from shops import audit
from shops.audit_models import AuditEntry, AuditHead


class Command(BaseCommand):
    help = (
        "Checks every chain of the audit trail and prints where it ends. Who keeps these lines "
        "elsewhere can prove later that the end was not exchanged together with its head."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        shops = {*AuditHead.objects.values_list("shop", flat=True)}
        shops |= {*AuditEntry.objects.values_list("shop", flat=True).distinct()}
        found = 0
        for shop in sorted(shops, key=lambda pk: pk or 0):
            name = f"shop {shop}" if shop else "server"
            for fault in audit.faults(shop):
                found += 1
                self.stdout.write(f"{name}: {fault}")
            last = AuditEntry.objects.filter(shop=shop).order_by("number").last()
            if last:
                self.stdout.write(f"{name}: {last.number} {last.seal}")
        if found:
            raise CommandError(f"{found} faults: somebody has changed the audit trail.")
