"""Photos on disk, named by the hash of their content: written once, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from django.conf import settings

#: Whether each photo waits for the disk before it is acknowledged.
_durable: ContextVar[bool] = ContextVar("chuangcheng_photos_durable", default=True)


@contextmanager
def flushed_at_the_end() -> Iterator[None]:
    """For work that is begun anew when it breaks off, as the demo city is: one flush of the disk instead of three a
    photo. Never where a photo is acknowledged to somebody."""
    token = _durable.set(False)
    try:
        yield
    finally:
        _durable.reset(token)
        if hasattr(os, "sync"):
            os.sync()


def path_of(stored_sha256: str, *, thumb: bool = False) -> Path:
    """Where a stored photo lies, whether it is there or not: two levels of folders keep each of them small."""
    root: Path = settings.CITY.media
    return root / stored_sha256[:2] / stored_sha256[2:4] / f"{stored_sha256}{'.thumb' if thumb else ''}.jpg"


def write(files: Mapping[Path, bytes]) -> None:
    """Write each under another name, flush to the disk, then rename: a reader or a power cut never sees half a photo.

    What is there already stays. Then the folders' new names are made durable, each folder once.
    """
    missing = {path: data for path, data in files.items() if not (path.exists() and path.stat().st_size == len(data))}
    for path, data in missing.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_one(path, data)
    for folder in dict.fromkeys(path.parent for path in missing):
        flush_folder(folder)


def _write_one(path: Path, data: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            if _durable.get():
                os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def digest_of_file(path: Path) -> str:
    """SHA-256 of a file of any size."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def adopt(made: Path, place: Callable[[str], Path]) -> str:
    """Take a finished file of the same disk in, under the name that ``place`` gives its hash; the hash."""
    name = digest_of_file(made)
    with made.open("rb+") as file:
        os.fsync(file.fileno())
    target = place(name)
    target.parent.mkdir(parents=True, exist_ok=True)
    made.replace(target)
    flush_folder(target.parent)
    return name


def flush_folder(folder: Path) -> None:
    """Make the new name itself durable. Windows cannot open a folder, and needs not."""
    if os.name == "nt" or not _durable.get():
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
