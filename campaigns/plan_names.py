"""What the keys of a plan are called: stages, segments and templates by the names people gave."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from campaigns import plan_check
from campaigns.models import Template
from journeys import library
from journeys.models import Stage
from segments.choices import Names
from shops.models import Shop


class PlanNames(Names):
    """The names of a shop, each looked up once, and of the templates that a text brings along.

    Without a shop the stages of the ready-made journeys are known. What nobody named is its key in
    words: `at_risk` is "at risk".
    """

    def __init__(self, shop: Shop | None = None, own: Mapping[str, Any] | None = None) -> None:
        super().__init__(shop)
        self.own = {key: template.get("name", "") for key, template in (own or {}).items()}

    def stage(self, entry: dict[str, Any]) -> str:
        """The name of the stage that an entry is about."""
        found = self._stages.get((plan_check.journey_key(entry), entry["stage"]))
        return found or _in_words(entry["stage"])

    def template(self, key: str) -> str:
        return self.own.get(key) or self._templates.get(key) or _in_words(key)

    def segment(self, key: str) -> str:
        said = super().segment(key)
        return _in_words(key) if said == key else said

    @cached_property
    def _stages(self) -> dict[tuple[str, str], str]:
        if self.shop is None:
            return {
                (ready.key, stage.key): str(stage.name)
                for ready in library.ALL
                for stage in ready.stages
            }
        rows = Stage.objects.filter(shop=self.shop)
        return {(j, key): name for j, key, name in rows.values_list("journey__key", "key", "name")}

    @cached_property
    def _templates(self) -> dict[str, str]:
        if self.shop is None:
            return {}
        return dict(Template.objects.filter(shop=self.shop).values_list("key", "name"))


def _in_words(key: str) -> str:
    return key.replace("_", " ").replace("-", " ")
