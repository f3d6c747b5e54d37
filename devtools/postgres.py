"""A PostgreSQL server of our own for tests and benchmarks: own folder, free port, own password, stopped at the end."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

USER = "chuangcheng"
START_SECONDS = 60
#: Benchmarks measure a server that was told of its machine, as docs/operations.md says.
TUNED = ("shared_buffers=1GB", "effective_cache_size=4GB", "work_mem=16MB", "random_page_cost=1.1")
#: Tests may lose their data, so they need not wait for the disk.
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class NoPostgres(RuntimeError):
    """PostgreSQL's programs are not installed, or they would not start."""


def find_programs() -> Path | None:
    """The folder with ``initdb`` and ``postgres``, the newest version first; None where there is none."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    folders += sorted(Path("/opt/homebrew/opt").glob("postgresql*/bin"), reverse=True)
    folders += sorted(Path("C:/Program Files/PostgreSQL").glob("*/bin"), key=_version, reverse=True)
    on_path = shutil.which("initdb")
    folders += [Path(on_path).resolve().parent] if on_path else []
    return next((folder for folder in folders if shutil.which("postgres", path=str(folder))), None)


def _version(folder: Path) -> int:
    return int(folder.parent.name) if folder.parent.name.isdigit() else 0


@contextmanager
def server(*, durable: bool = False, connections: int = 60) -> Iterator[str]:
    """Start a server, yield the address of an empty database on it, and stop it.

    ``durable`` keeps PostgreSQL safe and gives it memory (for benchmarks). Raises :class:`NoPostgres`.
    """
    programs = find_programs()
    if programs is None:
        raise NoPostgres("PostgreSQL is not installed (its programs initdb and postgres were not found)")
    with tempfile.TemporaryDirectory(prefix="chuangcheng-pg-", ignore_cleanup_errors=True) as folder:
        database = _Server(programs, Path(folder), durable=durable, connections=connections)
        database.create()
        database.start()
        try:
            yield database.address()
        finally:
            database.stop()


class _Server:
    """The life of one throw-away server."""

    def __init__(self, programs: Path, folder: Path, *, durable: bool, connections: int) -> None:
        self.programs, self.folder, self.data = programs, folder, folder / "data"
        self.password = secrets.token_hex(16)
        self.port = _free_port()
        self.durable, self.connections = durable, connections
        self.process: subprocess.Popen[bytes] | None = None

    def create(self) -> None:
        """``initdb``, as another user when we are root, because PostgreSQL refuses to run as root."""
        secret = self.folder / "password"
        secret.write_text(self.password, encoding="ascii")
        if _other_user():
            for path in (self.folder, secret):
                shutil.chown(path, *_other_user())
        command = [self._program("initdb"), "-D", str(self.data), "-U", USER, "-E", "UTF8", "--no-locale",
                   "--auth=scram-sha-256", f"--pwfile={secret}"]  # fmt: skip
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False, **_as_other())
        if done.returncode:
            raise NoPostgres(f"initdb failed: {done.stderr.strip()}")

    def start(self) -> None:
        """Start it and wait until it answers with the folder that we made: then it is ours and nobody else's."""
        options = [f"port={self.port}", "listen_addresses=127.0.0.1", f"max_connections={self.connections}"]
        options += [f"unix_socket_directories={self.folder}"] if os.name != "nt" else []
        options += list(TUNED if self.durable else CARELESS)
        command = [self._program("postgres"), "-D", str(self.data), *[part for o in options for part in ("-c", o)]]
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, **_as_other())  # fmt: skip
        try:
            self._wait()
            self._ask(f"CREATE DATABASE {USER}", database="postgres")
        except BaseException:
            self.stop()
            raise

    def _wait(self) -> None:
        assert self.process is not None
        give_up = time.monotonic() + START_SECONDS
        while time.monotonic() < give_up and self.process.poll() is None:
            answer = self._ask("SHOW data_directory", database="postgres")
            if answer is not None:
                if Path(answer).resolve() != self.data.resolve():
                    raise NoPostgres(f"port {self.port} is answered by a server that is not ours")
                return
            time.sleep(0.1)
        raise NoPostgres(f"PostgreSQL did not start: {(self.folder / 'log').read_text(errors='replace')[-2000:]}")

    def _ask(self, sql: str, *, database: str) -> str | None:
        command = [self._program("psql"), "-XAtq", "-h", "127.0.0.1", "-p", str(self.port), "-U", USER, "-d", database,
                   "-c", sql]  # fmt: skip
        env = {**os.environ, "PGPASSWORD": self.password}
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        return done.stdout.strip() if done.returncode == 0 else None

    def stop(self) -> None:
        """Ask it to end at once, as its data is thrown away."""
        if self.process is None or self.process.poll() is not None:
            return
        command = [self._program("pg_ctl"), "stop", "-D", str(self.data), "-m", "immediate", "-w"]
        subprocess.run(command, cwd=self.folder, capture_output=True, check=False, **_as_other())
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def address(self) -> str:
        """``postgresql://…`` of the empty database."""
        return f"postgresql://{USER}:{self.password}@127.0.0.1:{self.port}/{USER}"

    def _program(self, name: str) -> str:
        return shutil.which(name, path=str(self.programs)) or name


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _other_user() -> tuple[str, str] | tuple[()]:
    """``(user, group)`` to run as when we are root, else nothing."""
    if os.name == "nt" or os.geteuid() != 0:
        return ()
    import grp
    import pwd

    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = names.get("postgres") or names["nobody"]
    return entry.pw_name, grp.getgrgid(entry.pw_gid).gr_name


def _as_other() -> dict[str, Any]:
    other = _other_user()
    return {"user": other[0], "group": other[1], "extra_groups": []} if other else {}
