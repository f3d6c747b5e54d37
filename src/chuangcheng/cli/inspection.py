"""The checks of ``doctor``. Each looks at one thing and says what to do about it."""

from __future__ import annotations

import os
import re
import shutil
import stat
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from chuangcheng.cli.output import text
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.settings import KEY_NAMES, Settings, sources

Level = Literal["ok", "warn", "bad"]
PACKAGE = Path(__file__).resolve().parent.parent
LEAST_SPACE = 1 << 30
MOST_DRIFT = 60.0  # seconds between this machine's clock and the database's
UNPACKING = 60.0  # seconds between two files of one wheel
SECRET = re.compile(r"//([^:/@]*):[^@]*@")


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: a stable name, how bad it is, and a sentence."""

    name: str
    level: Level
    said: str

    def as_json(self) -> dict[str, str]:
        """Plain JSON."""
        return {"name": self.name, "level": self.level, "text": self.said}


def told_settings(home: Path) -> dict[str, dict[str, Any]]:
    """Each setting's value, passwords hidden, and its source."""
    return {
        name: {"value": SECRET.sub(r"//\1:…@", str(value)), "source": source}
        for name, (value, source) in sources(home).items()
    }


def look(settings: Settings) -> list[Finding]:
    """Every check, those of the database only when it can be reached."""
    checks: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
        _keys, _space, _assets, _translations, _font, _films, _https, _clock_setting, _ladder, _database,
    )  # fmt: skip
    return [finding for check in checks for finding in check(settings)]


def _keys(settings: Settings) -> Iterator[Finding]:
    for path in sorted(settings.keys.glob("[!.]*")) if settings.keys.is_dir() else ():
        mode = stat.S_IMODE(path.stat().st_mode)
        if os.name != "nt" and mode & 0o077:
            yield Finding("keys", "bad", text(f"密钥文件 {path} 他人可读，请 chmod 600",
                                              f"key {path} can be read by others; chmod 600 it"))  # fmt: skip
            return
    missing = [name for name in KEY_NAMES if not (settings.keys / name).exists()]
    said = text("密钥文件齐全且仅本人可读", "keys are private")
    if missing:
        said = text(f"首次使用时将生成密钥：{'、'.join(missing)}", f"keys made on first use: {', '.join(missing)}")
    yield Finding("keys", "ok", said)


