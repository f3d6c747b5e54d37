"""A move that a program asks for over a bad line: taken once, however often it is asked.

The case's own chain remembers the request by its id and a keyed digest of what was asked, in the same transaction as
the move. So nothing need be kept beside history, nothing expires, and one can see which moves a program made.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from uuid import UUID

from django.db import transaction

from chuangcheng.cases.locks import lock_case
from chuangcheng.cases.models import Case
from chuangcheng.cases.steps import amend, write
from chuangcheng.history.secrets import digest_of
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused

ACTION = "case.requested"


def once(
    *, actor: Actor, case_id: UUID, request_id: UUID, asked: object, run: Callable[[], object]
) -> bool:  # fmt: skip
    """Call ``run``, one action on the case, unless the request was carried out before; whether it was called now.

    ``asked`` is everything that was asked for (it is digested as JSON): the same id with something else is refused
    with ``common.different_body``. A move that is refused leaves no trace and may be asked for again.
    """
    told = digest_of("case.request", asked)
    with transaction.atomic():
        lock_case(actor, case_id)
        earlier = _earlier(case_id, request_id)
        if earlier is not None:
            if not hmac.compare_digest(earlier, told):
                raise Refused("common.different_body")
            return False
        run()
        case = Case.objects.get(pk=case_id)
        write(amend(case, ACTION.partition(".")[2], actor, facts={"request": str(request_id), "asked": told}))
    return True


def _earlier(case_id: UUID, request_id: UUID) -> str | None:
    """The digest of what was asked under this id before."""
    rows = events_of("case", case_id).filter(action=ACTION).values_list("after", flat=True)
    return next((after["asked"] for after in rows if after["request"] == str(request_id)), None)
