"""Where a setting comes from, and keys that are made once and kept private."""

from __future__ import annotations

import stat
import sys
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chuangcheng.kernel import settings as module
from chuangcheng.kernel.settings import KEY_NAMES, Settings, default_home, load, sources


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in fields(Settings):
        monkeypatch.delenv(f"CHUANGCHENG_{field.name.upper()}", raising=False)


def test_defaults(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert settings == Settings(home=tmp_path)
    assert settings.is_sqlite
    assert settings.processes == 1
    assert settings.clock_start is None


def test_environment_over_file_over_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.toml").write_text('city_name = "云岭市"\nphoto_max_mb = 5\ndebug = true\n', encoding="utf-8")
    monkeypatch.setenv("CHUANGCHENG_PHOTO_MAX_MB", "7")
    monkeypatch.setenv("CHUANGCHENG_SECURE_COOKIES", "yes")
    found = sources(tmp_path)
    assert found["city_name"] == ("云岭市", "config.toml")
    assert found["photo_max_mb"] == (7, "environment")
    assert found["debug"] == (True, "config.toml")
    assert found["secure_cookies"] == (True, "environment")
    assert found["language"] == ("zh-hans", "default")
    assert set(found) == {field.name for field in fields(Settings)}


@pytest.mark.parametrize(("text", "value"), [("1", True), ("on", True), ("TRUE", True), ("0", False), ("no", False)])
def test_booleans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, value: bool) -> None:
    monkeypatch.setenv("CHUANGCHENG_DEBUG", text)
    assert load(tmp_path).debug is value


def test_a_number_that_is_none_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHUANGCHENG_PHOTO_MAX_MB", "many")
    with pytest.raises(ValueError, match="many"):
        load(tmp_path)


def test_two_web_processes_on_postgresql(tmp_path: Path) -> None:
    assert Settings(home=tmp_path, database_url="postgresql://x").processes == 2
    assert Settings(home=tmp_path, database_url="postgresql://x", web_processes=5).processes == 5


def test_the_clock_setting_is_an_instant(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, clock="2026-09-15T04:00:00+00:00")
    assert settings.clock_start == datetime(2026, 9, 15, 4, tzinfo=UTC)


def test_keys_are_made_once_differ_and_are_private(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    keys = [settings.key(name) for name in KEY_NAMES]
    assert [len(key) for key in keys] == [32] * len(KEY_NAMES)
    assert len(set(keys)) == len(KEY_NAMES)
    assert [settings.key(name) for name in KEY_NAMES] == keys
    if sys.platform != "win32":
        assert stat.S_IMODE((settings.keys / "secret").stat().st_mode) == 0o600
        assert stat.S_IMODE(settings.keys.stat().st_mode) == 0o700


def test_the_default_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert default_home() == tmp_path / "home"
    monkeypatch.setenv("CHUANGCHENG_HOME", str(tmp_path / "other"))
    assert default_home() == tmp_path / "other"
    assert sources()["home"] == (tmp_path / "other", "environment")


def test_every_setting_is_explained_beside_it() -> None:
    source = Path(module.__file__).read_text(encoding="utf-8")
    for field in fields(Settings):
        line = next(line for line in source.splitlines() if line.startswith(f"    {field.name}: "))
        assert len(line.split("  # ", 1)[1]) > 10
