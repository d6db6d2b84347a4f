"""A form field for rules: JSON that must compile, put together in a builder where scripts run."""

import json
from typing import Any

from django import forms
from django.forms.fields import InvalidJSONInput
from django.forms.widgets import Script
from django.template.loader import render_to_string
from unfold.widgets import UnfoldAdminTextareaWidget

from segments import rules
from segments.rules import RuleError


class RuleDecoder(json.JSONDecoder):
    """Refuses what is too deep, or a number too long, as it refuses what is no JSON."""

    def decode(self, text: str, *args: Any) -> Any:
        try:
            return super().decode(text, *args)
        except json.JSONDecodeError:
            raise
        except (RecursionError, ValueError) as fault:
            raise json.JSONDecodeError(str(fault), text, 0) from fault


class RuleWidget(UnfoldAdminTextareaWidget):
    """A textarea with JSON and, above it, the builder (static/rules/builder.js).

    The shop is that of the form's field `shop`, or `shop` here; `own_key` names the form's field
    with the key of the segment whose rule it is.
    """

    template_name = "segments/rule_widget.html"

    class Media:
        css = {"all": ["rules/rules.css"]}
        js = [
            Script(f"rules/{name}.js", type="module") for name in ("builder", "describe", "ready")
        ]

    def __init__(self, *, own_key: str = "", shop: int | None = None) -> None:
        super().__init__(attrs={"rows": 8, "spellcheck": "false"})
        self.own_key, self.shop = own_key, shop

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        return {**context, "own_key": self.own_key, "shop": self.shop}

    def _render(self, template_name: str, context: dict[str, Any], renderer: Any = None) -> str:
        return render_to_string(template_name, context)


class RuleField(forms.JSONField):
    """Cleans to a rule that compiles; a fault is told with its path."""

    widget = RuleWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"decoder": RuleDecoder, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        if value is None or isinstance(value, InvalidJSONInput):
            return value
        return json.dumps(value, indent=1, ensure_ascii=False)

    def clean(self, value: Any) -> Any:
        rule = super().clean(value)
        if rule is not None:
            try:
                rules.compile(rule)
            except RuleError as fault:
                raise forms.ValidationError(str(fault)) from fault
        return rule
