"""What makes proof trusted, in a few rows: a photo used twice, complaints on their way out, and a photo made public."""

from __future__ import annotations

import random

from chuangcheng.cases import actions, complaints, publishing
from chuangcheng.cases.actions.alarms import judge_alarm
from chuangcheng.cases.models import Case, PhotoAlarm, Report
from chuangcheng.demo.found import Cast
from chuangcheng.demo.pictures import picture
from chuangcheng.history import sweep
from chuangcheng.kernel.actor import CITIZEN, Actor
from chuangcheng.kernel.ids import new_id
from chuangcheng.photos import selectors as photos

#: Fictional complaints; the first waits, the others went out.
COMPLAINTS = (
    ("办事大厅窗口工作人员态度冷淡，让我跑了三趟，也没说清要带什么材料。", "", ""),
    ("反映某单位乱收费，没有开票。", "complaint_unit", "hotline"),
    ("社区工作人员对投诉人打击报复。", "complaint_staff", "discipline"),
)
#: Where something was covered on the photo that anybody may see: left, top, right, bottom in parts of 1.
FACE = (0.42, 0.55, 0.52, 0.72)


def play(cast: Cast) -> None:
    """At the end of the quarter, by the real actions."""
    _complain(cast.named["office"])
    _publish(cast.named["office"])
    _use_twice(cast)


def _complain(office: Actor) -> None:
    for text, reason, where in COMPLAINTS:
        given = actions.ReportInput(id=new_id(), text=text, source="portal", complaint=True)
        report, _ = actions.create_report(actor=CITIZEN, given=given)
        if where:
            complaints.refer(actor=office, report_id=report.pk, reason_code=reason, office=where)


def _publish(office: Actor) -> None:
    rows = Report.objects.filter(source="portal", state="filed", photos_declared__gt=0, photos_missing=0)
    for number, report in enumerate(rows.order_by("-received_at", "pk")[:2]):
        photo = photos.of(("report", report.pk)).first()
        if photo:
            publishing.release_photo(
                actor=office, kind="report", subject_id=report.pk, photo_id=photo.pk, boxes=[FACE] * number
            )


def _use_twice(cast: Cast) -> None:
    """One street proves two cases by one photo, and one whose likeness was found harmless."""
    for name in ("one", "two"):
        held = Case.objects.filter(state="handling", holder__kind="street").select_related("holder").order_by("pk")
        proved: list[Case] = []
        for case in held:
            actor = next(iter(cast.of("street", case.holder.code)), None) if case.holder else None
            if actor is None or photos.of(("case", case.pk)).exists() or (proved and proved[0].holder != case.holder):
                continue
            actions.add_after_photo(actor=actor, case_id=case.pk, data=picture(random.Random(name), "after"))
            proved.append(case)
            if len(proved) == 2:
                break
    sweep.drain()
    last = PhotoAlarm.objects.filter(state="open").order_by("-found_at", "-pk").first()
    if last:
        words = "两件案件相邻，同一次清理，照片拍的是同一处。"
        judge_alarm(actor=cast.named["office"], alarm_id=last.pk, move="harmless", words=words)
