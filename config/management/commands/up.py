"""Everything on this machine: migrate, then web, worker, beat, listener and mail catcher."""

import json
import os
import signal
import socket
import sys
import threading
import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from config import demo, first_run, local
from config.processes import MemoryMeter, Processes
from shops.models import User


class Command(BaseCommand):
    """Serves until Ctrl-C or SIGTERM; with `--demo` on a real shop's history."""

    help = "Migrate and run web, worker, beat, listener and (without EMAIL_URL) a mail catcher."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--demo", action="store_true", help="load the demo shops and run them")
        parser.add_argument("--once", action="store_true", help="with --demo: run, report and end")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        result: dict[str, Any] = {}
        address = choose_addresses(options["port"])
        meter = MemoryMeter([os.getpid(), *local.keeper_pids(settings.VAR_DIR)])
        meter.start()
        call_command("migrate", verbosity=0)
        call_command("prepare_partitions")
        processes = Processes(commands(address), settings.VAR_DIR / "log")
        try:
            processes.start()
            if options["demo"]:
                result = demo.run(f"http://127.0.0.1:{address}")
                result["peak_memory_mb"] = round(meter.peak_bytes / 1e6)
                result["seconds"] = round(time.monotonic() - began, 1)
            if not options["once"]:
                self.serve(address)
        except KeyboardInterrupt:
            self.stdout.write("Stopping.")
        finally:
            # A second Ctrl-C must not leave anything half stopped.
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)
            processes.stop()
        if result and options["once"]:
            self.stdout.write(f"Peak memory of all processes: {result['peak_memory_mb']} MB")
            self.stdout.write(json.dumps(result))

    def serve(self, port: int) -> None:
        self.stdout.write(f"Waymark is at {os.environ['PUBLIC_URL']}/admin/ - stop with Ctrl-C.")
        if User.objects.filter(username=demo.USER).exists():
            self.stdout.write(f"Sign in as {demo.USER} with the password {demo.PASSWORD}.")
        elif not User.objects.exists():
            self.stdout.write(f"Begin at {first_run.address()}")
        sys.stdout.flush()
        threading.Event().wait()


def choose_addresses(wanted: int) -> int:
    """Settle the ports in the environment of the processes; returns the web server's."""
    port = free_port(wanted)
    os.environ.setdefault("PUBLIC_URL", f"http://127.0.0.1:{port}")
    os.environ.setdefault("CATCHER_PORT", str(free_port(settings.CATCHER_PORT)))
    return port


def free_port(wanted: int) -> int:
    """The wanted port, or any free one when another checkout has it."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("No free port on 127.0.0.1.")


def commands(port: int) -> dict[str, list[str]]:
    """What runs beside this process, by name; arguments to Python."""
    celery = ["-m", "celery", "-A"]
    found = {
        "web": [
            *("-m", "uvicorn", "config.asgi:application", "--host", "127.0.0.1"),
            *("--port", str(port), "--no-access-log", "--log-level", "warning"),
            "--no-proxy-headers",  # config.proxies reads them, for whom TRUSTED_PROXIES names
        ],
        "worker": [
            *celery,
            "config.worker",
            "worker",
            "--concurrency",
            "2",
            "--loglevel",
            "WARNING",
        ],
        "beat": [*celery, "config.celery", "beat", "--loglevel", "WARNING"],
        "listen": ["manage.py", "listen"],
    }
    if settings.EMAIL_IS_CAUGHT:
        found["catch"] = ["manage.py", "catch"]
    return found
