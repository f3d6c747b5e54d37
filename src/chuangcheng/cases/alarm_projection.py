"""The states of photo alarms, recomputed from the chains that tell of them."""

from __future__ import annotations

from collections.abc import Iterator

from chuangcheng.cases.models import PhotoAlarm
from chuangcheng.cases.states import ALARM
from chuangcheng.history.models import Event
from chuangcheng.history.projections import Difference

_JUDGED = ("case.photo_judged", "report.photo_judged")


def _told() -> dict[str, str]:
    """The last verdict on each alarm that was judged."""
    rows = Event.objects.filter(action__in=_JUDGED).order_by("id").values_list("after", flat=True)
    return {after["alarm"]: after["verdict"] for after in rows.iterator()}


def _different() -> Iterator[tuple[PhotoAlarm, str]]:
    told = _told()
    # One of a lone check has no chain to be told on.
    for alarm in PhotoAlarm.objects.exclude(case=None, report=None).order_by("pk").iterator():
        state = told.get(str(alarm.pk), ALARM.initial)
        if alarm.state != state:
            yield alarm, state


def check() -> Iterator[Difference]:
    """Alarms whose state is not the last verdict of their chain."""
    for alarm, state in _different():
        yield Difference(f"photo alarm {alarm.pk}", f"is {alarm.state}, its history says {state}")


def rebuild() -> int:
    """Set what differs; how many alarms did."""
    found = list(_different())
    for alarm, state in found:
        PhotoAlarm.objects.filter(pk=alarm.pk).update(state=state)
    return len(found)
