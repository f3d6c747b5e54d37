"""Real homes on disk and the real command line, for what only processes and commits can show."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chuangcheng.worker import serving
from chuangcheng.worker.place import Place
from chuangcheng.worker.supervisor import Supervisor
from tests import tables, warm


@dataclass(frozen=True)
class Done:
    """What a finished command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON object on stdout; anything beside it is an error."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Home:
    """A home in a folder of its own, on SQLite whatever database the other tests use."""

    folder: Path

    @property
    def env(self) -> dict[str, str]:
        """The environment of its processes."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CHUANGCHENG_")}
        return {**kept, "CHUANGCHENG_HOME": str(self.folder), "CHUANGCHENG_RATE_LIMITS": "off",
                "CHUANGCHENG_LANGUAGE": "zh-hans"}  # fmt: skip

    def command(self, *arguments: str, given: str = "", **env: str) -> Done:
        """Run ``chuangcheng`` to its end."""
        done = warm.run(["chuangcheng.cli.main", *arguments], {**self.env, **env}, given=given)
        return Done(done.code, done.out, done.err)

    def django(self, code: str) -> str:
        """What ``code`` prints with Django set up on this home; it must end well."""
        prelude = "import django\ndjango.setup()\n"
        env = {**self.env, "DJANGO_SETTINGS_MODULE": "chuangcheng.config.django"}
        done = warm.run([], env, code=prelude + code)
        assert done.code == 0, done.err
        return done.out.strip()

    def copy_to(self, folder: Path) -> Home:
        """The same home in another place."""
        shutil.copytree(self.folder, folder)
        return Home(folder)


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """A running ``chuangcheng serve`` in a process group of its own."""

    def __init__(self, home: Home, port: int, *options: str, **env: str) -> None:
        self.home, self.place = home, Place(port=port)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "chuangcheng.cli.main", "serve", "--json", "--port", str(port), *options],
            env={**home.env, **env}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
            start_new_session=os.name != "nt",
        )  # fmt: skip
        assert self.process.stdout is not None
        self.said = self.process.stdout.readline()  # printed once it is ready; empty when it ended instead
        self.ready = json.loads(self.said) if self.said else None

    def get(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of a GET."""
        return self.ask("GET", path)

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of any request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.place.port, timeout=60)
        with contextlib.closing(connection):
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()

    def children(self) -> dict[str, list[int]]:
        """Process ids by what they are: ``web``, ``background`` and others (Linux only)."""
        found: dict[str, list[int]] = {}
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError, ValueError):
                if os.getpgid(int(entry.name)) != self.process.pid or int(entry.name) == self.process.pid:
                    continue
                line = entry.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode()
                if not line:  # a zombie waits for its parent only
                    continue
                kind = next((name for name in ("worker.web", "worker.background") if name in line), "other")
                found.setdefault(kind.removeprefix("worker."), []).append(int(entry.name))
        return found

    def until_ready(self) -> bool:
        """Wait until pages are served again."""
        return serving.wait_until_ready(self.place, Supervisor())

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Kill the whole group at once, as a power cut would."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)
        self.process.wait(timeout=60)

    def stop(self) -> int:
        """Ask the parent to stop, and wait; its exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        code = self.process.wait(timeout=60)
        self._close()
        return code

    def _close(self) -> None:
        if self.process.stdout is not None:
            self.process.stdout.close()


@contextlib.contextmanager
def serving_at(home: Home, *options: str, port: int = 0, **env: str) -> Iterator[Server]:
    """Serve ``home`` on a free port; nothing of it is left after the block."""
    server = Server(home, port or free_port(), *options, **env)
    try:
        yield server
    finally:
        server.stop()
        if os.name != "nt":
            server.kill()


@pytest.fixture(scope="session")
def migrated_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Made once; copy it before changing anything."""
    return Home(tables.copy_home(tmp_path_factory.mktemp("template") / "home"))


@pytest.fixture
def home(migrated_home: Home, tmp_path: Path) -> Home:
    """A migrated, empty home of the test's own."""
    return migrated_home.copy_to(tmp_path / "home")
