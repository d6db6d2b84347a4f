"""What each release left in a database, as `manage.py backup` writes it."""

from pathlib import Path

FOLDER = Path(__file__).parent
# The key the shops of all these releases were sealed with.
SECRET_KEY = "sealed-by-the-releases-of-the-tests"
