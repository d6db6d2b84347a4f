"""Postgres and Valkey under `var/`, for every command on a machine that has neither.

Every process that uses them holds a shared lock on `var/users.lock`. A keeper process
(`config.keeper`) waits for the exclusive lock: the kernel grants it when the last user is gone,
however it went, and the keeper then stops both servers. Nothing here imports Django; nothing is
started when the URLs are set.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import environ

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)

_held: list[IO[str]] = []  # locks are held by open files; dropping the file drops the lock


def enter() -> None:
    """Fill in DATABASE_URL, REDIS_URL and SECRET_KEY where they are missing.

    Reads `.env` first. Servers are started only for URLs that are not set, once per `VAR_DIR`.
    """
    if (ROOT / ".env").exists():
        environ.Env.read_env(str(ROOT / ".env"))
    var = Path(os.environ.setdefault("VAR_DIR", str(ROOT / "var")))
    os.environ.setdefault("SECRET_KEY", secret(var, "secret_key"))
    missing = {"DATABASE_URL", "REDIS_URL"} - os.environ.keys()
    if missing:
        urls = _ensure_servers(var)
        for name in missing:
            os.environ[name] = urls[name]


def die_with_parent(number: int = signal.SIGTERM) -> None:
    """Ask the kernel to signal this process when its parent dies (Linux; elsewhere a no-op)."""
    if sys.platform == "linux":
        LIBC.prctl(PR_SET_PDEATHSIG, number)


def _ensure_servers(var: Path) -> dict[str, str]:
    var.mkdir(parents=True, exist_ok=True)
    users = (var / "users.lock").open("w")
    fcntl.flock(users, fcntl.LOCK_SH)
    _held.append(users)
    with locked(var / "start.lock"):
        if not _keeper_is_running(var):
            _start_keeper(var)
    return dict(json.loads((var / "servers.json").read_text()))


def _keeper_is_running(var: Path) -> bool:
    try:
        with locked(var / "keeper.lock", fcntl.LOCK_EX | fcntl.LOCK_NB):
            return False
    except BlockingIOError:
        return True


def _start_keeper(var: Path) -> None:
    ready = var / "servers.json"
    ready.unlink(missing_ok=True)
    with (var / "keeper.log").open("w") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "config.keeper", str(var)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C reaches the users; the keeper outlives them
        )
    deadline = time.monotonic() + START_SECONDS
    while not ready.exists():
        if keeper.poll() is not None or time.monotonic() > deadline:
            log_text = (var / "keeper.log").read_text()
            raise SystemExit(f"The embedded servers did not start; {var}/keeper.log:\n{log_text}")
        time.sleep(0.02)


@contextlib.contextmanager
def locked(path: Path, how: int = fcntl.LOCK_EX) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, how)
        yield


def secret(var: Path, name: str) -> str:
    """A random secret that is made once per `VAR_DIR` and readable by its owner only."""
    var.mkdir(parents=True, exist_ok=True)
    with locked(var / "secrets.lock"):
        path = var / name
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(40))
        return path.read_text()


def keeper_pids(var: Path) -> list[int]:
    """The process that runs the embedded servers of `var`, if any does."""
    servers = var / "servers.json"
    return [int(json.loads(servers.read_text())["KEEPER_PID"])] if servers.exists() else []
