"""Numbers, days and repetitions in words."""

from collections.abc import Iterable

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext


def figure(value: float) -> str:
    """A number as short as it can be, in the reader's format."""
    return number_format(int(value) if value == int(value) else value, force_grouping=True)


def times(count: float) -> str:
    """ "once", "twice", "3 times"."""
    known: dict[float, str] = {1: _("once"), 2: _("twice")}
    return known.get(count) or _("%s times") % figure(count)


def days(count: float) -> str:
    return ngettext("%s day", "%s days", 1 if count == 1 else 2) % figure(count)


def listed(words: Iterable[str]) -> str:
    """ "DE, AT"; Chinese has a comma of its own for it."""
    return pgettext("in a list", ", ").join(words)
