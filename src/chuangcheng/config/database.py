"""Turns a database address into Django's dictionary, with the options each engine needs to be safe under load."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from chuangcheng.kernel.settings import Settings

# DEFERRED transactions that read and then write fail under concurrency; WAL with FULL survives a power cut.
SQLITE_INIT = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=20000; PRAGMA cache_size=-65536;"


def database(settings: Settings) -> dict[str, Any]:
    """Django's ``DATABASES["default"]``; raises ValueError for an address of another engine."""
    if settings.is_sqlite:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": settings.home / "chuangcheng.sqlite3",
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": SQLITE_INIT},
            "CONN_MAX_AGE": None,
        }
    address = urlsplit(settings.database_url)
    if address.scheme not in {"postgres", "postgresql"}:
        raise ValueError(f"database_url: {address.scheme!r} is not supported; use postgresql://")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(address.path.lstrip("/")),
        "USER": unquote(address.username or ""),
        "PASSWORD": unquote(address.password or ""),
        "HOST": address.hostname or dict(parse_qsl(address.query)).get("host", ""),
        "PORT": str(address.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


def caches(settings: Settings) -> dict[str, Any]:
    """Rate limits and sign-in locks need a store that all web processes share."""
    if settings.redis_url:
        return {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": settings.redis_url}}
    if settings.processes == 1:
        return {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    return {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "web_cache"}}
