"""Run the server's processes side by side, restart those that die, and stop them together."""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from config.local import ROOT, die_with_parent

RESTART_SECONDS = 0.5
STOP_SECONDS = 15


@dataclass
class Processes:
    """Named commands; each one's output goes to a log file of its own."""

    commands: dict[str, list[str]]
    logs: Path
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    stopping: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Start them all and a thread that restarts whatever dies."""
        self.logs.mkdir(parents=True, exist_ok=True)
        for name in self.commands:
            self._start(name)
        threading.Thread(target=self._watch, daemon=True).start()

    def stop(self) -> None:
        """Ask all to end, wait, and kill what does not."""
        self.stopping.set()
        for process in self.running.values():
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in self.running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _start(self, name: str) -> None:
        with (self.logs / f"{name}.log").open("a") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, *self.commands[name]],
                cwd=ROOT,
                env={**os.environ, "MALLOC_ARENA_MAX": "2"},  # else idle threads keep memory
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,  # Ctrl-C reaches the parent, which stops them in order
                preexec_fn=lambda: die_with_parent(signal.SIGTERM),
            )

    def _watch(self) -> None:
        while not self.stopping.wait(RESTART_SECONDS):
            for name, process in list(self.running.items()):
                if process.poll() is not None and not self.stopping.is_set():
                    print(f"{name} ended with {process.returncode}; starting it again", flush=True)
                    self._start(name)


@dataclass
class MemoryMeter:
    """Peak of the memory of several process trees, shared pages counted once (sum of PSS)."""

    roots: list[int]
    peak_bytes: int = 0

    def start(self) -> None:
        threading.Thread(target=self._measure, daemon=True).start()

    def _measure(self) -> None:
        while True:
            # A set: the keeper is a child of the process that happened to start it.
            processes = {process for root in self.roots for process in _tree(root)}
            self.peak_bytes = max(self.peak_bytes, sum(map(_bytes, processes)))
            time.sleep(1)


def _tree(root: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(root)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _bytes(process: psutil.Process) -> int:
    try:
        memory = process.memory_full_info()
    except psutil.Error:
        return 0
    return int(getattr(memory, "pss", 0) or memory.rss)
