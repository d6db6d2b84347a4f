"""Pictures that browser tests take, for docs/screenshots; `manage.py screenshots` copies them."""

from django.conf import settings

FOLDER = settings.BASE_DIR / "var" / "screens"


def take(page, name):
    """A small PNG of what the window shows."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=FOLDER / f"{name}.png", scale="css", animations="disabled")
