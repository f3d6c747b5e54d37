"""One typed `Settings`: ``CHUANGCHENG_*`` over ``HOME/config.toml`` over the default written here."""

from __future__ import annotations

import os
import secrets
import tomllib
from contextlib import suppress
from dataclasses import MISSING, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

ENV_PREFIX = "CHUANGCHENG_"
KEY_NAMES = ("secret", "digest", "field")


@dataclass(frozen=True)
class Settings:
    """Every setting of a home. The comment behind a field is its documentation (docs/operations.md prints them)."""

    home: Path  # folder of database, photos, keys, seals and configuration
    database_url: str = ""  # empty: SQLite in the home; or postgresql://user:password@host:port/name
    redis_url: str = ""  # shared cache and rate limits for more than one machine
    city_name: str = "示例市"  # the name on every page
    city_code: str = "990100"  # 6-digit division code of the city
    language: str = "zh-hans"  # zh-hans or en; each person can choose
    rate_limits: str = "on"  # "off" only for tests and benchmarks
    public_url: str = ""  # address in links of mails and QR codes
    allowed_hosts: str = "*"  # comma separated; "*" accepts any Host header
    mail_url: str = ""  # smtp://user:password@host:port; empty: mails are kept on the page only
    mail_from: str = "noreply@localhost"  # sender of mails
    mailbox_url: str = ""  # imaps://user:password@host:port/FOLDER of the campaign's mailbox; empty: none is read
    private_targets: bool = False  # notices and webhooks may go to addresses inside the own network, and by plain HTTP
    web_processes: int = 0  # 0: one on SQLite, two on PostgreSQL
    blocking_threads: int = 4  # threads of one web process
    tile_url: str = ""  # base map tiles; empty: our own boundaries only
    tile_datum: str = "wgs84"  # wgs84, cgcs2000 or gcj02
    tile_licence: str = ""  # 审图号 of the base map; without it public pages show a list
    clock: str = ""  # ISO instant at which the clock starts (demo homes); empty: real time
    debug: bool = False  # never in a city
    photo_max_mb: int = 20  # largest photo accepted
    video_bytes: int = 50 * 1024 * 1024  # largest video accepted
    video_seconds: int = 60  # longest video accepted
    ffmpeg: str = ""  # path of ffmpeg, ffprobe beside it; empty: looked for on PATH; found nowhere: videos are off
    proof_far_metres: int = 100  # a photo taken farther from its case's place is flagged for whoever verifies
    proof_old_hours: int = 24  # a photo sent so long after it was taken is flagged
    portal_text_max: int = 500  # characters that the citizens' page takes
    notice_days: int = 7  # the least days that the result of a five-party deliberation is up for everybody to read
    plea_days: int = 30  # how long after closure a reporter may ask to reopen a case
    relapse_days: int = 30  # the same trouble at the same place so long after it was fixed is a relapse
    relapse_days_on_spot: int = 7  # as relapse_days, for what was fixed on the spot without a case
    relapse_metres: int = 50  # how near "the same place" is
    contact_days: int = 180  # a reporter's name and phone are deleted so long after the last step
    names_days: int = 180  # uploaded tables, changes of the matrix and names beside imported duties go after so long
    quickfix_share: int = 5  # of a hundred quick fixes so many are looked at again
    quickfix_rate: int = 5  # more than so many in an hour at one place are looked at again for certain
    recheck_share: int = 5  # of a hundred cases closed as fixed so many are looked at by somebody else; 0: none
    recheck_days: int = 5  # work days in which a drawn case should be looked at
    summary_days: int = 2  # days of the next week until a unit's weekly summary counts as handed in
    read_receipts: bool = False  # note when an invited unit first read a meeting's notice: a burden, off
    not_reported: bool = False  # list the units that added nothing to their weekly summary: a burden, off
    quizzes: bool = False  # short quizzes on the notices of meetings and trainings: a burden, off
    trusted_proxies: int = 0  # proxies in front whose X-Forwarded-For is believed for rate limits
    secure_cookies: bool = False  # set when served over HTTPS

    @property
    def keys(self) -> Path:
        """Folder of the key files, mode 0700."""
        return self.home / "keys"

    @property
    def media(self) -> Path:
        """Content-addressed photos."""
        return self.home / "media"

    @property
    def seals(self) -> Path:
        """Sealed Merkle roots, kept outside the database."""
        return self.home / "seals"

    def key(self, name: str) -> bytes:
        """The key ``name`` (one of :data:`KEY_NAMES`), made on first use with mode 0600."""
        path = self.keys / name
        if not path.exists():
            write_key(path, secrets.token_hex(32))
        return bytes.fromhex(path.read_text(encoding="ascii").strip())

    @property
    def is_sqlite(self) -> bool:
        """True when the database lives inside the home."""
        return not self.database_url

    @property
    def processes(self) -> int:
        """Web processes to start."""
        return self.web_processes or (1 if self.is_sqlite else 2)

    @property
    def clock_start(self) -> datetime | None:
        """The instant the clock starts from, or None for real time."""
        return datetime.fromisoformat(self.clock) if self.clock else None


def write_key(path: Path, text: str) -> None:
    """Write a key file with mode 0600, unless another process was first: then its key stands, never half a file."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
    with suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()


def default_home() -> Path:
    """``CHUANGCHENG_HOME``, else ``./home``."""
    return Path(os.environ.get(ENV_PREFIX + "HOME", "home")).resolve()


def sources(home: Path | None = None) -> dict[str, tuple[Any, str]]:
    """Each setting's value and where it came from: ``environment``, ``config.toml`` or ``default``."""
    home = home or default_home()
    config = home / "config.toml"
    stored = tomllib.loads(config.read_text(encoding="utf-8")) if config.exists() else {}
    found: dict[str, tuple[Any, str]] = {
        "home": (home, "environment" if ENV_PREFIX + "HOME" in os.environ else "default")
    }
    for field in fields(Settings):
        if field.default is MISSING:
            continue
        raw = os.environ.get(ENV_PREFIX + field.name.upper())
        if raw is not None:
            found[field.name] = (_cast(raw, field.default), "environment")
        elif field.name in stored:
            found[field.name] = (_cast(stored[field.name], field.default), "config.toml")
        else:
            found[field.name] = (field.default, "default")
    return found


def load(home: Path | None = None) -> Settings:
    """The settings of ``home`` (default: ``CHUANGCHENG_HOME``, else ``./home``)."""
    return Settings(**{name: value for name, (value, _) in sources(home).items()})


def _cast(raw: Any, default: Any) -> Any:
    if isinstance(default, bool):
        return raw if isinstance(raw, bool) else str(raw).strip().lower() in {"1", "true", "yes", "on"}
    return type(default)(raw)
