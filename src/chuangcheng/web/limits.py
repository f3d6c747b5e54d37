"""Rate limits by client address, counted where all web processes see it.

With Redis the shared cache counts. Without, a small SQLite file of its own in the home does (one statement, no
fsync): the main database is spared, and two web processes on one machine still share the count.
"""

from __future__ import annotations

import ipaddress
import logging
import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from chuangcheng.history.secrets import digest_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused

logger = logging.getLogger(__name__)
_local = threading.local()
_SWEEP_EVERY = 500
#: Stands for an address that is none, such as a socket's; the log of sign-ins takes addresses only.
NOWHERE = "0.0.0.0"  # noqa: S104 - nothing listens on it


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``limit`` requests in each window of ``seconds``. Many phones share one carrier address (CGNAT)."""

    limit: int
    seconds: int


RATES = {
    "create": Rate(60, 300),
    "photo": Rate(240, 300),
    "video": Rate(30, 300),
    "nearby": Rate(240, 300),
    "watch": Rate(60, 300),
    "read": Rate(1200, 300),
    "code": Rate(20, 300),  # look-ups by number and code: guessing must stay hopeless
    "staff": Rate(3000, 300),
}


def check(request: HttpRequest, name: str) -> None:
    """Count this request; refuses with ``common.too_many`` and the seconds to wait."""
    if settings.CITY.rate_limits == "off":
        return
    rate = RATES[name]
    moment = int(clock.now().timestamp())
    window, gone = divmod(moment, rate.seconds)
    # Addresses are personal data: only a keyed digest is kept, and only for the window.
    key = digest_of("rate", [name, client_address(request), window])[:32]
    if _count(key, moment, rate.seconds) > rate.limit:
        raise Refused("common.too_many", seconds=rate.seconds - gone)


def client_address(request: HttpRequest) -> str:
    """The client's address, an IPv6 one cut to its /64."""
    address = sender(request)
    return str(ipaddress.ip_network(f"{address}/64", strict=False)) if ":" in address else address


def sender(request: HttpRequest) -> str:
    """The exact address a request comes from, :data:`NOWHERE` if it names none. ``trusted_proxies`` says how many
    proxies stand in front: that many entries of X-Forwarded-For, from the right, are believed."""
    address = request.META.get("REMOTE_ADDR", "")
    trusted = settings.CITY.trusted_proxies
    if trusted:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        if len(hops) >= trusted:
            address = hops[-trusted]
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return NOWHERE
    # A socket for both kinds tells IPv4 as ::ffff:192.0.2.1: cut to a /64, all of them would be one client.
    return str((found.version == 6 and found.ipv4_mapped) or found)


def _count(key: str, moment: int, seconds: int) -> int:
    if settings.CITY.redis_url:
        cache.add(f"rate:{key}", 0, seconds)
        return int(cache.incr(f"rate:{key}"))
    try:
        return _count_in_file(_connection(settings.CITY.home), key, moment, seconds)
    except sqlite3.Error:
        logger.exception("rate limits are not counted")  # a broken counter must not close the city's door
        return 0


def _count_in_file(connection: sqlite3.Connection, key: str, moment: int, seconds: int) -> int:
    row = connection.execute(
        "INSERT INTO hits (key, n, ends) VALUES (?, 1, ?) ON CONFLICT (key) DO UPDATE SET n = n + 1 RETURNING n, rowid",
        (key, moment + seconds),
    ).fetchone()
    if row[0] == 1 and row[1] % _SWEEP_EVERY == 0:
        connection.execute("DELETE FROM hits WHERE ends < ?", (moment,))
    return int(row[0])


def _connection(home: Path) -> sqlite3.Connection:
    held: dict[Path, sqlite3.Connection] = _local.__dict__.setdefault("connections", {})
    if home not in held:
        connection = sqlite3.connect(home / "limits.sqlite3", isolation_level=None, timeout=2)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("CREATE TABLE IF NOT EXISTS hits (key TEXT PRIMARY KEY, n INTEGER, ends INTEGER)")
        held[home] = connection
    return held[home]
