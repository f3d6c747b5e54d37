"""A compound's contact person: kept encrypted, shown by :func:`~.actions.see_liaison` alone."""

from __future__ import annotations

import json

from chuangcheng.history import secrets
from chuangcheng.sites.compounds.models import Compound
from chuangcheng.sites.registering import text_of


def sealed(given: tuple[str, str], row: Compound) -> bytes | None:
    """The encrypted pair, or None where it is the one that stands: a fresh cipher never equals an old one."""
    name, phone = text_of(given[0], "联系人", 60, required=False), text_of(given[1], "联系电话", 30, required=False)
    if (name, phone) == liaison_of(row):
        return None
    return secrets.encrypt(json.dumps([name, phone], ensure_ascii=False)) if name or phone else b""


def liaison_of(row: Compound) -> tuple[str, str]:
    """Name and phone in clear. Pages go through ``actions.see_liaison``, which writes down who looked."""
    stored = bytes(row.liaison_cipher)
    name, phone = json.loads(secrets.decrypt(stored)) if stored else ("", "")
    return name, phone
