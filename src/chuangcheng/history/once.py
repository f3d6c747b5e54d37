"""Rows whose id their sender chose: sent twice, written once."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction

from chuangcheng.kernel.problems import Refused

Row = TypeVar("Row", bound=models.Model)


def once(row: Row, write: Callable[[], object]) -> tuple[Row, bool]:
    """Insert ``row`` and all that belongs to it by ``write``, in one transaction. The same id with the same body (its
    ``body_digest``) again answers with the stored row and False. Refused: ``common.different_body``."""
    try:
        with transaction.atomic():
            write()
    except IntegrityError:
        stored: Any = type(row)._default_manager.filter(pk=row.pk).first()
        if stored is None:
            raise
        if not hmac.compare_digest(stored.body_digest, getattr(row, "body_digest")):  # noqa: B009 (no common base)
            raise Refused("common.different_body") from None
        return stored, False
    return row, True
