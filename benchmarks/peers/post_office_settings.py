"""Our settings with django-post-office beside them."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "post_office"]
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
POST_OFFICE = {"BATCH_SIZE": 1_000_000, "THREADS_PER_PROCESS": 5}
LOGGING = {"version": 1, "disable_existing_loggers": True}
