"""A load generator: sends prepared requests over kept connections, one at a time on each.

`python -m benchmarks._load PORT CONNECTIONS FILE` where the file holds requests, each after its
length in four bytes. Prints statuses, seconds and latencies as one JSON line.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from pathlib import Path

import uvloop


def packed(requests: list[bytes]) -> bytes:
    """The file's content for these requests."""
    return b"".join(len(request).to_bytes(4) + request for request in requests)


def unpacked(content: bytes) -> list[bytes]:
    requests, at = [], 0
    while at < len(content):
        size = int.from_bytes(content[at : at + 4])
        requests.append(content[at + 4 : at + 4 + size])
        at += 4 + size
    return requests


class Client(asyncio.Protocol):
    """Takes the next request whenever the answer to its last one is complete."""

    def __init__(self, waiting: list[bytes], latencies: list[float], seen: Counter[int]) -> None:
        self.waiting, self.latencies, self.seen = waiting, latencies, seen
        self.done = asyncio.get_running_loop().create_future()
        self.answer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self.send()

    def send(self) -> None:
        if self.waiting:
            self.began = time.perf_counter()
            self.transport.write(self.waiting.pop())
        else:
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        self.answer += data
        head, found, body = self.answer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        if len(body) < length:
            return
        self.latencies.append(time.perf_counter() - self.began)
        self.seen[int(self.answer[9:12])] += 1
        self.answer = b""
        self.send()

    def connection_lost(self, exc: Exception | None) -> None:
        self.done.set_result(None)


async def run(port: int, connections: int, requests: list[bytes]) -> dict[str, object]:
    """Send them all; statuses, seconds, and the middle and 99th percentile latency."""
    latencies: list[float] = []
    seen: Counter[int] = Counter()
    requests.reverse()
    loop, began = asyncio.get_running_loop(), time.perf_counter()
    clients = [
        (await loop.create_connection(lambda: Client(requests, latencies, seen), "127.0.0.1", port))
        for _ in range(connections)
    ]
    await asyncio.gather(*(client.done for _, client in clients))
    seconds = time.perf_counter() - began
    latencies.sort()
    return {
        "statuses": dict(seen),
        "lost": len(requests),
        "seconds": seconds,
        "p50_ms": latencies[len(latencies) // 2] * 1000,
        "p99_ms": latencies[len(latencies) * 99 // 100] * 1000,
    }


if __name__ == "__main__":
    prepared = unpacked(Path(sys.argv[3]).read_bytes())
    print(json.dumps(uvloop.run(run(int(sys.argv[1]), int(sys.argv[2]), prepared))))
