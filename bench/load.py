"""Eight clients that do one thing again and again for some seconds, over HTTP or against the database itself.

Each client is a process of its own: Python's lock would otherwise slow the raw database down, and flatter us.
"""

from __future__ import annotations

import json
import multiprocessing
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

#: A client does one piece of work at a call; the factory runs in the client's process and gets its number.
Work = Callable[[], None]
Factory = Callable[..., Work]
WARM_UP = 1.0


@dataclass(frozen=True, slots=True)
class Measured:
    """How much was done and how long one piece took (milliseconds)."""

    per_second: float
    p50: float
    p95: float
    done: int

    def as_json(self) -> dict[str, float]:
        """Rounded, for the report."""
        return {"per_second": round(self.per_second, 1), "p50_ms": round(self.p50, 2), "p95_ms": round(self.p95, 2)}


def run(factory: Factory, args: tuple[Any, ...], *, clients: int, seconds: float) -> Measured:
    """Start the clients, let them begin together, and sum up. A client that fails makes the whole run fail."""
    context = multiprocessing.get_context("spawn")
    results: Any = context.Queue()
    barrier = context.Barrier(clients)
    workers = [
        context.Process(target=_client, args=(factory, (number, *args), barrier, results, seconds))
        for number in range(clients)
    ]
    for worker in workers:
        worker.start()
    found = [results.get() for _ in workers]
    for worker in workers:
        worker.join()
    failures = [one for one in found if isinstance(one, str)]
    if failures:
        raise RuntimeError(f"a client failed: {failures[0]}")
    times = sorted(duration for one in found for duration in one)
    if not times:
        raise RuntimeError("nothing was done")
    middle, high = times[len(times) // 2], times[int(len(times) * 0.95)]
    return Measured(len(times) / seconds, middle * 1000, high * 1000, len(times))


def _client(factory: Factory, args: tuple[Any, ...], barrier: Any, results: Any, seconds: float) -> None:
    try:
        work = factory(*args)
        barrier.wait(timeout=60)
        _repeat(work, WARM_UP)
        results.put(_repeat(work, seconds))
    except Exception as error:  # noqa: BLE001 - told to the parent, which fails
        barrier.abort()
        results.put(f"{type(error).__name__}: {error}")


def _repeat(work: Work, seconds: float) -> list[float]:
    times = []
    start = before = time.perf_counter()
    while before - start < seconds:
        work()
        now = time.perf_counter()
        times.append(now - before)
        before = now
    return times


class Connection:
    """One kept-alive HTTP connection, as thin as can be: the client must not cost what the server should have."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def get(self, path: str, token: str = "") -> bytes:
        """The body of the answer; anything but 200 fails."""
        signed = f"Authorization: Bearer {token}\r\n" if token else ""
        return self._ask(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{signed}\r\n".encode(), {200})

    def post(self, path: str, body: dict[str, Any]) -> bytes:
        """POST JSON; anything but 201 fails."""
        data = json.dumps(body).encode()
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        return self._ask(f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data, {201})

    def _ask(self, request: bytes, wanted: set[int]) -> bytes:
        self._socket.sendall(request)
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._receive()
        head, _, body = data.partition(b"\r\n\r\n")
        status = int(head[9:12])
        length = next(int(line[15:]) for line in head.split(b"\r\n") if line[:15].lower() == b"content-length:")
        while len(body) < length:
            body += self._receive()
        if status not in wanted:
            raise RuntimeError(f"{status}: {body[:300].decode(errors='replace')}")
        return body

    def _receive(self) -> bytes:
        data = self._socket.recv(65536)
        if not data:
            raise RuntimeError("the server closed the connection")
        return data
