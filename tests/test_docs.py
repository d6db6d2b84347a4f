"""What can be run or set is documented, and links lead somewhere."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "data").glob("*.md")]
TEXT = "\n".join(page.read_text() for page in PAGES)
COMMANDS = [
    path.stem
    for path in (ROOT / "config/management/commands").glob("*.py")
    if path.stem != "__init__"
]
BENCHMARKS = [
    path.stem for path in (ROOT / "benchmarks").glob("*.py") if not path.stem.startswith("_")
]


def settings_read():
    tree = ast.parse((ROOT / "config" / "settings.py").read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            function = ast.unparse(node.func)
            if re.fullmatch(r"env\.\w+|required", function):
                yield node.args[0].value


SETTINGS = sorted(set(settings_read()))


def test_the_settings_were_found():
    assert {"DATABASE_URL", "REDIS_URL", "EMAIL_URL", "SECRET_KEY"} <= set(SETTINGS)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_is_documented_and_in_the_example(name):
    assert f"`{name}`" in (ROOT / "docs/operations.md").read_text()
    assert re.search(rf"^#? ?{name}=", (ROOT / ".env.example").read_text(), re.MULTILINE)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_documented(name):
    assert f"`manage.py {name}" in TEXT


def test_every_benchmark_is_documented():
    for name in BENCHMARKS:
        assert f"`{name}`" in (ROOT / "docs/operations.md").read_text()


def test_every_make_target_is_documented():
    targets = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for target in targets[0].split():
        assert f"`make {target}" in TEXT


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files(page):
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / link).exists(), link
