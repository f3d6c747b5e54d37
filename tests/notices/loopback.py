"""A web service on this machine that answers as it is told and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Asked:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Reply:
    """What to answer; ``hang`` keeps the asker waiting until the service ends, ``drip`` sends a byte at a time."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    hang: bool = False
    drip: bool = False


def says(document: Any, status: int = 200) -> Reply:
    """A JSON answer."""
    return Reply(status, json.dumps(document).encode(), {"Content-Type": "application/json"})


class Service:
    """``replies`` are given in order, the last one for ever; ``by_path`` wins over them."""

    def __init__(self, port: int, scheme: str = "http") -> None:
        self.url = f"{scheme}://127.0.0.1:{port}"
        self.asked: list[Asked] = []
        self.replies: list[Reply] = [Reply()]
        self.by_path: dict[str, Reply] = {}
        self.closing = threading.Event()
        self.heard = threading.Event()  # set by the first request

    def answer(self, *replies: Reply) -> None:
        self.replies = list(replies)

    def next(self, path: str) -> Reply:
        known = self.by_path.get(path.partition("?")[0])
        if known:
            return known
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _serve(self) -> None:
        service: Service = self.server.service  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        service.asked.append(Asked(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        service.heard.set()
        reply = service.next(self.path)
        self.close_connection = True
        if reply.hang:
            service.closing.wait(20)
            return
        if reply.drip:
            self._drip(service)
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def _drip(self, service: Service) -> None:
        try:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
            while not service.closing.wait(0.02):
                self.wfile.write(b"a")
                self.wfile.flush()
        except OSError:
            service.closing.set()  # the asker has left, which is what the test waits for

    do_GET = do_POST = _serve  # noqa: N815 - the base class calls them so

    def log_message(self, *_: object) -> None:
        """Nothing on stderr."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """An asker who leaves in the middle is what some tests are about."""


@contextmanager
def running(tls: Any = None) -> Iterator[Service]:
    """A service on a free port; ``tls`` is a server's SSL context."""
    server = _Server(("127.0.0.1", 0), _Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    service = server.service = Service(server.server_address[1], "https" if tls else "http")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield service
    finally:
        service.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()
