"""What follows when the archive finds a photo that is nearly the same as an earlier one."""

from __future__ import annotations

from chuangcheng.cases.actions.alarms import raise_alarm
from chuangcheng.cases.models import AlarmKind, PhotoAlarm
from chuangcheng.history.models import Outbox
from chuangcheng.history.outbox import on
from chuangcheng.kernel.label import Label
from chuangcheng.notices.actions import notify, sunk
from chuangcheng.people.selectors import holding
from chuangcheng.photos.models import Photo

_WORDS = {
    AlarmKind.AFTER_TWICE: Label("同一张处置后照片用于两件案件", "One photo as the proof of two cases"),
    AlarmKind.BEFORE_AS_AFTER: Label("用处置前照片充当处置后", "A photo from before the work as its proof"),
    AlarmKind.REUSED: Label("旧照片重复使用", "An old photo used again"),
}


@on("photo.alike")
def raise_alarms(row: Outbox) -> None:
    """A row to be judged, where the likeness is suspicious."""
    found = {photo.pk: photo for photo in Photo.objects.filter(pk__in=[row.subject_id, row.payload["other"]])}
    photo = found.pop(row.subject_id, None)
    other = next(iter(found.values()), None)
    if photo is None or other is None:
        return
    raise_alarm(photo=photo, other=other, distance=row.payload["distance"], likeness=row.payload["likeness"])


@on("photo.alarmed")
def tell_judges(row: Outbox) -> None:
    """Who may judge over the whole city learns of it."""
    alarm = PhotoAlarm.objects.filter(pk=row.payload.get("alarm"), state="open").first()
    if alarm is None or sunk():
        return
    word = _WORDS[AlarmKind(alarm.kind)]
    notify(
        key=f"outbox:{row.pk}", persons=holding("alarms.judge", None), topic=row.topic,
        subject=(row.subject_kind, row.subject_id), text=Label(f"照片警报：{word.zh}", f"Photo alarm: {word.en}"),
        url=f"/desk/alarms/{alarm.pk}/",
    )  # fmt: skip
