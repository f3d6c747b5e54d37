"""The duties that belong to no room: seals, old rows, sessions."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from chuangcheng.history import seal, sweep
from chuangcheng.history.duties import periodic

HOUR, DAY = 3600, 86400
ACCESS_LOG_KEPT = timedelta(days=180)  # 网络安全法 art. 21: network logs are kept for at least six months


def register() -> None:
    """Register them; called by the worker process only, so that a test or a page never runs one."""
    periodic("history.seal", HOUR)(lambda: seal.seal(settings.CITY.seals))
    periodic("history.purge", DAY)(sweep.purge)
    periodic("web.sessions", DAY)(clear_sessions)


def clear_sessions() -> None:
    """Delete sessions that have run out and sign-in attempts older than the law asks to keep."""
    from axes.models import AccessAttempt, AccessFailureLog, AccessLog
    from django.contrib.sessions.backends.db import SessionStore

    from chuangcheng.kernel import clock

    SessionStore.clear_expired()
    limit = clock.now() - ACCESS_LOG_KEPT
    for model in (AccessAttempt, AccessLog, AccessFailureLog):
        model.objects.filter(attempt_time__lt=limit).delete()
