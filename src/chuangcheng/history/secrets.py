"""Personal values: encrypted under keys of the home that can be rotated, found again by a blind index.

The field keys stand in ``HOME/keys`` as ``field``, ``field.1``, ``field.2`` …; the last one encrypts, all decrypt. A
stored value begins with its key's id, so it is known which values still wait for the new key, and which key is missing
after a restore.
"""

from __future__ import annotations

import base64
import re
import secrets
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings as django_settings

from chuangcheng.kernel import digest
from chuangcheng.kernel.settings import Settings, write_key

_FIELD = re.compile(r"field(\.\d+)?")
_NOISE = re.compile(r"[\s\-()·]+")
_MOBILE_PREFIX = re.compile(r"^(?:\+?86|0086)(?=1\d{10}$)")


class SecretsError(Exception):
    """A stored value cannot be read: its key is not in the home, or the value was changed."""


def encrypt(text: str) -> bytes:
    """``key id:token`` under the newest key; the empty string stays empty."""
    if not text:
        return b""
    newest = _newest()
    return newest.encode() + b":" + _fernet(newest).encrypt(text.encode())


def decrypt(stored: bytes | memoryview) -> str:
    """The text behind :func:`encrypt`; raises :class:`SecretsError`."""
    data = bytes(stored)
    if not data:
        return ""
    key_id, _, token = data.partition(b":")
    try:
        return _fernet(key_id.decode("ascii", "replace")).decrypt(token).decode()
    except InvalidToken as error:
        raise SecretsError("a stored personal value has been changed") from error


def is_stale(stored: bytes | memoryview) -> bool:
    """Whether the value is under an older key and waits for :func:`renew`."""
    data = bytes(stored)
    return bool(data) and data.partition(b":")[0].decode("ascii", "replace") != _newest()


def renew(stored: bytes | memoryview) -> bytes:
    """The same value under the newest key."""
    return encrypt(decrypt(stored))


def rotate() -> str:
    """Make a new field key that encrypts from now on; its id. Old keys stay until nothing is stale."""
    serials = [int(path.suffix[1:] or 0) for path in _files()]
    write_key(_settings().keys / f"field.{max(serials) + 1}", secrets.token_hex(32))
    _keys.cache_clear()
    return _newest()


def blind(text: str) -> str:
    """A keyed digest for looking a value up without decrypting. Blanks, dashes, letter case and +86 do not count."""
    plain = _MOBILE_PREFIX.sub("", _NOISE.sub("", unicodedata.normalize("NFKC", text)).lower())
    return digest_of("blind", plain) if plain else ""


def digest_of(purpose: str, value: Any) -> str:
    """A digest under the home's key; uses with different ``purpose`` cannot be matched with each other."""
    return digest.keyed(_digest_key(), purpose, value)


def _settings() -> Settings:
    city: Settings = django_settings.CITY
    return city


def _files() -> list[Path]:
    city = _settings()
    city.key("field")
    found = [path for path in city.keys.iterdir() if _FIELD.fullmatch(path.name)]
    return sorted(found, key=lambda path: int(path.suffix[1:] or 0))


def _newest() -> str:
    return list(_keys())[-1]


@cache
def _keys() -> dict[str, bytes]:
    keys = (bytes.fromhex(path.read_text(encoding="ascii").strip()) for path in _files())
    return {digest.sha256(key)[:8]: key for key in keys}


def _fernet(key_id: str) -> Fernet:
    if key_id not in _keys():
        _keys.cache_clear()  # another process may have rotated
    try:
        return Fernet(base64.urlsafe_b64encode(_keys()[key_id]))
    except KeyError as error:
        raise SecretsError(f"the key {key_id!r} is not among the keys of this home") from error


@cache
def _digest_key() -> bytes:
    return _settings().key("digest")
