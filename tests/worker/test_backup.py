"""Backup and restore of files: complete, incremental, private, and checked on the way back."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from chuangcheng.kernel.digest import sha256
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.settings import Settings, load
from chuangcheng.worker import backup, engines, restore

PICTURES = (b"first picture", b"second picture")


def put(media: Path, data: bytes) -> Path:
    """Store a picture and its small one as the room of photos does."""
    name = sha256(data)
    folder = media / name[:2] / name[2:4]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.thumb.jpg").write_bytes(b"small")
    path = folder / f"{name}.jpg"
    path.write_bytes(data)
    return path


@pytest.fixture
def city(tmp_path: Path) -> Settings:
    """A home with a small database in use, two photos, keys, a seal and a configuration."""
    home = tmp_path / "city"
    settings = Settings(home)
    for name in ("secret", "digest", "field"):
        settings.key(name)
    for data in PICTURES:
        put(settings.media, data)
    settings.seals.mkdir()
    (settings.seals / "000001.json").write_text("{}", encoding="utf-8")
    (home / "config.toml").write_text('city_name = "云岭市"\n', encoding="utf-8")
    (home / "ladder.toml").write_text("version = 7\n", encoding="utf-8")
    with closing(sqlite3.connect(home / engines.SQLITE_NAME)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE fact (text)")
        database.execute("INSERT INTO fact VALUES ('kept')")
        database.commit()
    return settings


@pytest.fixture
def made(city: Settings, tmp_path: Path) -> backup.Backup:
    """A backup of it."""
    return backup.make(city, tmp_path / "backups")


def test_a_backup_is_complete(made: backup.Backup) -> None:
    manifest = json.loads((made.folder / backup.MANIFEST).read_text(encoding="utf-8"))
    assert manifest["engine"] == "sqlite"
    assert len(manifest["photos"]) == made.photos == 2 * len(PICTURES)
    assert (made.folder / "seals" / "000001.json").exists()
    assert (made.folder / "config.toml").exists()
    assert engines.is_sound(made.folder / engines.SQLITE_NAME)


def test_keys_lie_apart_and_are_private(made: backup.Backup) -> None:
    assert made.keys.parent != made.folder
    assert not any("field" in path.name or "secret" in path.name for path in made.folder.rglob("*"))
    if os.name != "nt":
        assert stat.S_IMODE(made.keys.stat().st_mode) == 0o600
        assert stat.S_IMODE((made.folder / "config.toml").stat().st_mode) == 0o600


def test_a_photo_is_copied_once_for_all_backups(city: Settings, made: backup.Backup, tmp_path: Path) -> None:
    assert made.copied == 4
    put(city.media, b"third picture")
    again = backup.make(city, tmp_path / "backups")
    assert (again.photos, again.copied) == (6, 2)
    assert backup.listed(tmp_path / "backups") == [made.folder, again.folder]


def test_a_cut_off_copy_in_the_pool_is_copied_again(city: Settings, made: backup.Backup, tmp_path: Path) -> None:
    victim = next((tmp_path / "backups" / "photos").rglob("*.thumb.jpg"))
    victim.write_bytes(b"s")
    assert backup.make(city, tmp_path / "backups").copied == 1
    assert victim.read_bytes() == b"small"


def test_an_unfinished_backup_is_none(made: backup.Backup) -> None:
    (made.folder / backup.MANIFEST).unlink()
    assert backup.listed(made.folder.parent) == []
    with pytest.raises(Refused, match=r"operations\.not_a_backup"):
        restore.check(made.folder)


def test_writing_goes_on_during_a_backup(city: Settings, tmp_path: Path) -> None:
    with closing(sqlite3.connect(city.home / engines.SQLITE_NAME)) as writer:
        writer.execute("INSERT INTO fact VALUES ('not committed')")
        made = backup.make(city, tmp_path / "backups")
        writer.commit()
    with closing(sqlite3.connect(made.folder / engines.SQLITE_NAME)) as copy:
        assert copy.execute("SELECT text FROM fact").fetchall() == [("kept",)]


def test_a_backup_comes_back_on_another_path(city: Settings, made: backup.Backup, tmp_path: Path) -> None:
    _, archive = restore.check(made.folder)
    home = tmp_path / "elsewhere"
    restore.place_files(made.folder, home, archive)
    back = Settings(home)
    restore.load_database(back, made.folder)
    assert {name: back.key(name) for name in ("secret", "digest", "field")} == {
        name: city.key(name) for name in ("secret", "digest", "field")
    }
    assert sorted(path.read_bytes() for path in back.media.rglob("*.jpg") if "thumb" not in path.name) == sorted(
        PICTURES
    )
    assert (home / "config.toml").read_text(encoding="utf-8") == 'city_name = "云岭市"\n'
    assert (home / "ladder.toml").read_text(encoding="utf-8") == "version = 7\n"
    assert (back.seals / "000001.json").exists()
    with closing(sqlite3.connect(home / engines.SQLITE_NAME)) as database:
        assert database.execute("SELECT text FROM fact").fetchall() == [("kept",)]
    if os.name != "nt":
        assert {stat.S_IMODE(path.stat().st_mode) for path in back.keys.iterdir()} == {0o600}


@pytest.mark.parametrize("name", ["chuangcheng.sqlite3", "media", "seals", "config.toml", "keys/field"])
def test_only_an_empty_home_is_filled(made: backup.Backup, tmp_path: Path, name: str) -> None:
    home = tmp_path / "used"
    (home / name).mkdir(parents=True)
    with pytest.raises(Refused, match=r"operations\.home_not_empty"):
        restore.place_files(made.folder, home, made.keys)


def test_a_home_that_was_only_looked_at_is_empty(made: backup.Backup, tmp_path: Path) -> None:
    Settings(tmp_path / "looked").key("secret")
    restore.place_files(made.folder, tmp_path / "looked", made.keys)
    assert (tmp_path / "looked" / "keys" / "field").exists()


def test_a_changed_database_is_refused(made: backup.Backup) -> None:
    path = made.folder / engines.SQLITE_NAME
    data = bytearray(path.read_bytes())
    data[-10] ^= 1
    path.write_bytes(data)
    with pytest.raises(Refused, match=r"operations\.backup_damaged"):
        restore.check(made.folder)


def test_missing_and_wrong_keys_are_refused(made: backup.Backup, tmp_path: Path) -> None:
    moved = made.keys.rename(tmp_path / "keys.tar")
    with pytest.raises(Refused, match=r"operations\.keys_missing"):
        restore.check(made.folder)
    assert restore.check(made.folder, moved)[1] == moved
    other = tmp_path / "other.tar"
    other.write_bytes(moved.read_bytes() + b"x")
    with pytest.raises(Refused, match=r"operations\.backup_damaged"):
        restore.check(made.folder, other)


def test_a_missing_photo_is_refused_before_anything_is_written(made: backup.Backup, tmp_path: Path) -> None:
    next((tmp_path / "backups" / "photos").rglob("*.jpg")).unlink()
    with pytest.raises(Refused, match=r"operations\.backup_damaged"):
        restore.check(made.folder)


def test_a_changed_photo_is_refused(made: backup.Backup, tmp_path: Path) -> None:
    victim = next(path for path in (tmp_path / "backups" / "photos").rglob("*.jpg") if "thumb" not in path.name)
    victim.write_bytes(b"forged picture")
    with pytest.raises(Refused, match=victim.name):
        restore.place_files(made.folder, tmp_path / "elsewhere", made.keys)


def test_another_engine_is_refused_before_anything_is_written(
    made: backup.Backup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHUANGCHENG_DATABASE_URL", "postgresql://nowhere/none")
    with pytest.raises(Refused, match=r"operations\.other_engine"):
        restore.refuse_target(made.folder, tmp_path / "elsewhere")
    assert not (tmp_path / "elsewhere").exists()


def test_a_database_that_does_not_answer_is_named(
    made: backup.Backup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = made.folder / backup.MANIFEST
    manifest.write_text(manifest.read_text(encoding="utf-8").replace('"sqlite"', '"postgresql"'), encoding="utf-8")
    monkeypatch.setenv("CHUANGCHENG_DATABASE_URL", "postgresql://city@127.0.0.1:1/none")
    with pytest.raises(Refused, match=r"operations\.bad_setting"):
        restore.refuse_target(made.folder, tmp_path / "elsewhere")


def test_a_restored_home_names_the_database_that_was_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHUANGCHENG_DATABASE_URL", raising=False)
    (tmp_path / "config.toml").write_text(
        'city_name = "云岭市"\ndatabase_url = "postgresql://old/city"\n', encoding="utf-8"
    )
    restore.keep_database(tmp_path, "postgresql://new/city")
    back = load(tmp_path)
    assert (back.city_name, back.database_url) == ("云岭市", "postgresql://new/city")


def test_before_a_migration_the_last_copies_are_kept(city: Settings) -> None:
    made = [backup.before_migration(city) for _ in range(backup.KEPT_BEFORE_MIGRATION + 2)]
    left = sorted((city.home / "before-migration").iterdir())
    assert left == sorted(made)[2:]
    assert all(engines.is_sound(folder / engines.SQLITE_NAME) for folder in left)


def test_a_missing_tool_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines.shutil, "which", lambda *_, **__: None)
    with pytest.raises(Refused, match="pg_dump"):
        engines.find_tool("pg_dump")


def test_the_name_of_a_photo_promises_its_content() -> None:
    name = sha256(b"x")
    assert backup.content_name(f"ab/cd/{name}.jpg") == name
    assert backup.content_name(f"ab/cd/{name}.thumb.jpg") == ""
