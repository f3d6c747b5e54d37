"""For those who watch: the history of everything."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as now_said
from django.utils.translation import gettext_lazy as _

from chuangcheng.cases.complaints import hidden_subjects
from chuangcheng.history.models import Event
from chuangcheng.web.deeds import SUBJECTS, deed_of, subject_of
from chuangcheng.web.pages import page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Column, Filter, Listing


def _kinds(_request: HttpRequest) -> list[tuple[str, str]]:
    return [(kind, label.text(language())) for kind, label in SUBJECTS.items()]


def _subject(rows: QuerySet[Event], value: str) -> QuerySet[Event]:
    try:
        return rows.filter(subject_id=UUID(value))
    except ValueError:
        return rows.none()


def _named(row: Event) -> str:
    return f"{subject_of(row.subject_kind).text(language())} {row.subject_id}"


def _address(row: Event) -> str:
    """The page of what the row is about; nothing where there is none."""
    return reverse(f"desk:{row.subject_kind}", args=[row.subject_id]) if row.subject_kind in _PAGES else ""


_PAGES = frozenset(
    {
        "report",
        "case",
        "site",
        "visit",
        "unit",
        "weekly",
        "compound",
        "shop",
        "deliberation",
        "team",
        "quickfix",
        "instruction",
    }
)
HISTORY = Listing(
    "history",
    _("历史记录"),
    columns=(
        Column("id", _("序号"), lambda row: row.pk, sort="id", number=True),
        Column("recorded", _("记录时间"), lambda row: row.recorded_at, sort="recorded_at"),
        Column("happened", _("发生时间"), lambda row: row.happened_at, shown=False),
        Column("action", _("动作"), lambda row: deed_of(row.action).text(language())),
        Column("subject", _("对象"), _named, wide=True, url=_address),
        Column("code", _("动作代码"), lambda row: row.action, shown=False),
        Column("seq", _("链上位置"), lambda row: row.seq, number=True),
        Column("actor", _("岗位"), lambda row: now_said(row.actor_label)),
        Column("reason", _("原因"), lambda row: row.reason, shown=False),
        Column("digest", _("摘要"), lambda row: row.digest[:16], shown=False),
    ),
    filters=(
        Filter("kind", _("对象"), lambda rows, value: rows.filter(subject_kind=value), _kinds),
        Filter("subject", _("对象编号"), _subject),
    ),
    sort="-id",
)  # fmt: skip


@page("history.view")
def history_list(request: StaffRequest) -> HttpResponseBase:
    """Every history row, the newest first; those of complaints are their receivers' affair."""
    hidden = hidden_subjects()
    return HISTORY.respond(request, Event.objects.exclude(subject_id__in=hidden), "desk/history.html")
