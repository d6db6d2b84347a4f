"""A worker that sends what is due until nothing is left, when it is told to begin.

`python -m benchmarks._sender`: prints "ready", waits for a line, and ends with one JSON line.
"""

import json
import resource

import django

from config import local


def main() -> None:
    local.enter()
    django.setup()
    from django.db import connection  # noqa: PLC0415

    from campaigns import sending, unsubscribing  # noqa: PLC0415  needs Django

    connection.ensure_connection()
    unsubscribing.url(0)  # loads the addresses, once in a worker's life
    print("ready", flush=True)
    input()
    taken = 0
    with sending.Carriers() as carriers:
        while count := sending.send_due(carriers):
            taken += count
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"taken": taken, "rss_mb": round(peak / 1024)}), flush=True)


if __name__ == "__main__":
    main()
