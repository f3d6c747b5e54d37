"""A small IMAP server on this machine (RFC 3501, as much of it as a client needs to read one folder)."""

from __future__ import annotations

import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_COMMAND = re.compile(rb"(\S+) (?:UID )?(\w+) ?(.*)", re.IGNORECASE | re.DOTALL)


@dataclass
class Folder:
    """What the server holds: letters by uid, their flags, and every command it was given."""

    letters: dict[int, bytes] = field(default_factory=dict)
    flags: dict[int, set[str]] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    password: str = "geheim"
    port: int = 0
    drop_after: int = 0  # commands until the line breaks; 0: never

    def put(self, raw: bytes) -> int:
        """A new letter; its uid."""
        uid = max(self.letters, default=0) + 1
        self.letters[uid] = raw
        self.flags[uid] = set()
        return uid

    def url(self, scheme: str = "imap", password: str = "", folder: str = "") -> str:
        """The setting that leads here."""
        return f"{scheme}://box%40city:{password or self.password}@127.0.0.1:{self.port}/{folder}"


class _Talk(socketserver.StreamRequestHandler):
    folder: Folder
    tls: ssl.SSLContext | None

    def handle(self) -> None:
        if self.tls:
            self.request = self.tls.wrap_socket(self.request, server_side=True)
            self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", buffering=0)
        self._say(b"* OK ready")
        while line := self.rfile.readline():
            found = _COMMAND.fullmatch(line.rstrip(b"\r\n"))
            assert found, line
            tag, name, rest = found[1], found[2].upper().decode(), found[3]
            self.folder.said.append(f"{name} {rest.decode()}".strip() if name != "LOGIN" else name)
            if self.folder.drop_after and len(self.folder.said) > self.folder.drop_after:
                return
            answer = getattr(self, f"_{name.lower()}", self._unknown)(rest)
            self._say(tag + b" " + answer)
            if name == "LOGOUT":
                return

    def finish(self) -> None:
        """Over TLS the handler holds a socket of its own."""
        for each in (self.wfile, self.rfile, self.request):
            with suppress(OSError):
                each.close()

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")
        self.wfile.flush()

    def _unknown(self, _rest: bytes) -> bytes:
        return b"BAD unknown command"

    def _capability(self, _rest: bytes) -> bytes:
        self._say(b"* CAPABILITY IMAP4rev1")
        return b"OK done"

    def _login(self, rest: bytes) -> bytes:
        return b"OK in" if rest == f'box@city "{self.folder.password}"'.encode() else b"NO wrong"

    def _select(self, rest: bytes) -> bytes:
        if rest != b'"INBOX"':
            return b"NO no such folder"
        self._say(f"* {len(self.folder.letters)} EXISTS".encode())
        return b"OK [READ-WRITE] selected"

    def _search(self, _rest: bytes) -> bytes:
        waiting = [str(uid) for uid, flags in self.folder.flags.items() if not flags & {"\\Seen", "\\Flagged"}]
        self._say(f"* SEARCH {' '.join(waiting)}".rstrip().encode())
        return b"OK searched"

    def _fetch(self, rest: bytes) -> bytes:
        word, _, what = rest.partition(b" ")
        raw = self.folder.letters[int(word)]
        if b"SIZE" in what:
            self._say(b"* %d FETCH (UID %d RFC822.SIZE %d)" % (int(word), int(word), len(raw)))
        else:
            self._say(b"* %d FETCH (UID %d BODY[] {%d}\r\n" % (int(word), int(word), len(raw)) + raw + b")")
        return b"OK fetched"

    def _store(self, rest: bytes) -> bytes:
        uid, _, flags = rest.decode().partition(" +FLAGS.SILENT ")
        self.folder.flags[int(uid)] |= set(flags.strip("()").split())
        return b"OK stored"

    def _logout(self, _rest: bytes) -> bytes:
        self._say(b"* BYE")
        return b"OK out"


@contextmanager
def running(tls: ssl.SSLContext | None = None) -> Iterator[Folder]:
    """The server, for as long as the test needs it."""
    folder = Folder()
    talk = type("Talk", (_Talk,), {"folder": folder, "tls": tls})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), talk) as server:
        server.daemon_threads = True
        server.block_on_close = False
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        folder.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield folder
        finally:
            server.shutdown()
            thread.join()
