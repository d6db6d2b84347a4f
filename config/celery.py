"""The Celery app."""

from celery import Celery

app = Celery("waymark")
