"""A form field for rules: JSON that must compile; the fault is shown with its path."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextareaWidget

from segments import rules
from segments.rules import RuleError


class RuleField(forms.JSONField):
    """Cleans to a rule that compiles."""

    widget = UnfoldAdminTextareaWidget

    def prepare_value(self, value: Any) -> Any:
        prepared = super().prepare_value(value)
        return prepared.replace('", "', '",\n "') if isinstance(prepared, str) else prepared

    def clean(self, value: Any) -> Any:
        rule = super().clean(value)
        if rule is not None:
            try:
                rules.compile(rule)
            except RuleError as fault:
                raise forms.ValidationError(str(fault)) from fault
        return rule
