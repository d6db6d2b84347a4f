"""Seconds of processor that processes took: what stays the same when others use the machine too."""

import json
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True)
class Spent:
    """Seconds of processor of Postgres and of the Python that asks it."""

    postgres: float
    python: float

    def __sub__(self, other: "Spent") -> "Spent":
        return Spent(self.postgres - other.postgres, self.python - other.python)

    @property
    def total(self) -> float:
        return self.postgres + self.python


def spent(var: Path) -> Spent:
    """So far: by the Postgres of `var`, and by this process with its children, sinks aside."""
    keeper = psutil.Process(int(json.loads((var / "servers.json").read_text())["KEEPER_PID"]))
    postgres = next(each for each in keeper.children() if each.name() == "postgres")
    apart = {keeper, *keeper.children(recursive=True)}  # children of whoever came first
    apart |= {each for each in psutil.Process().children() if "smtp" in " ".join(each.cmdline())}
    return Spent(_of(postgres, set()), _of(psutil.Process(), apart))


def _of(root: psutil.Process, but: set[psutil.Process]) -> float:
    """With all that it started: those that have ended were added to it when they did."""
    own = root.cpu_times()
    found = own.user + own.system + own.children_user + own.children_system
    for child in set(root.children(recursive=True)) - but:
        try:
            times = child.cpu_times()
        except psutil.NoSuchProcess:
            continue
        found += times.user + times.system
    return found
