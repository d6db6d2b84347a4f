"""What the product imports comes with requirements.txt, not only with the developers' tools."""

import os
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, packages_distributions, requires

from django.conf import settings

# Imported where it is present, done without where it is not.
OPTIONAL = {"setuptools", "greenlet", "pygments", "rich"}
OPTIONAL |= {"requests", "urllib3", "charset-normalizer"}  # by jsonschema, for remote references
OPTIONAL |= {"opentelemetry-api"}  # by redis, for its metrics
OPTIONAL |= {"msgpack"}  # by kombu, for messages that are not JSON
OPTIONAL |= {"jinja2", "markdown"}  # by Django and its REST framework, for templates we have not

LOAD = """
import sys
import config.asgi, config.worker, kombu.transport.redis, celery.app.control
from config.celery import app
app.loader.import_default_modules()
print("\\n".join(sorted({name.split(".")[0] for name in sys.modules})))
"""


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def brought_along(names: set[str]) -> set[str]:
    """The distributions that pip installs for these names, extras of their own aside."""
    found: set[str] = set()
    while names:
        name = names.pop()
        found.add(name)
        try:
            wanted = requires(name) or []
        except PackageNotFoundError:  # for another platform
            continue
        names |= {
            canonical(re.split(r"[^\w.-]", line)[0]) for line in wanted if "extra ==" not in line
        } - found
    return found


def test_every_module_loaded_by_server_and_worker_is_in_requirements():
    lines = (settings.BASE_DIR / "requirements.txt").read_text().splitlines()
    pinned = {canonical(re.split(r"[\[=]", line)[0]) for line in lines if line and line[0] != "#"}
    loaded = subprocess.run(
        [sys.executable, "-c", LOAD],
        env=os.environ,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    owners = packages_distributions()
    known = brought_along(pinned) | {"psycopg-binary", "psycopg-pool"} | OPTIONAL
    strangers = {
        module: owners[module]
        for module in loaded.stdout.split()
        if module in owners and not {canonical(owner) for owner in owners[module]} & known
    }
    assert strangers == {}
