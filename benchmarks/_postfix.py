"""Postfix's `smtp-sink` and `smtp-source`: found, or unpacked from Debian's package."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from config.local import ROOT, die_with_parent

SESSIONS, LIMIT_BYTES = 8, 10_240


def tools() -> Path | None:
    """The directory of the two programs; None where they cannot be had."""
    if found := shutil.which("smtp-sink"):
        return Path(found).parent
    unpacked = settings.VAR_DIR / "postfix"
    if not (unpacked / "usr/sbin/smtp-sink").exists() and not _unpack(unpacked):
        return None
    where = unpacked / "usr/sbin"
    # Its libraries are there, but perhaps not those that they need.
    probe = subprocess.run(
        ["/usr/bin/ldd", str(where / "smtp-sink")], env=_env(where), capture_output=True, text=True
    )
    return where if probe.returncode == 0 and "not found" not in probe.stdout else None


def _unpack(into: Path) -> bool:
    into.mkdir(parents=True, exist_ok=True)
    try:
        subprocess.run(
            ["/usr/bin/apt-get", "download", "postfix"], cwd=into, check=True, capture_output=True
        )
        package = next(into.glob("postfix_*.deb"))
        subprocess.run(
            ["/usr/bin/dpkg", "-x", str(package), str(into)], check=True, capture_output=True
        )
    except (OSError, subprocess.CalledProcessError, StopIteration):
        return False
    return True


def _env(where: Path) -> dict[str, str]:
    return {**os.environ, "LD_LIBRARY_PATH": str(where.parent / "lib/postfix")}


@contextmanager
def sink(where: Path | None) -> Iterator[int]:
    """A server that takes every mail, while the block runs; its port."""
    port = _free_port()
    if where:
        user = ["-u", "nobody"] if os.getuid() == 0 else []
        command = [str(where / "smtp-sink"), *user, f"127.0.0.1:{port}", "256"]
        env = _env(where)
    else:
        command, env = [sys.executable, "-m", "benchmarks._smtp_sink", str(port)], {**os.environ}
    process = subprocess.Popen(
        command, cwd=ROOT, env=env, preexec_fn=lambda: die_with_parent(signal.SIGTERM)
    )
    try:
        _wait(port)
        yield port
    finally:
        process.kill()
        process.wait()


def source(where: Path, port: int, mails: int) -> float:
    """Mails a second that `smtp-source` hands over, its sessions kept."""
    began = time.perf_counter()
    subprocess.run(
        [str(where / "smtp-source"), "-d", "-s", str(SESSIONS), "-l", str(LIMIT_BYTES),
         "-m", str(mails), f"127.0.0.1:{port}"],
        env=_env(where), check=True,
    )  # fmt: skip
    return mails / (time.perf_counter() - began)


def _free_port() -> int:
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return int(chosen.getsockname()[1])


def _wait(port: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with socket.socket() as attempt:
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("The sink did not start.")
