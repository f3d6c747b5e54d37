"""A step that a program asks for over a bad line: taken once, however often it is asked. As for cases, the task's own
chain remembers the request by its id and a keyed digest."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from uuid import UUID

from django.db import transaction

from chuangcheng.history.secrets import digest_of
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.tasks.steps import locked, note

VERB = "requested"


def once(*, actor: Actor, task_id: UUID, request_id: UUID, asked: object, run: Callable[[], object]) -> bool:
    """Call ``run``, one action on the task, unless the request was carried out before; whether it was called now. The
    same id with something else: ``common.different_body``. A refusal leaves no trace."""
    told = digest_of("task.request", asked)
    with transaction.atomic():
        locked(task_id)
        earlier = _earlier(task_id, request_id)
        if earlier is not None:
            if not hmac.compare_digest(earlier, told):
                raise Refused("common.different_body")
            return False
        run()
        note(locked(task_id), VERB, actor, changes={}, facts={"request": str(request_id), "asked": told})
    return True


def _earlier(task_id: UUID, request_id: UUID) -> str | None:
    rows = events_of("task", task_id).filter(action=f"task.{VERB}").values_list("after", flat=True)
    return next((after["asked"] for after in rows if after["request"] == str(request_id)), None)
