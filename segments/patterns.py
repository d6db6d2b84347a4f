"""Regular expressions that cannot explode: a small, safe subset of them."""

import re

from django.utils.translation import gettext as _

LONGEST, MOST_REPEATS = 100, 100

TOKEN = re.compile(
    r"(?P<escape>\\[.^$*+?()\[\]{}|\\/-]|\\[dwsDWS])"
    r"|(?P<set>\[\^?\]?(?:\\.|[^\]\\])+\])"
    r"|(?P<repeat>[*+?]|\{\d{1,3}(?:,\d{0,3})?\})"
    r"|(?P<open>\((?!\?))|(?P<close>\))|(?P<other>[^\\\[\](){}*+?])",
    re.DOTALL,
)


def fault(pattern: str) -> str:
    """What is wrong with the pattern; "" when nothing is."""
    if not 0 < len(pattern) <= LONGEST:
        return _("must be a pattern of 1 to %d characters.") % LONGEST
    tokens, at = [], 0
    while at < len(pattern):
        token = TOKEN.match(pattern, at)
        if token is None:
            return (
                _("cannot be read from %r on: use letters, sets, groups and repeats only.")
                % (pattern[at : at + 10])
            )
        tokens.append((str(token.lastgroup), token.group()))
        at = token.end()
    return _fault_of(tokens) or _unreadable(pattern)


def _fault_of(tokens: list[tuple[str, str]]) -> str:
    """Groups must close, and what repeats must not hold a repeat: that is what explodes."""
    groups, last = [False], ""  # whether each open group holds a repeat; what could be repeated now
    for kind, text in tokens:
        if kind == "open":
            groups.append(False)
        elif kind == "close":
            if len(groups) == 1:
                return _("closes a group that was not opened.")
            last = "repeated group" if groups.pop() else "group"
            groups[-1] |= last == "repeated group"
            continue
        elif kind == "repeat":
            if last == "repeated group" and text != "?":
                return _("repeats a group that repeats something itself; that can take for ever.")
            if last in {"", "repeat"}:
                return _("has a repeat with nothing to repeat.")
            if any(int(n) > MOST_REPEATS for n in re.findall(r"\d+", text)):
                return _("repeats more than %d times.") % MOST_REPEATS
            groups[-1] = True
        last = "" if kind == "open" or text in {"|", "^", "$"} else kind
    return _("opens a group that is not closed.") if len(groups) > 1 else ""


def _unreadable(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        return _("is no pattern: %s.") % error
    return ""
