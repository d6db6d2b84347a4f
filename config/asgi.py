"""One ASGI application: webhook intake beside Django."""

import gc
import os
from typing import Any

from django.core.asgi import get_asgi_application

from config import local

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
local.enter()
django_application = get_asgi_application()

from shops.group_commit import Intake  # noqa: E402  (needs Django to be set up)
from shops.intake import DOORS  # noqa: E402

intake = Intake()
PREFIXES = tuple(door.prefix for door in DOORS)
gc.freeze()  # what is loaded by now stays; looking through it again costs more than a call


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Intake's doors come before Django: its handler would cost more than the work itself."""
    if scope["type"] == "http" and scope["path"].startswith(PREFIXES):
        await intake(scope, receive, send)
    elif scope["type"] == "http":
        await django_application(scope, receive, send)
    elif scope["type"] == "lifespan":
        await _lifespan(receive, send)


async def _lifespan(receive: Any, send: Any) -> None:
    while True:
        event = await receive()
        await send({"type": f"{event['type']}.complete"})
        if event["type"] == "lifespan.shutdown":
            await intake.close()
            return
