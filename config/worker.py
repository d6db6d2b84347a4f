"""The Celery app as the worker runs it: with every room's tasks loaded."""

from config.celery import app

app.autodiscover_tasks()
