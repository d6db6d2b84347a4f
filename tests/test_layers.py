"""Rooms import strictly downward, and nothing goes round the walls."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LEVELS = {
    "shops": 0,
    "llm": 0,
    "customers": 1,
    "reviews_nlp": 2,
    "insights": 2,
    "segments": 3,
    "journeys": 4,
    "campaigns": 5,
    "assistant": 6,
}
BANNED_NAMES = {"utils", "helpers", "services", "managers", "constants", "common", "core"}
BANNED_CALLS = {"get_model", "send_task", "signature", "import_module", "__import__"}
FILES = sorted(path for room in LEVELS for path in (ROOT / room).rglob("*.py"))


def faults(source: str, room: str) -> list[str]:
    """What the text of a module in `room` does against the rules."""
    tree = ast.parse(source)
    found = []
    top = {id(node) for node in tree.body}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            if id(node) not in top:
                found.append(f"line {node.lineno}: imports inside a function or block")
            found += [f"line {node.lineno}: {fault}" for fault in import_faults(node, room)]
        if isinstance(node, ast.Call) and called(node) in BANNED_CALLS:
            found.append(f"line {node.lineno}: {called(node)} goes round the layers")
        if isinstance(node, ast.FunctionDef) and any(is_receiver(d) for d in node.decorator_list):
            found.append(f"line {node.lineno}: signals between rooms")
    return found


def import_faults(node: ast.Import | ast.ImportFrom, room: str) -> list[str]:
    if isinstance(node, ast.ImportFrom) and node.level:
        return ["relative import"]
    names = (
        [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
    )
    found = []
    for other in {name.partition(".")[0] for name in names}:
        if other in {"config", "tests"}:
            found.append(f"{room} imports {other}")
        if other in LEVELS and other != room and LEVELS[other] >= LEVELS[room]:
            found.append(f"{room} imports {other}, which is not below it")
    return found


def called(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def is_receiver(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Call) and called(decorator) == "receiver"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_keeps_to_its_room(path):
    room = path.relative_to(ROOT).parts[0]
    assert path.stem not in BANNED_NAMES
    if "migrations" not in path.parts:
        assert faults(path.read_text(), room) == []


def test_config_is_imported_by_no_room():
    assert faults("from config import plugins", "campaigns") == ["line 1: campaigns imports config"]


@pytest.mark.parametrize(
    "source",
    [
        "from journeys import stages",
        "import campaigns.models",
        "from reviews_nlp.models import Review",
        "from . import models",
        "def f():\n    import json",
        "apps.get_model('campaigns', 'Campaign')",
        "app.send_task('campaigns.tasks.react')",
        "@receiver(post_save)\ndef f(**kwargs): pass",
        "import_module('campaigns')",
    ],
)
def test_a_way_round_the_walls_is_found(source):
    assert faults(source, "insights") != []


def test_what_is_below_may_be_imported():
    assert faults("from customers.models import Customer\nimport shops.models", "segments") == []
