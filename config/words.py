"""The console's texts: found in code and templates, compared with what is translated.

Babel reads and writes the catalogues, so that no machine needs GNU gettext.
"""

import ast
import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

from campaigns.ready_made import MARKED

ROOT: Path = settings.BASE_DIR
ROOMS = (
    "shops", "llm", "customers", "reviews_nlp", "insights", "segments", "journeys", "campaigns",
    "assistant", "config",
)  # fmt: skip
SITE = Path(django.__file__).parent.parent
PACKAGES = ("unfold", "django_celery_beat")
PO = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
# What Django writes of templates' texts, and which arguments are a text.
KEYWORDS: dict[str, Any] = {
    "_": (1,),
    "gettext": (1,),
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z%]|\{\w*(?:![rs])?(?::[^}]*)?\}|\{\{.*?\}\}|</?\w+")
HEADER = """\
# Waymark in Simplified Chinese. `manage.py translations` keeps this file; docs/translating.md has
# the words that are always the same.
#"""
Id = tuple[str, str | tuple[str, ...]]  # its context ("" for none), its text or texts


def of_python(source: str) -> Iterator[Id]:
    """By Python's own parser: Babel's does not look into f-strings."""
    if "django.utils.translation" not in source:
        return
    tree = ast.parse(source)
    known = _names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            said = _said(known.get(node.func.id, ""), node.args)
            if said:
                yield said


def _names(tree: ast.Module) -> dict[str, str]:
    """What a module calls the functions of gettext: {"_": "gettext"} after "gettext as _"."""
    return {
        alias.asname or alias.name: re.sub("_(lazy|noop)$", "", alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
    }


def _said(function: str, arguments: list[ast.expr]) -> Id | None:
    said = [one.value for one in arguments if isinstance(one, ast.Constant)]
    match (function, said):
        case ("gettext", [str(text)]):
            return ("", text)
        case ("ngettext", [str(one), str(many), *_]):
            return ("", (one, many))
        case ("pgettext", [str(context), str(text)]):
            return (context, text)
        case _:
            return None


def of_template(source: str) -> Iterator[Id]:
    """Django blanks out all but the texts; what is left has no indentation that Python knows."""
    lines = "\n".join(line.strip() for line in templatize(source).splitlines())
    for _line, text, _comments, context in extract("python", io.BytesIO(lines.encode()), KEYWORDS):
        if text:
            yield (context or "", text)


def found() -> dict[Id, list[str]]:
    """Every text of ours, and of packages that have no Chinese, with the files it stands in."""
    where: dict[Id, list[str]] = {}
    for room in (*ROOMS, "templates"):
        for path, text in _within(ROOT / room):
            where.setdefault(text, []).append(str(path.relative_to(ROOT)))
    known = _known_elsewhere()
    for package in PACKAGES:
        for path, text in _within(SITE / package):
            if _source(text[1]) not in known and text not in where:
                where[text] = [str(path.relative_to(SITE))]
    return where


def of_marked(source: str) -> Iterator[Id]:
    """Mails of ready-made campaigns have their texts in double brackets."""
    for text in MARKED.findall(source):
        yield ("", text)


def _within(folder: Path) -> Iterator[tuple[Path, Id]]:
    readers = {".py": of_python, ".html": of_template, ".txt": of_template, ".yaml": of_marked,
               ".mjml": of_marked}  # fmt: skip
    for path in sorted(folder.rglob("*.*")):
        texts_of = readers.get(path.suffix)
        if texts_of and not {"migrations", "contrib"} & set(path.relative_to(folder).parts[:-1]):
            for text in texts_of(path.read_text()):
                yield path, text


def _known_elsewhere() -> set[str]:
    """What Django and the packages say in Chinese themselves."""
    known: set[str] = set()
    for package in ("django", *PACKAGES):
        for path in (SITE / package).rglob("locale/zh_Hans/LC_MESSAGES/django.po"):
            with path.open("rb") as file:
                said = read_po(file, locale="zh_Hans")
            known |= {_source(each.id) for each in said if each.id and all(_strings(each))}
    return known


def kept(path: Path = PO) -> Catalog:
    """What is translated already."""
    if not path.exists():
        return Catalog(locale="zh_Hans")
    with path.open("rb") as file:
        return read_po(file, locale="zh_Hans")


def updated(where: dict[Id, list[str]], old: Catalog) -> Catalog:
    """The texts of today with the translations of yesterday; what nobody says any more is gone."""
    catalog = Catalog(
        locale="zh_Hans",
        project="Waymark",
        version="0.1",
        header_comment=HEADER,
        msgid_bugs_address=" ",
        last_translator="Waymark",
        language_team="Waymark",
        creation_date=old.creation_date,
        revision_date=old.creation_date,
        fuzzy=False,
    )
    for (context, text), paths in where.items():
        before = old.get(text[0] if isinstance(text, tuple) else text, context or None)
        said = before.string if before and before.pluralizable == isinstance(text, tuple) else ""
        places = [(path, 0) for path in sorted(set(paths))]
        catalog.add(text, said or "", locations=places, context=context or None)
    return catalog


def faults(where: dict[Id, list[str]], catalog: Catalog) -> list[str]:
    """What is missing, in doubt, no longer used or would lose a figure, one line each."""
    lines = []
    for (context, text), paths in where.items():
        message = catalog.get(text[0] if isinstance(text, tuple) else text, context or None)
        if message is None or not all(_strings(message)):
            lines.append(f"missing ({paths[0]}): {_source(text)!r}")
        elif message.fuzzy:
            lines.append(f"in doubt ({paths[0]}): {_source(text)!r}")
        elif any(holes(said) != holes(_source(text)) for said in _strings(message)):
            lines.append(f"other placeholders ({paths[0]}): {_source(text)!r}")
    used = {(context, _source(text)) for context, text in where}
    for message in catalog:
        if message.id and (message.context or "", _source(message.id)) not in used:
            lines.append(f"no longer used: {_source(message.id)!r}")
    return lines


def holes(text: str) -> Counter[str]:
    """The places of a text that are filled in, and its tags; Chinese may say one only once."""
    return Counter(PLACEHOLDER.findall(text))


def _source(text: str | list[str] | tuple[str, ...]) -> str:
    """The text that says the most: of singular and plural the plural."""
    return text if isinstance(text, str) else text[-1]


def _strings(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or [""])


def po(catalog: Catalog) -> bytes:
    file = io.BytesIO()
    write_po(file, catalog, width=0, sort_by_file=True, include_lineno=False)
    return file.getvalue()


def mo(catalog: Catalog) -> bytes:
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def compiled() -> bytes:
    path = PO.with_suffix(".mo")
    return path.read_bytes() if path.exists() else b""


def write(catalog: Catalog) -> None:
    PO.parent.mkdir(parents=True, exist_ok=True)
    PO.write_bytes(po(catalog))
    PO.with_suffix(".mo").write_bytes(mo(kept()))
