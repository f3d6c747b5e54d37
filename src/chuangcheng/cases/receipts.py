"""The code on a report's receipt: who holds it may look, withdraw and object. Nothing of it is stored."""

from __future__ import annotations

import hmac
from uuid import UUID

from django.conf import settings

from chuangcheng.kernel.ids import receipt_code


def code_of(report_id: UUID) -> str:
    """Eight characters, derived from the home's key."""
    return receipt_code(settings.CITY.key("secret"), report_id)


def is_code_of(report_id: UUID, code: str) -> bool:
    """Whether ``code`` is the receipt's; blanks and case do not count. Takes the same time for any wrong code."""
    return hmac.compare_digest(code_of(report_id).encode(), code.strip().upper().encode(errors="replace"))
