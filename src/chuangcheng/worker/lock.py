"""A lock between processes that the operating system gives back when its holder dies, kill -9 included."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

POLL = 0.2


class Busy(Exception):
    """Another process holds the lock."""


@contextmanager
def held(path: Path, *, wait: float = 0.0) -> Iterator[None]:
    """Hold the lock file ``path`` inside the block; raises :class:`Busy` after ``wait`` seconds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    give_up = time.monotonic() + wait
    with path.open("a+b") as file:
        while not _try(file):
            if time.monotonic() >= give_up:
                raise Busy(str(path))
            time.sleep(POLL)
        try:
            yield
        finally:
            _release(file)


if os.name == "nt":  # pragma: no cover - run on Windows only
    import msvcrt

    def _try(file: IO[bytes]) -> bool:
        try:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            return False
        return True

    def _release(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined,unused-ignore]

else:
    import fcntl

    def _try(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _release(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
