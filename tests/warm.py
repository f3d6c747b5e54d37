"""Processes that have read what every command reads, and fork one process for each command.

What a command does is as far from the tests as before: a process of its own with its own environment, streams and exit
code. Only the reading is shared. One process (the forker) has the libraries; from it comes one for each home (a branch)
in which Django stands ready on that home's settings, as it does at the start of each command; from a branch come the
commands. A branch is for exactly one environment, config.toml and folder of keys. What starts servers, names another
home or another database starts from the forker, and reads settings and models anew. Where a process cannot fork
(Windows) commands are started the long way.

    python -m tests.warm        an order (one line of JSON) in, the exit code out
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 300  # seconds for one command
BRANCHES = 2  # homes kept ready at once
#: Starts processes of its own, or chooses its settings itself.
COLD = frozenset({"serve", "demo", "worker", "restore", "--home", "--database"})
#: Large, slow to read, and blind to settings and environment when they are.
LIBRARIES = (
    "PIL.Image", "PIL.ImageOps", "asyncio", "chinese_calendar", "cryptography.fernet", "cryptography.hazmat.primitives.asymmetric.ec",
    "cryptography.x509", "django.contrib.auth.hashers", "django.core.files.storage", "django.core.mail",
    "django.core.management", "django.core.paginator", "django.db.backends.sqlite3.base", "django.db.migrations.executor",
    "django.db.models", "django.forms", "django.http", "django.template.defaultfilters", "django.template.loader",
    "django.test.client", "django.urls", "django.views.generic", "numpy", "openpyxl", "pi_heif", "pydantic",
    "python_calamine", "requests", "shapely", "sqlite3", "sqlparse", "tomllib", "uuid6", "xlsxwriter",
)  # fmt: skip


@dataclass(frozen=True)
class Ended:
    """What a process printed, and its exit code (below zero for the signal that ended it)."""

    code: int
    out: str
    err: str


def run(arguments: Sequence[str], env: Mapping[str, str], *, given: str = "", code: str = "") -> Ended:
    """``python -m`` the ``arguments``, or ``python -c`` the ``code``, to its end."""
    if os.name == "nt":
        started = ["-c", code] if code else ["-m", *arguments]
        done = subprocess.run([sys.executable, *started], env=dict(env), input=given, capture_output=True,
                              text=True, encoding="utf-8", timeout=PATIENCE, check=False)  # fmt: skip
        return Ended(done.returncode, done.stdout, done.stderr)
    with tempfile.TemporaryDirectory(prefix="chuangcheng-streams-") as name:
        streams = Path(name)
        (streams / "in").write_text(given, encoding="utf-8")
        order = {"arguments": list(arguments), "code": code, "env": dict(env), "folder": str(Path.cwd()), "streams": name,
                 "branch": branch_for(arguments, env)}  # fmt: skip
        ended = _forker().ask(order)
        out, err = ((streams / each).read_text(encoding="utf-8") for each in ("out", "err"))
        return Ended(ended, out, err)


def branch_for(arguments: Sequence[str], env: Mapping[str, str]) -> str:
    """What must be the same for two commands of one branch; empty for a command that starts from the forker."""
    home = Path(env["CHUANGCHENG_HOME"])
    if (
        COLD.intersection(arguments)
        or env.get("CHUANGCHENG_DATABASE_URL")
        or not (home / "chuangcheng.sqlite3").exists()
    ):
        return ""
    files = [path for path in (home / "config.toml", *sorted((home / "keys").glob("*"))) if path.exists()]
    return json.dumps([dict(env), [(str(path), path.stat().st_mtime_ns, path.read_bytes().hex()) for path in files]])


class _Forker:
    """The other end of :func:`serve`."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.warm"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, order: Mapping[str, Any]) -> int:
        """The exit code of the process that was ordered."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def end(self) -> None:
        """It sees that there is nothing more to come, and so do its branches."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(PATIENCE)
        self.process.stdout.close()


@cache
def _forker() -> _Forker:
    """One for each process of the tests: it ends with them, or with its input if they were killed."""
    forker = _Forker()
    atexit.register(forker.end)
    return forker


class Forked(BaseException):
    """Raised in a process that was forked for an order: it leaves all loops and does it."""

    def __init__(self, order: dict[str, Any]) -> None:
        self.order = order


def fork(order: dict[str, Any]) -> int:
    """The exit code of a process that does what was ordered."""
    child = os.fork()
    if not child:
        raise Forked(order)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


class Branch:
    """A process in which Django stands ready on one home."""

    def __init__(self, order: dict[str, Any], others: Sequence[Branch]) -> None:
        here, there = socket.socketpair()
        self.process = os.fork()
        if self.process:
            there.close()
            self.stream = here.makefile("rw", encoding="utf-8")
            here.close()
            return
        here.close()
        for other in others:  # or they would never see that the forker has gone
            other.stream.close()
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(nothing, 1)
        os.environ.clear()
        os.environ.update(order["env"] | {"DJANGO_SETTINGS_MODULE": "chuangcheng.config.django"})
        stream = there.makefile("rw", encoding="utf-8")
        importlib.import_module("django").setup()
        gc.freeze()
        for line in stream:
            stream.write(f"{fork(json.loads(line))}\n")
            stream.flush()
        os._exit(0)

    def ask(self, order: dict[str, Any]) -> int | None:
        """The exit code of a command; None when Django does not start on this home."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.stream.write(json.dumps(order) + "\n")
            self.stream.flush()
            answer = self.stream.readline()
            return int(answer) if answer else None
        return None

    def end(self) -> None:
        """No more commands on this home."""
        with contextlib.suppress(OSError):
            self.stream.close()
        os.waitpid(self.process, 0)


def serve() -> None:
    """Answer every order with the exit code of the process that did it."""
    branches: dict[str, Branch] = {}
    for line in sys.stdin:
        order: dict[str, Any] = json.loads(line)
        name, code = order["branch"], None
        if name:
            if name not in branches and len(branches) == BRANCHES:
                branches.pop(next(iter(branches))).end()
            branches[name] = branches.pop(name, None) or Branch(order, list(branches.values()))
            code = branches[name].ask(order)
        sys.stdout.write(f"{fork(order) if code is None else code}\n")
        sys.stdout.flush()
    for branch in branches.values():
        branch.end()


def become(order: Mapping[str, Any]) -> None:
    """Take on environment, folder and streams of the order; do what it says as the main program."""
    signal.alarm(PATIENCE)
    os.environ.clear()
    os.environ.update(order["env"])
    os.chdir(order["folder"])
    streams = Path(order["streams"])
    for number, name in enumerate(("in", "out", "err")):
        opened = os.open(streams / name, os.O_RDONLY if name == "in" else os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)
    if order["code"]:
        sys.argv = ["-c"]
        exec(compile(order["code"], "<string>", "exec"), {"__name__": "__main__"})
        return
    module, *arguments = order["arguments"]
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def main() -> None:
    """Read the libraries, then serve."""
    for name in LIBRARIES:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    try:
        serve()
        return
    except Forked as forked:
        order = forked.order
    become(order)


if __name__ == "__main__":
    main()
