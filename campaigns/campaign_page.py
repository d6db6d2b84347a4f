"""What stands above a campaign's settings: its state, what it does in words, and how it does."""

from typing import Any

from campaigns import outline, report, responses, versions
from campaigns.models import Campaign

COLOURS = {
    "running": "success",
    "paused": "warning",
    "draft": "info",
    "review": "info",
    "scheduled": "info",
    "cancelled": "danger",
}


def show(campaign: Campaign) -> dict[str, Any]:
    """The parts of the page; results only once it was launched."""
    known = {
        "lines": outline.lines(campaign.plan, campaign.shop),
        "inside": sorted(versions.inside(campaign).items()),
        "colour": COLOURS.get(campaign.status, ""),
    }
    if campaign.launched_at is None:
        return known
    return known | {
        "summary": report.summary(campaign),
        "proof": report.proof(campaign),
        "data": responses.of(campaign),
    }
