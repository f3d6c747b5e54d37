"""The way back from a backup: only into an empty home, everything checked against the manifest."""

from __future__ import annotations

import json
import os
import shutil
import tarfile
from pathlib import Path
from typing import Any

from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.settings import Settings
from chuangcheng.worker import backup, engines

#: What makes a home a used one. The key of sessions is made by merely looking at a home, so keys are judged apart.
USED = (engines.SQLITE_NAME, "media", "seals", "config.toml")


def read_manifest(source: Path) -> dict[str, Any]:
    """The manifest of a backup folder; ``operations.not_a_backup`` otherwise."""
    path = source / backup.MANIFEST
    if not path.is_file():
        raise Refused("operations.not_a_backup", path=source)
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if manifest.get("format") != backup.FORMAT:
        raise Refused("operations.not_a_backup", path=source)
    return manifest


def check(source: Path, keys: Path | None = None) -> tuple[dict[str, Any], Path]:
    """Check a backup without touching any home: its manifest and the archive of keys that belongs to it."""
    manifest = read_manifest(source)
    database = source / manifest["database"]["name"]
    if not database.is_file() or backup.file_digest(database) != manifest["database"]["sha256"]:
        raise Refused("operations.backup_damaged", what=manifest["database"]["name"])
    if not engines.is_sound(database):
        raise Refused("operations.backup_damaged", what=database.name)
    archive = keys or source.parent / backup.KEYS / manifest["keys"]["name"]
    if not archive.is_file():
        raise Refused("operations.keys_missing")
    if backup.file_digest(archive) != manifest["keys"]["sha256"]:
        raise Refused("operations.backup_damaged", what=archive.name)
    missing = [name for name in manifest["photos"] if not (source.parent / backup.POOL / name).is_file()]
    if missing:
        raise Refused("operations.backup_damaged", what=f"{len(missing)} photos: {missing[0]} …")
    return manifest, archive


def refuse_used(home: Path) -> None:
    """``operations.home_not_empty`` when anything of a city lies in ``home``."""
    if any((home / name).exists() for name in USED) or (home / "keys" / "field").exists():
        raise Refused("operations.home_not_empty", home=home)


def place_files(source: Path, home: Path, archive: Path, progress: backup.Progress = backup.quiet) -> None:
    """Put keys, configuration, seals and photos into an empty home. Django must not have been loaded for it yet."""
    refuse_used(home)
    home.mkdir(parents=True, exist_ok=True)
    _unpack_keys(archive, home / "keys")
    manifest = read_manifest(source)
    config = source / "config.toml"
    if config.exists():
        shutil.copyfile(config, home / "config.toml")
        (home / "config.toml").chmod(0o600)
    if (source / "seals").is_dir():
        shutil.copytree(source / "seals", home / "seals")
    pool, media = source.parent / backup.POOL, home / "media"
    for number, name in enumerate(manifest["photos"], 1):
        target = media / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(pool / name, target)
        expected = backup.content_name(name)
        if expected and backup.file_digest(target) != expected:
            raise Refused("operations.backup_damaged", what=name)
        progress("photos", number, len(manifest["photos"]))


def load_database(settings: Settings, source: Path) -> None:
    """Put the database back; refused when the engine differs or the place is taken."""
    from chuangcheng.worker import migrating

    manifest = read_manifest(source)
    if manifest["engine"] != engines.engine(settings):
        raise Refused("operations.other_engine", stored=manifest["engine"], wanted=engines.engine(settings))
    if not settings.is_sqlite and not migrating.is_empty():
        raise Refused("operations.database_not_empty")
    engines.load(settings, source / manifest["database"]["name"])


def _unpack_keys(archive: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tarfile.open(archive) as packed:
        for member in packed.getmembers():
            file = packed.extractfile(member) if member.isfile() and "/" not in member.name else None
            if file is None:
                raise Refused("operations.backup_damaged", what=f"{archive.name}: {member.name}")
            descriptor = os.open(target / member.name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as out:
                out.write(file.read())
