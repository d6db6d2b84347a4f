"""axe-core in a test's browser: what keeps people from using the page that is open, WCAG 2.2 AA."""

from typing import Any

import pytest
from django.conf import settings

AXE = settings.BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
WITH_AXE = pytest.mark.skipif(not AXE.exists(), reason="npm has not brought axe-core")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Everything is unfolded but menus, which cover what is below them. Frames hold a mail as its author
# made it; checking those is the mail check's work.
# The navigation is the same beside every page: it is looked at beside the overview.
RUN = """async ([tags, within]) => {
    for (const closed of document.querySelectorAll("details:not(.wmr-menu)")) closed.open = true;
    const beside = location.pathname === "/admin/" ? [] : [["#nav-sidebar-inner"]];
    const found = await axe.run({ include: [[within || "html"]], exclude: beside }, {
        runOnly: tags, resultTypes: ["violations"], iframes: false, preload: false,
    });
    return found.violations.flatMap(fault => fault.nodes.map(
        node => `${fault.id}: ${node.target} ${node.failureSummary}`));
}"""


def faults(page: Any, click: str = "", within: str = "") -> list[str]:
    """What axe says of the page, or of a part of it; after a click, of what it opened."""
    if click:
        page.click(click)
    page.evaluate(AXE.read_text() + ";0")  # the content policy lets no other script in
    return [f"{page.url} {click}\n  {fault}" for fault in page.evaluate(RUN, [TAGS, within])]
