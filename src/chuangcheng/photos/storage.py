"""Photos on disk, named by the hash of their content: written once, whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from django.conf import settings


def path_of(stored_sha256: str, *, thumb: bool = False) -> Path:
    """Where a stored photo lies, whether it is there or not: two levels of folders keep each of them small."""
    root: Path = settings.CITY.media
    return root / stored_sha256[:2] / stored_sha256[2:4] / f"{stored_sha256}{'.thumb' if thumb else ''}.jpg"


def write(path: Path, data: bytes) -> None:
    """Write under another name, flush to the disk, then rename: a reader or a power cut never sees half a photo."""
    if path.exists() and path.stat().st_size == len(data):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    """Make the new name itself durable. Windows cannot open a folder, and needs not."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
