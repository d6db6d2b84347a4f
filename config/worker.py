"""The Celery app as the worker runs it: with every room's tasks loaded."""

import os

from config.celery import app

# There is a worker process a core: threads of one that wait for each other at every step of a
# training make it thirty times as slow while the other works. Read when the libraries are loaded.
for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

app.autodiscover_tasks()
