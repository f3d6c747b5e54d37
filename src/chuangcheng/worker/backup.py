"""Backups: the database first, then the photos it may speak of; the keys apart, so that a lost disk tells nothing.

A folder of backups holds::

    photos/…                    one pool for all backups: a photo never changes, so it is copied once
    20260915-040000/            one backup: manifest.json, the database, seals, config.toml
    keys/20260915-040000.tar    the keys of the home, mode 0600; keep them somewhere else
"""

from __future__ import annotations

import json
import os
import shutil
import tarfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from chuangcheng import __version__
from chuangcheng.kernel import clock
from chuangcheng.kernel.digest import sha256
from chuangcheng.kernel.settings import Settings
from chuangcheng.worker import engines

#: What a city writes itself into its home.
WRITTEN = ("config.toml", "ladder.toml")
FORMAT = 1
MANIFEST = "manifest.json"
POOL = "photos"
KEYS = "keys"
KEPT_BEFORE_MIGRATION = 3
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Backup:
    """What was made: the folder, the archive of keys, and how many photos were copied of how many there are."""

    folder: Path
    keys: Path
    photos: int
    copied: int
    bytes: int

    def as_json(self) -> dict[str, object]:
        """Plain JSON."""
        return {
            "backup": str(self.folder), "keys": str(self.keys), "photos": self.photos, "copied": self.copied,
            "bytes": self.bytes,
        }  # fmt: skip


def quiet(what: str, done: int, total: int) -> None:
    """Progress that tells nobody."""


def make(settings: Settings, target: Path, progress: Progress = quiet) -> Backup:
    """Back the home up into ``target`` while it is in use. A backup without its manifest is an unfinished one."""
    stamp = _free_stamp(target)
    folder = target / stamp
    folder.mkdir(parents=True)
    progress("database", 0, 1)
    _copy_tree(settings.seals, folder / "seals")  # first: an old seal fits a newer database, never the other way round
    database = engines.dump(settings, folder)
    photos, copied = _copy_photos(settings.media, target / POOL, progress)
    for name in WRITTEN:
        if (settings.home / name).exists():
            _copy_private(settings.home / name, folder / name)
    keys = _pack_keys(settings.keys, target / KEYS / f"{stamp}.tar")
    manifest = {
        "format": FORMAT, "version": __version__, "made_at": clock.real().isoformat(),
        "engine": engines.engine(settings), "database": {"name": database.name, "sha256": file_digest(database)},
        "keys": {"name": keys.name, "sha256": file_digest(keys)},
        "photos": photos,
    }  # fmt: skip
    draft = folder / f".{MANIFEST}"
    draft.write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
    draft.replace(folder / MANIFEST)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return Backup(folder, keys, len(photos), copied, size)


def before_migration(settings: Settings) -> Path:
    """A copy of the database alone, in the home itself; the last few are kept."""
    folder = settings.home / "before-migration"
    stamp = _free_stamp(folder)
    draft = folder / f".{stamp}"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o700)
    engines.dump(settings, draft)
    made = draft.replace(folder / stamp)
    for old in sorted(path for path in folder.iterdir() if path.is_dir())[:-KEPT_BEFORE_MIGRATION]:
        shutil.rmtree(old)
    return made


def listed(target: Path) -> list[Path]:
    """The finished backups in a folder, oldest first."""
    return sorted(path.parent for path in target.glob(f"*/{MANIFEST}"))


def file_digest(path: Path) -> str:
    """SHA-256 of a file of any size."""
    import hashlib

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _free_stamp(target: Path) -> str:
    moment = clock.real().strftime("%Y%m%d-%H%M%S")
    taken = {path.name for path in target.glob("*")}
    names = (moment if not number else f"{moment}-{number}" for number in range(1000))
    return next(name for name in names if name not in taken)


def _photos(media: Path) -> Iterator[Path]:
    for path in sorted(media.rglob("*")) if media.is_dir() else ():
        if path.is_file() and not path.name.startswith("."):
            yield path


def _copy_photos(media: Path, pool: Path, progress: Progress) -> tuple[list[str], int]:
    """Copy what the pool has not yet; the names (relative, with ``/``) of all photos and how many were copied."""
    paths, copied = list(_photos(media)), 0
    names = []
    for number, path in enumerate(paths, 1):
        name = path.relative_to(media)
        with suppress(FileNotFoundError):  # the original of a video goes once it has been processed
            copied += _copy_photo(path, pool / name)
            names.append(name.as_posix())
        progress("photos", number, len(paths))
    return names, copied


def _copy_photo(path: Path, target: Path) -> bool:
    """Whether it had to be copied."""
    if target.exists() and target.stat().st_size == path.stat().st_size:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}")
    shutil.copyfile(path, draft)
    draft.replace(target)
    return True


def _copy_tree(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target)


def _copy_private(source: Path, target: Path) -> None:
    """It may hold the database's password."""
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(source.read_bytes())


def _pack_keys(keys: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file, tarfile.open(fileobj=file, mode="w") as archive:
        for path in sorted(keys.iterdir()) if keys.is_dir() else ():
            if not path.name.startswith("."):
                archive.add(path, arcname=path.name)
    return target


def content_name(name: str) -> str:
    """The SHA-256 that the name of a photo, paper or film promises, or an empty string for a small picture, which can
    be made again, and for the original of a video."""
    path = Path(name)
    return path.stem if path.suffix in (".jpg", ".pdf", ".mp4") and len(path.stem) == len(sha256(b"")) else ""
