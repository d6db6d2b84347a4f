"""The reference pages of the documentation that are made from the code: docs/reference/.

`manage.py describe_reference` writes them; a test keeps them up to date.
"""

import argparse
import ast
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from celery.schedules import crontab
from django.conf import settings
from django.core.management import load_command_class
from django.core.management.base import BaseCommand
from django.utils import translation

from config.celery import app
from customers import product_news
from segments import touchpoint_words
from shops.rest import reference

FOLDER = "docs/reference"
MADE = "Made by `manage.py describe_reference`; what is written here by hand is lost.\n"
ROOMS = ("shops", "customers", "reviews_nlp", "insights", "segments", "journeys", "campaigns")
UNITS = (("hour", 3600), ("minute", 60), ("second", 1))
ASKED = re.compile(r"env\.\w+|required")


def pages() -> dict[str, str]:
    """Every page by its file name."""
    made: dict[str, Callable[[], Iterable[str]]] = {
        "touchpoints.md": touchpoints,
        "commands.md": commands,
        "settings.md": variables,
        "schedule.md": schedule,
        "api.md": api,
    }
    with translation.override("en"):
        return {name: "\n".join(make()) + "\n" for name, make in made.items()}


def _table(*columns: str) -> list[str]:
    return ["| " + " | ".join(columns) + " |", "|---" * len(columns) + "|"]


def _row(*cells: object) -> str:
    return (
        "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
    )


def touchpoints() -> Iterator[str]:
    """Kinds that Waymark itself knows, what people call them, and who names them."""
    yield "# Touchpoints\n"
    yield MADE
    yield (
        "A touchpoint is something that a customer did or met. These kinds Waymark knows by itself;"
        "\na shop may tell any other, as `noun.participle` ([webhooks](../webhooks.md),"
        " [shop pages](../site.md)),\nand rules, entries and timelines read it like these.\n"
    )
    yield from _table("kind", "in words", "told to endpoints", "known to")
    known = {kind: str(words[0]) for kind, words in touchpoint_words.KINDS.items()}
    known |= {kind: "" for kind in product_news.KINDS if kind not in known}
    places = _places(set(known))
    for kind, words in known.items():
        told = "yes" if kind in settings.EVENTS else ""
        named = ", ".join(f"`{place}`" for place in places[kind])
        yield _row(f"`{kind}`", words or kind.replace(".", " ").replace("_", " "), told, named)


def _places(kinds: set[str]) -> dict[str, list[str]]:
    """Which connectors and rooms name each kind; those that only know the words for it aside."""
    found: dict[str, list[str]] = {kind: [] for kind in kinds}
    for room in ROOMS:
        for path in sorted((settings.BASE_DIR / room).rglob("*.py")):
            if "migrations" in path.parts or path.stem.endswith("_words"):
                continue
            place = path.stem if path.parent.name == "connectors" else f"{room}/"
            for node in ast.walk(ast.parse(path.read_text())):
                kind = node.value if isinstance(node, ast.Constant) else None
                if kind in kinds and place not in found[str(kind)]:
                    found[str(kind)].append(place)
    return found


def commands() -> Iterator[str]:
    """Every command of ours with its arguments."""
    yield "# Commands\n"
    yield MADE
    yield "All are called as `python manage.py NAME`. On a bare machine each starts the embedded"
    yield "servers it needs; `--help` says the same as this page.\n"
    folder = settings.BASE_DIR / "config/management/commands"
    for name in sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__"):
        command = load_command_class("config", name)
        yield f"## {name}\n"
        yield (command.help or "").strip() + "\n"
        lines = list(_arguments(command, name))
        if lines:
            yield from _table("argument", "meaning", "default")
            yield from lines
            yield ""


def _arguments(command: BaseCommand, name: str) -> Iterator[str]:
    usual = {action.dest for action in BaseCommand().create_parser("manage.py", name)._actions}
    for action in command.create_parser("manage.py", name)._actions:
        if action.dest in usual or action.help == argparse.SUPPRESS:
            continue
        shown = " ".join(action.option_strings) or action.dest.upper()
        default = "" if action.default in (None, False, argparse.SUPPRESS) else action.default
        meaning = ((action.help or "") % vars(action)).replace("<", "&lt;")
        yield _row(f"`{shown}`", meaning, default)


