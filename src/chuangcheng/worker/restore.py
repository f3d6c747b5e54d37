"""The way back from a backup: only into an empty home, everything checked against the manifest."""

from __future__ import annotations

import json
import os
import shutil
import tarfile
import tomllib
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


def refuse_target(source: Path, home: Path) -> None:
    """Refuse a used home, another engine or a used database before anything is written."""
    refuse_used(home)
    url = target_url(source)
    wanted = "postgresql" if url else "sqlite"
    stored = read_manifest(source)["engine"]
    if stored != wanted:
        raise Refused("operations.other_engine", stored=stored, wanted=wanted)
    if url and _has_tables(url):
        raise Refused("operations.database_not_empty")


def target_url(source: Path) -> str:
    """The database to fill: the environment's, else the one that the backup's configuration names."""
    config = source / "config.toml"
    stored = tomllib.loads(config.read_text(encoding="utf-8")) if config.exists() else {}
    return os.environ.get("CHUANGCHENG_DATABASE_URL") or str(stored.get("database_url", ""))


def _has_tables(url: str) -> bool:
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            row = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    except psycopg.OperationalError as error:
        raise Refused("operations.bad_setting", reason=(str(error).strip().splitlines() or ["?"])[-1]) from error
    return bool(row and row[0])


def keep_database(home: Path, url: str) -> None:
    """Let the restored home's configuration name the database that was filled. Left as it came, it would go on naming
    the one that the backup was made of."""
    path = home / "config.toml"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    kept = [line for line in lines if line.split("=")[0].strip() != "database_url"]
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in [f"database_url = {json.dumps(url)}", *kept])


def place_files(source: Path, home: Path, archive: Path, progress: backup.Progress = backup.quiet) -> None:
    """Put keys, configuration, seals and photos into an empty home. Django must not have been loaded for it yet."""
    refuse_used(home)
    home.mkdir(parents=True, exist_ok=True)
    _unpack_keys(archive, home / "keys")
    manifest = read_manifest(source)
    for name in backup.WRITTEN:
        if (source / name).exists():
            shutil.copyfile(source / name, home / name)
            (home / name).chmod(0o600)
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
    """Put the database back, after :func:`refuse_target`."""
    engines.load(settings, source / read_manifest(source)["database"]["name"])


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
