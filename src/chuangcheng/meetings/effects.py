"""Whoever is invited learns of it; minutes reach those who were."""

from __future__ import annotations

from chuangcheng.history.models import Outbox
from chuangcheng.history.outbox import on
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.label import Label
from chuangcheng.meetings.models import Meeting
from chuangcheng.notices.actions import notify, sunk
from chuangcheng.people import rights
from chuangcheng.people.models import Person
from chuangcheng.people.selectors import valid_posts

_SAID = {
    "meeting.called": Label("会议通知", "You are invited to a meeting"),
    "meeting.postponed": Label("会议延期", "Meeting postponed"),
    "meeting.cancelled": Label("会议取消", "Meeting cancelled"),
    "meeting.issued": Label("会议纪要已印发", "Minutes were issued"),
}


def invited(meeting: Meeting) -> list[Person]:
    """The persons to tell: of the invited units those who see meetings, those invited by name, and the chair."""
    roles = [role.code for role in rights.roles().values() if "meetings.view" in role.permissions]
    posts = valid_posts().filter(unit__in=meeting.invitations.values("unit"), role__in=roles)
    found = {post.person_id: post.person for post in posts}
    found |= {person.pk: person for person in meeting.persons.filter(is_active=True)}
    if meeting.chair is not None and meeting.chair.is_active:
        found[meeting.chair.pk] = meeting.chair
    return list(found.values())


@on(*_SAID)
def tell_invited(row: Outbox) -> None:
    """Time and kind; the title is not sent out of the house."""
    meeting = None if sunk() else Meeting.objects.select_related("chair").filter(pk=row.subject_id).first()
    if meeting is None:
        return
    said, kind = _SAID[row.topic], meeting.kind_label
    at = f"{meeting.starts_at.astimezone(CITY_ZONE):%Y-%m-%d %H:%M}"
    text = Label(f"{said.zh}：{kind.zh}（{at}）", f"{said.en}: {kind.en} ({at})")
    notify(key=f"outbox:{row.pk}", persons=invited(meeting), topic=row.topic, subject=("meeting", meeting.pk),
           text=text, url=f"/desk/meetings/{meeting.pk}/")  # fmt: skip
