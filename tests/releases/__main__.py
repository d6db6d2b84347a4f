"""Keep what this release leaves in a database: `python -m tests.releases NAME`."""

import os
import sys

from tests import releases

os.environ["SECRET_KEY"] = releases.SECRET_KEY

import django

import tests.servers  # noqa: F401  before Django

django.setup()

from tests.releases import keeping  # noqa: E402

keeping.keep(sys.argv[1])
