"""What can be run or set is documented, and links lead somewhere."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.utils import translation

from config import navigation, reference
from config.management.commands import screenshots

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


@pytest.mark.parametrize("name", reference.pages())
def test_a_page_made_from_the_code_is_up_to_date(name):
    page = (ROOT / reference.FOLDER / name).read_text()
    assert page == reference.pages()[name], "run manage.py describe_reference"


def test_the_site_has_every_page_and_no_broken_link_and_fetches_nothing(tmp_path):
    """Strict: a page that is not in the navigation, a link or an anchor without an end fails."""
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )
    assert built.returncode == 0, built.stderr
    for page in tmp_path.rglob("*.html"):
        fetched = re.findall(
            r"""<(?:script|link|img)\b[^>]*?\b(?:src|href)=["']?(\S+)""", page.read_text()
        )
        assert [address for address in fetched if "//" in address] == [], page


def test_every_picture_is_shown_and_small():
    for picture in (ROOT / "docs/screenshots").glob("*.png"):
        assert f"screenshots/{picture.name}" in TEXT
        assert picture.stat().st_size <= screenshots.MOST_BYTES


def test_pages_of_the_admin_are_looked_for_in_the_group_that_has_them():
    """A path such as "Sending → Mail services" begins with the group of the navigation."""
    with translation.override("en"):
        group_of = {
            str(item["title"]): str(group["title"])
            for group in navigation.NAVIGATION
            if "title" in group
            for item in group["items"]
        }
        groups = set(group_of.values())
    wrong = [
        f"{found[1]} {found[2]} {found[3]}"
        for found in re.finditer(r"\b([A-Z][a-z]+(?: [a-z]+)?) (→|·)\s([A-Z][\w -]+)", TEXT)
        for title in group_of
        if found[3].startswith(title)
        and found[1] in groups
        and title not in groups
        and found[1] != group_of[title]
    ]
    assert wrong == []
