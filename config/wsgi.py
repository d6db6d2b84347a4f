"""Django without the ASGI intake; webhooks are then answered by the plain view."""

import os

from django.core.wsgi import get_wsgi_application

from config import local

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
local.enter()
application = get_wsgi_application()
