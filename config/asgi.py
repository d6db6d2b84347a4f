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

intake = Intake()
gc.freeze()  # what is loaded by now stays; looking through it again costs more than a call


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Webhooks go straight to intake; Django's handler would cost more than the work itself."""
    if scope["type"] == "http" and scope["path"].startswith("/hooks/"):
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