def _space(settings: Settings) -> Iterator[Finding]:
    folder = next(path for path in (settings.home, *settings.home.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    level: Level = "ok" if free >= LEAST_SPACE else "bad"
    yield Finding("space", level, text(f"磁盘剩余 {free / 1e9:.1f} GB", f"{free / 1e9:.1f} GB of disk left"))
    if not os.access(folder, os.W_OK):
        yield Finding("home", "bad", text(f"目录 {folder} 不可写", f"{folder} cannot be written to"))


def _ladder(settings: Settings) -> Iterator[Finding]:
    from chuangcheng.cases.ladder import parse

    own = settings.home / "ladder.toml"
    if not own.exists():
        yield Finding("ladder", "ok", text("使用内置催办规则", "the built-in ladder of reminders is in force"))
        return
    try:
        version = parse(tomllib.loads(own.read_text(encoding="utf-8"))).version
    except (Refused, ValueError) as error:
        yield Finding("ladder", "bad", text(f"催办规则 {own.name} 未生效：{error}", f"{own.name} is not used: {error}"))
    else:
        said = text(f"使用本市催办规则，第 {version} 版", f"the city's own ladder, version {version}, is in force")
        yield Finding("ladder", "ok", said)


def _assets(_settings: Settings) -> Iterator[Finding]:
    built = any((PACKAGE / "web" / "static" / "build").glob("*"))
    said = text("前端资源已构建", "the front end is built")
    if not built:
        said = text("缺少前端资源，请运行 python3 dev.py build", "the front end is not built; run python3 dev.py build")
    yield Finding("front_end", "ok" if built else "bad", said)


def _translations(_settings: Settings) -> Iterator[Finding]:
    stale = [
        path.name
        for path in (PACKAGE / "web" / "locale").rglob("*.po")
        if not path.with_suffix(".mo").exists()
        or path.with_suffix(".mo").stat().st_mtime < path.stat().st_mtime - UNPACKING
    ]
    said = text("翻译已编译", "translations are compiled")
    if stale:
        said = text("翻译未编译或过期，英文页面会缺字", "translations are not compiled; English pages will lack words")
    yield Finding("translations", "warn" if stale else "ok", said)


def _font(_settings: Settings) -> Iterator[Finding]:
    from importlib.util import find_spec

    if find_spec("pylopdf_fonts_zh_cn"):
        yield Finding("font", "ok", text("公文字体可用", "a Chinese font for documents is there"))
    else:
        yield Finding("font", "bad", text("缺少中文字体包，PDF 会是空白", "no Chinese font: PDFs would be blank"))


def _films(settings: Settings) -> Iterator[Finding]:
    from chuangcheng.photos.ffmpeg import programs

    found = programs(settings.ffmpeg)
    if found:
        mb, seconds = settings.video_bytes // 1024 // 1024, settings.video_seconds
        said = text(f"接收视频（≤ {mb} MB、≤ {seconds} 秒）：{found[0]}",
                    f"videos are taken (≤ {mb} MB, ≤ {seconds} s): {found[0]}")  # fmt: skip
    else:
        said = text("没有 ffmpeg（含 ffprobe），不接收视频，页面会说明",
                    "no ffmpeg with ffprobe: videos are not taken, and the page says so")  # fmt: skip
    yield Finding("ffmpeg", "ok" if found else "warn", said)


def _https(settings: Settings) -> Iterator[Finding]:
    if settings.public_url.startswith("https://") and settings.secure_cookies:
        yield Finding("https", "ok", text("对外地址为 HTTPS", "the public address is HTTPS"))
        return
    yield Finding("https", "warn", text(
        "未启用 HTTPS（public_url、secure_cookies）：手机上相机和定位不可用，密码以明文传输",
        "no HTTPS (public_url, secure_cookies): phones refuse camera and position, passwords travel in clear",
    ))  # fmt: skip
    if settings.allowed_hosts == "*":
        yield Finding("hosts", "warn", text("allowed_hosts 未限定", "allowed_hosts accepts any name"))


def _clock_setting(settings: Settings) -> Iterator[Finding]:
    if settings.clock:
        yield Finding(
            "clock", "warn", text(f"时钟从 {settings.clock} 起走（演示）", f"the clock starts at {settings.clock}")
        )
    if settings.debug:
        yield Finding("debug", "bad", text("debug 已打开，正式环境必须关闭", "debug is on; never in a city"))
    if settings.rate_limits == "off":
        yield Finding("limits", "warn", text("限流已关闭", "rate limits are off"))


def _database(settings: Settings) -> Iterator[Finding]:
    if settings.is_sqlite and not (settings.home / "chuangcheng.sqlite3").exists():
        yield Finding("database", "warn", text("还没有数据库，serve 时自动建立", "no database yet; serve will make it"))
        return
    try:
        yield from _open_database()
    except Refused as refused:
        yield Finding("database", "bad", refused.message())


def _open_database() -> Iterator[Finding]:
    from chuangcheng.cli.home import open_home

    open_home()
    from django.db import Error, connection

    from chuangcheng.worker import migrating

    try:
        names = migrating.pending()
        drift = _drift()
    except Error as error:
        reason = (str(error).strip().splitlines() or [""])[0]
        yield Finding("database", "bad", text(f"数据库连不上：{reason}", f"the database does not answer: {reason}"))
        return
    yield Finding(
        "database", "ok", text(f"数据库可用（{connection.vendor}）", f"the database answers ({connection.vendor})")
    )
    said = text("数据库已是最新", "the database is up to date")
    if names:
        said = text(f"有 {len(names)} 项待升级，请运行 migrate", f"{len(names)} migrations are pending; run migrate")
    yield Finding("migrations", "bad" if names else "ok", said)
    level: Level = "ok" if drift <= MOST_DRIFT else "bad"
    yield Finding(
        "drift", level, text(f"与数据库时钟相差 {drift:.0f} 秒", f"the database's clock is {drift:.0f} s away")
    )
    if not names:
        from chuangcheng.cli.left_behind import left_behind

        yield from _outbox()
        yield from left_behind()


def _drift() -> float:
    from datetime import UTC, datetime

    from django.db import connection

    from chuangcheng.kernel import clock

    if connection.vendor == "sqlite":
        return 0.0  # it reads this machine's own clock
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        moment: datetime = cursor.fetchone()[0]
    return abs((moment.astimezone(UTC) - clock.real()).total_seconds())


def _outbox() -> Iterator[Finding]:
    from chuangcheng.history.models import Outbox

    stuck = Outbox.objects.filter(done_at=None, attempts__gte=3).count()
    said = text("后台任务无积压错误", "no effect keeps failing")
    if stuck:
        said = text(f"{stuck} 项后台任务反复失败，见日志", f"{stuck} effects keep failing; see the log")
    yield Finding("outbox", "warn" if stuck else "ok", said)
