"""Machines for workers, as far as one machine can play them.

Each is a network namespace of its own with one cable to this machine, at whose end the servers
that listen on 127.0.0.1 are relayed. Pulling the cable cuts it off without a word. Where no
namespace may be made they are only processes side by side, and `kind` says so.
"""

import asyncio
import os
import shutil
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

IP = shutil.which("ip") or "ip"


@dataclass
class Machine:
    """One of them; `calls` counts connections that were opened from it, by port."""

    kind: str
    name: str = ""
    gateway: str = ""
    calls: Counter[int] = field(default_factory=Counter)

    def command(self, arguments: list[str]) -> list[str]:
        """Arguments to a Python on this machine that make it one on that machine."""
        if not self.name:
            return arguments
        return ["-m", "tests.faults.elsewhere", self.name, self.gateway, *arguments]

    def cable(self, state: str) -> None:
        """Pull it (down) or put it back (up)."""
        if self.name:
            ip("link", "set", self.name, state)

    def plug_in(self, number: int) -> None:
        net = os.getpid()
        self.gateway, own = (
            f"10.{64 + (net >> 8) % 64}.{net % 256}.{4 * number + n}" for n in (1, 2)
        )
        ip("netns", "add", self.name)
        ip("link", "add", self.name, "type", "veth", "peer", "name", "eth0", "netns", self.name)
        ip("addr", "add", f"{self.gateway}/30", "dev", self.name)
        ip("link", "set", self.name, "up")
        for words in (["addr", "add", f"{own}/30", "dev", "eth0"], ["link", "set", "eth0", "up"]):
            ip("-n", self.name, *words)

    async def relay(self, port: int) -> asyncio.Server:
        async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            try:
                while content := await source.read(65_536):
                    sink.write(content)
                    await sink.drain()
            except OSError:
                pass  # either end is gone; the other one is told by closing
            finally:
                sink.close()

        async def call(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.calls[port] += 1
            try:
                there, back = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                writer.close()
                return
            await asyncio.gather(pump(reader, back), pump(there, writer))

        return await asyncio.start_server(call, self.gateway, port)


def ip(*words: str) -> None:
    subprocess.run([IP, *words], check=True, capture_output=True)


@contextmanager
def machines(count: int, ports: list[int]) -> Iterator[list[Machine]]:
    """So many of them, each with a way to these ports, while the block runs."""
    names = [f"wm{os.getpid()}-{n}" for n in range(count)]
    made = [Machine("network namespaces", name) for name in names]
    try:
        try:
            for number, machine in enumerate(made):
                machine.plug_in(number)
        except (OSError, subprocess.CalledProcessError):
            yield [Machine("processes side by side") for _ in names]
            return
        with _relaying(made, ports):
            yield made
    finally:
        for name in names:  # the cable goes with its end
            with suppress(OSError, subprocess.CalledProcessError):
                ip("netns", "del", name)


@contextmanager
def _relaying(made: list[Machine], ports: list[int]) -> Iterator[None]:
    loop = asyncio.new_event_loop()
    for machine in made:
        for port in ports:
            loop.run_until_complete(machine.relay(port))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0.1))
        loop.close()
