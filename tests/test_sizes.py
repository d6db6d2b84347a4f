"""Files and functions stay small enough to read."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MOST_FILE_LINES = 350
MOST_FUNCTION_LINES = 45
SKIPPED = {".venv", "node_modules", "var", "migrations"}
# "path" or "path:function": why it may be longer
EXCEPTIONS: dict[str, str] = {}
FILES = sorted(
    path
    for path in ROOT.rglob("*.py")
    if not SKIPPED & set(path.relative_to(ROOT).parts) and path.relative_to(ROOT).parts[0] != "."
)


def too_long(path: Path) -> list[str]:
    name = str(path.relative_to(ROOT))
    source = path.read_text()
    found = [name] if len(source.splitlines()) > MOST_FILE_LINES else []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1
            if lines > MOST_FUNCTION_LINES:
                found.append(f"{name}:{node.name}")
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_and_its_functions_are_short(path):
    assert [name for name in too_long(path) if name not in EXCEPTIONS] == []


def test_every_exception_is_still_needed():
    long_ones = {name for path in FILES for name in too_long(path)}
    assert set(EXCEPTIONS) <= long_ones
