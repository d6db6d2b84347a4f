"""Seal every kept secret with the key in force, after SECRET_KEY was changed."""

from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from shops import secrecy


class Command(BaseCommand):
    help = (
        "Set a new SECRET_KEY and put the old one into SECRET_KEY_FALLBACKS, then run this: "
        "afterwards the old one may go. Safe to repeat."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done, lost = 0, 0
        for model in apps.get_models():
            names = [f.name for f in model._meta.concrete_fields if f.name.endswith("sealed")]
            for name in names:
                held = model._default_manager.exclude(**{name: ""}).values_list("pk", flat=True)
                for pk in list(held):
                    sealed = self.anew(model, pk, name)
                    done, lost = done + sealed, lost + (not sealed)
        factors = list(Authenticator.objects.values_list("pk", flat=True))
        for pk in factors:
            sealed = self.factor_anew(pk)
            done, lost = done + sealed, lost + (not sealed)
        self.stdout.write(f"{done} secrets are sealed by the key in force.")
        if lost:
            raise CommandError(f"{lost} secrets were sealed by a key that is not given any more.")

    def anew(self, model: Any, pk: Any, name: str) -> bool:
        with transaction.atomic():
            row = model._default_manager.select_for_update().filter(pk=pk).first()
            if row is None:
                return True
            try:
                setattr(row, name, secrecy.seal_anew(getattr(row, name)))
            except InvalidToken:
                self.stderr.write(f"{row._meta.label} {pk}: {name} cannot be read")
                return False
            row.save(update_fields=[name])
        return True

    def factor_anew(self, pk: int) -> bool:
        """The secrets of a second factor, which stand inside its JSON."""
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().filter(pk=pk).first()
            if row is None:
                return True
            held = {name: row.data[name] for name in ("secret", "seed") if name in row.data}
            try:
                row.data |= {name: secrecy.seal_anew(text) for name, text in held.items()}
            except InvalidToken:
                self.stderr.write(f"second factor {pk} of {row.user} cannot be read")
                return False
            row.save(update_fields=["data"])
        return True