def variables() -> Iterator[str]:
    """What the environment may set: type and default as the code has them."""
    yield "# Settings\n"
    yield MADE
    yield "Variables of the environment, or lines of `.env`. All have a default; the words are"
    yield "those of [operations](../operations.md#settings).\n"
    yield from _table("variable", "type", "default in the code", "meaning")
    meanings = _meanings()
    asked = _asked()
    for name, meaning in meanings.items():
        kind, default = asked.get(name, ("text", ""))  # read before Django: config.local
        yield _row(f"`{name}`", kind, f"`{default}`" if default else "", meaning)


def _asked() -> dict[str, tuple[str, str]]:
    """Type and default of each variable that the settings read, by its name."""
    found: dict[str, tuple[str, str]] = {}
    tree = ast.parse((settings.BASE_DIR / "config/settings.py").read_text())
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not ASKED.fullmatch(ast.unparse(node.func)):
            continue
        if not node.args or not isinstance(node.args[0], ast.Constant):
            continue
        name, kind = str(node.args[0].value), ast.unparse(node.func).removeprefix("env.")
        default = next((ast.unparse(k.value) for k in node.keywords if k.arg == "default"), "")
        found.setdefault(name, ("text" if kind in ("str", "required") else kind, default))
    return found


def _meanings() -> dict[str, str]:
    """The words that the operations' table has for each variable."""
    page = (settings.BASE_DIR / "docs/operations.md").read_text()
    rows = re.findall(r"^\| `([A-Z_]+)` \| (?:.*?) \| (.*) \|$", page, re.MULTILINE)
    return {name: _moved(words) for name, words in rows}


def _moved(words: str) -> str:
    """Links of the operations' page, as a page below it writes them."""
    own = words.replace("](#", "](operations.md#")
    return re.sub(r"\]\((?=[\w-]+\.md)", "](../", own)


def schedule() -> Iterator[str]:
    """What beat starts, and when."""
    yield "# Schedule\n"
    yield MADE
    yield "What runs by the clock. Work that is announced when its row is committed starts at once;"
    yield "its line here is the safety net. *Server · Schedule* changes it for an installation.\n"
    yield from _table("what", "when", "task")
    for name, entry in app.conf.beat_schedule.items():
        yield _row(name, _when(entry["schedule"]), f"`{entry['task']}`")


def _when(due: Any) -> str:
    if not isinstance(due, crontab):
        unit, size = next(each for each in UNITS if due % each[1] == 0)
        return f"every {unit}" if due == size else f"every {due // size} {unit}s"
    at = f"{min(due.hour):02d}:{min(due.minute):02d} UTC"
    return f"Sundays at {at}" if len(due.day_of_week) == 1 else f"daily at {at}"


def api() -> Iterator[str]:
    """Every operation of the REST API with its fields, from openapi.json."""
    yield "# The API, operation by operation\n"
    yield MADE
    yield "From [openapi.json](../../openapi.json), which the server has at `/api/v1/openapi.json`."
    yield "Keys, pages, repeats and errors are explained on [REST API](../api.md).\n"
    for resource, calls in reference.calls().items():
        yield f"## {resource.capitalize().replace('-', ' ')}\n"
        for call in calls:
            yield f"### {call.method} {call.path}\n"
            yield f"{call.summary}. Scope `{call.scope}`.\n"
            yield from _lines("Parameters", call.parameters)
            yield from _lines("Body", call.body)
            pages = ", a page of" if call.in_pages else ""
            yield from _lines(f"Answer {call.status}{pages}", call.answer)


def _lines(title: str, lines: list[reference.Line]) -> Iterator[str]:
    if lines:
        yield from _table(title, "type", "meaning")
        for line in lines:
            needed = ", required" if line.required and title in ("Parameters", "Body") else ""
            yield _row(f"`{line.name}`", f"{line.kind}{needed}", line.says)
        yield ""
