"""What a person chose to get, and when it should be quiet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from chuangcheng.history import secrets
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.notices.models import Preference

LONGEST_ACCOUNT = 64


@dataclass(frozen=True, slots=True)
class Chosen:
    """A person's choices; the defaults are those of somebody who never chose. Hours are of the city's day."""

    mail: bool = True
    web_push: bool = True
    app: bool = True
    robot: bool = True
    quiet_from: int = 22
    quiet_to: int = 7
    wecom: str = ""


DEFAULT = Chosen()


def of(persons: Iterable[UUID]) -> dict[UUID, Chosen]:
    """The choices of those who made any; for the others :data:`DEFAULT` counts. One query."""
    return {row.person_id: _read(row) for row in Preference.objects.filter(person__in=list(persons))}


def mine(actor: Actor) -> Chosen:
    """The actor's own choices."""
    row = Preference.objects.filter(person=actor.person_id).first() if actor.person_id else None
    return _read(row) if row else DEFAULT


def choose(*, actor: Actor, chosen: Chosen) -> None:
    """Keep the actor's own choices."""
    if actor.person_id is None:
        raise Refused("common.not_allowed", permission="—")
    hours_fit = all(0 <= hour <= 23 for hour in (chosen.quiet_from, chosen.quiet_to))
    account = chosen.wecom.strip()
    if not hours_fit or len(account) > LONGEST_ACCOUNT or "|" in account or account.startswith("@"):
        raise Refused("notices.bad_choice")
    Preference.objects.update_or_create(
        person_id=actor.person_id,
        defaults={
            "mail": chosen.mail, "web_push": chosen.web_push, "app": chosen.app, "robot": chosen.robot,
            "quiet_from": chosen.quiet_from, "quiet_to": chosen.quiet_to,
            "wecom_cipher": secrets.encrypt(account), "updated_at": clock.now(),
        },
    )  # fmt: skip


def after_quiet(moment: datetime, chosen: Chosen = DEFAULT) -> datetime:
    """``moment``, or the end of the quiet hours it lies in."""
    local = moment.astimezone(clock.CITY_ZONE)
    start, end, hour = chosen.quiet_from, chosen.quiet_to, local.hour
    is_quiet = start <= hour < end if start <= end else hour >= start or hour < end
    if not is_quiet:
        return moment
    morning = local.replace(hour=end, minute=0, second=0, microsecond=0)
    return (morning if morning > local else morning + timedelta(days=1)).astimezone(moment.tzinfo)


def _read(row: Preference) -> Chosen:
    return Chosen(
        mail=row.mail, web_push=row.web_push, app=row.app, robot=row.robot, quiet_from=row.quiet_from,
        quiet_to=row.quiet_to, wecom=secrets.decrypt(row.wecom_cipher),
    )  # fmt: skip
