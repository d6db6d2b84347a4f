"""Write docs/rule.schema.json, the published form of the rule language."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from segments import rules


class Command(BaseCommand):
    help = "Writes docs/rule.schema.json from the fields and operators of this installation."

    def handle(self, *args: Any, **options: Any) -> None:
        text = json.dumps(rules.schema(), indent=1, ensure_ascii=False)
        (settings.BASE_DIR / "docs" / "rule.schema.json").write_text(text + "\n")
