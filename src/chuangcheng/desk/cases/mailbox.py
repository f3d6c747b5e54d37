"""The mailbox 创城信箱: when it was looked into, and what became of each letter. No word of any letter stands here."""

from __future__ import annotations

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chuangcheng.cases.letter import LetterState
from chuangcheng.cases.mailbox import FAULTS, REASONS
from chuangcheng.cases.models import Letter, MailboxCheck
from chuangcheng.web.pages import page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Column, Filter, Listing


def _report_url(letter: Letter) -> str:
    return reverse("desk:report", args=[letter.report_id]) if letter.report_id else ""


def _reason(letter: Letter) -> str:
    said = REASONS[letter.reason].text(language()) if letter.reason in REASONS else ""
    left = gettext("%(n)s 张图片未能收下") % {"n": letter.photos_left} if letter.photos_left else ""
    return " · ".join(word for word in (said, left) if word)


LISTING = Listing(
    "mailbox",
    _("信箱"),
    columns=(
        Column("report", _("上报"), lambda row: row.report.number if row.report else "—", url=_report_url),
        Column("state", _("结果"), lambda row: gettext(row.get_state_display()), template="desk/cells/state.html"),
        Column("reason", _("说明"), _reason, wide=True),
        Column("uid", _("信箱内编号"), lambda row: row.uid, number=True),
        Column("size", _("大小（KB）"), lambda row: -(-row.size // 1024), number=True),
        Column("sent", _("来信时间"), lambda row: row.sent_at),
        Column("read", _("收取时间"), lambda row: row.read_at, sort="read_at", corner=True),
    ),
    filters=(
        Filter(
            "state", _("结果"), lambda rows, value: rows.filter(state=value),
            lambda _r: [(code, gettext(str(label))) for code, label in LetterState.choices],
        ),
    ),
    sort="-read",
)  # fmt: skip


@page("reports.triage")
def letter_list(request: StaffRequest) -> HttpResponseBase:
    """Letters, those that need a person first in view."""
    rows: QuerySet[Letter] = Letter.objects.select_related("report")
    check = MailboxCheck.objects.first()
    fault = FAULTS.get(check.error) if check and check.error else None
    context = {
        "set_up": bool(settings.CITY.mailbox_url),
        "check": check,
        "fault": fault.text(language()) if fault else "",
        "broken": rows.filter(state=LetterState.BROKEN).count(),
    }
    return LISTING.respond(request, rows, "desk/mailbox.html", context)
