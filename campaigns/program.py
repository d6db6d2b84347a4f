"""A plan's tree of steps as a table of nodes, each knowing which one comes next. Pure."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

END = "."  # no step has this id
KINDS = (
    "send",
    "wait",
    "wait_days",
    "wait_for",
    "branch",
    "split",
    "set",
    "add_to",
    "tell",
    "stop",
)
Step = dict[str, Any]
Plan = dict[str, Any]


@dataclass(frozen=True)
class Node:
    """One step: what to do, and the node after it; `ways` leads into the parts of a fork."""

    id: str
    kind: str
    step: Step
    next: str = END
    ways: dict[str, str] = field(default_factory=dict)

    @property
    def body(self) -> Any:
        return self.step[self.kind]


@dataclass(frozen=True)
class Program:
    """All nodes by id, and the first one."""

    first: str
    nodes: dict[str, Node]

    def next_of(self, step: str) -> str:
        return self.nodes[step].next if step in self.nodes else END


def of(plan: Plan) -> Program:
    """The program of a plan that fits the schema."""
    nodes: dict[str, Node] = {}
    first = _chain(plan["steps"], "", END, nodes)
    return Program(first, nodes)


def _chain(steps: list[Step], path: str, after: str, nodes: dict[str, Node]) -> str:
    """Add the steps to the nodes; returns the id of the first (of what comes after, if none)."""
    following = after
    for number in range(len(steps) - 1, -1, -1):
        step = steps[number]
        own = f"{path}{number}"
        node = step.get("id", own)
        ways = {
            label: _chain(part, f"{own}.{label}.", following, nodes) for label, part in parts(step)
        }
        nodes[node] = Node(node, kind_of(step), step, following, ways)
        following = node
    return following


def kind_of(step: Step) -> str:
    return next(kind for kind in KINDS if kind in step)


def parts(step: Step) -> Iterator[tuple[str, list[Step]]]:
    """The inner chains of a step, with the label of the way that leads into each."""
    if "branch" in step:
        for number, way in enumerate(step["branch"]):
            yield f"if{number}", way["steps"]
        yield "else", step.get("else", [])
    elif "split" in step:
        for way in step["split"]:
            yield way["name"], way["steps"]
    elif "wait_for" in step:
        yield "came", step.get("came", [])
        yield "missed", step.get("missed", [])


def walk(steps: list[Step], path: str = "steps") -> Iterator[tuple[str, Step]]:
    """Every step of a tree with its path, such as `steps[2].branch[0].steps[1]`."""
    for number, step in enumerate(steps):
        here = f"{path}[{number}]"
        yield here, step
        if "branch" in step:
            for at, way in enumerate(step["branch"]):
                yield from walk(way["steps"], f"{here}.branch[{at}].steps")
        if "split" in step:
            for at, way in enumerate(step["split"]):
                yield from walk(way["steps"], f"{here}.split[{at}].steps")
        for key in ("else", "came", "missed"):
            yield from walk(step.get(key, []), f"{here}.{key}")


def with_ids(plan: Plan, *, taken: set[str]) -> Plan:
    """The plan with an id on every step; those it has are kept, new ones were never `taken`.

    Ids make a step the same step in every later version of the plan.
    """
    named: Plan = json.loads(json.dumps(plan))
    used = taken | {step["id"] for _, step in walk(named["steps"]) if "id" in step}
    fresh = (f"s{number}" for number in range(1, 100_000) if f"s{number}" not in used)
    for _, step in walk(named["steps"]):
        if "id" not in step:
            step["id"] = next(fresh)
    return named


def digest(plan: Plan) -> str:
    """The same for plans that say the same."""
    return hashlib.sha256(json.dumps(plan, sort_keys=True).encode()).hexdigest()
