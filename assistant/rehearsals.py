"""Every campaign that a plan drafts is replayed over the last days before anybody decides."""

from assistant.models import Plan, Rehearsal
from campaigns import replay_queue


def ask(plan: Plan) -> None:
    """Ask for the replays of the plan's campaigns; a worker takes them. Safe to repeat."""
    held = set(plan.rehearsals.values_list("part", flat=True))
    for part in plan.proposal["campaigns"]:
        if part["part"] not in held:
            asked = replay_queue.ask_text(part["text"], plan.shop)
            Rehearsal.objects.create(shop=plan.shop, plan=plan, part=part["part"], replay=asked)


def progress(plan: Plan) -> tuple[str, float]:
    """How far they are, together: waiting, running or done, and from 0 to 1."""
    replays = [each.replay for each in plan.rehearsals.select_related("replay")]
    is_open = any(each.is_open for each in replays)
    has_begun = any(each.status != "waiting" for each in replays)
    share = sum(each.progress if each.is_open else 1.0 for each in replays) / max(1, len(replays))
    return ("running" if has_begun else "waiting") if is_open else "done", share
