"""Pages and files of the site that stand outside docs/, and the links between both.

Files name each other as they lie in the repository, so that links work there too; the site's own
places are put in as it is built.
"""

import os
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parent.parent
OUTSIDE = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "data/README.md": "data.md",
    "openapi.json": "openapi.json",
    "shops/connectors/generic.schema.json": "generic.schema.json",
}
PLACES = {ROOT / file: place for file, place in OUTSIDE.items()}
FILES = {place: file for file, place in PLACES.items()}
LINK = re.compile(r"(\]\()([^)#:\s]+)(?=[)#])")


def on_files(files: Files, config: Any, **rest: Any) -> Files:
    """The outside ones become part of the site."""
    for file, place in PLACES.items():
        files.append(File.generated(config, place, content=file.read_text()))
    return files


def on_page_markdown(markdown: str, page: Any, **rest: Any) -> str:
    """Links that cross the border of docs/ lead to where the site has what they name."""
    here = page.file.src_uri
    source = FILES.get(here, ROOT / "docs" / here)

    def moved(link: re.Match[str]) -> str:
        named = (source.parent / link[2]).resolve()
        place = PLACES.get(named)
        if place is None and here in FILES and named.is_relative_to(ROOT / "docs"):
            place = str(named.relative_to(ROOT / "docs"))
        return link[1] + os.path.relpath(place, Path(here).parent) if place else link[0]

    return LINK.sub(moved, markdown)
