"""找主人: the list of searches for owners, what they come to, and the categories that lack an owner most often."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as now_said
from django.utils.translation import gettext_lazy as _

from chuangcheng.cases import owners, policies
from chuangcheng.cases.models import OwnerAsk, OwnerSearch
from chuangcheng.cases.states import OWNER_SEARCH
from chuangcheng.desk import choices
from chuangcheng.desk.periods import days_of
from chuangcheng.kernel import clock
from chuangcheng.web.pages import page
from chuangcheng.web.problems import language
from chuangcheng.web.scored import tongue
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Choice, Column, Filter, Listing, offer
from chuangcheng.web.tables.columns import narrow, read


def _case_url(row: OwnerSearch) -> str:
    return reverse("desk:case", args=[row.case_id]) + "#owner"


def _states(_request: HttpRequest) -> list[Choice]:
    return [(state.code, state.label.text(language())) for state in OWNER_SEARCH.states]


def _late(rows: QuerySet[OwnerSearch], value: str) -> QuerySet[OwnerSearch]:
    """Past its limit, or with a unit that has let its time pass."""
    now = clock.now()
    if value == "search":
        return rows.filter(state="open", due_at__lt=now)
    return rows.filter(state="open", pk__in=OwnerAsk.objects.filter(answer="", due_at__lt=now).values("search"))


def _asked(rows: QuerySet[OwnerSearch], unit: str) -> QuerySet[OwnerSearch]:
    return rows.filter(pk__in=OwnerAsk.objects.filter(unit__code=unit).values("search"))


def _search(rows: QuerySet[OwnerSearch], words: str) -> QuerySet[OwnerSearch]:
    return rows.filter(Q(case__number__iexact=words) | Q(case__address__icontains=words))


def _answers(row: Any) -> str:
    """Two of three answered, and what they said."""
    if not row.asked:
        return now_said("未询问")
    return now_said("问 %(asked)s：是 %(yes)s，不是 %(no)s，逾期未答 %(silent)s") % {
        "asked": row.asked, "yes": row.said_yes, "no": row.said_no, "silent": row.silent,
    }  # fmt: skip


LISTING = Listing(
    "ownerless",
    _("找主人"),
    columns=(
        Column("case", _("案件"), lambda row: row.case.number, url=_case_url),
        Column("category", _("类别"), lambda row: tongue(row.case.category) if row.case.category else "", wide=True),
        Column("area", _("区域"), lambda row: row.case.division.name if row.case.division else ""),
        Column("street", _("持有街道"), lambda row: row.street.short_name),
        Column("asks", _("询问与答复"), _answers, wide=True),
        Column("owner", _("权属单位"), lambda row: row.owner.short_name if row.owner else ""),
        Column("state", _("状态"), lambda row: row.get_state_display(), template="desk/cells/state.html"),
        Column("due", _("应有结果"), lambda row: row.due_at, template="desk/cells/owner_due.html", sort="due_at",
               corner=True),
        Column("started", _("开始"), lambda row: row.started_at, sort="started_at"),
        Column("ended", _("结束"), lambda row: row.ended_at, shown=False),
    ),
    filters=(
        Filter("q", _("搜索"), _search, kind="search"),
        Filter("state", _("状态"), lambda rows, value: rows.filter(state=value), _states),
        Filter("late", _("逾期"), _late, lambda _r: [("search", _("寻找逾期")), ("answer", _("有单位逾期未答"))]),
        Filter("area", _("区域"), lambda rows, value: rows.filter(case__division_path__startswith=value),
               choices.areas),
        Filter("unit", _("持有街道"), lambda rows, value: rows.filter(street=value), choices.units, quiet=True),
        Filter("asked", _("询问的单位"), _asked, quiet=True),
        Filter("owner", _("权属单位"), lambda rows, value: rows.filter(owner__code=value), quiet=True),
        Filter("category", _("类别代码"), lambda rows, value: rows.filter(case__category__code__startswith=value),
               quiet=True),
        *days_of("started", "started_at", _("开始自"), _("开始至")),
    ),
    sort="-started",
)  # fmt: skip


def visible(request: StaffRequest) -> QuerySet[OwnerSearch]:
    """The searches that the actor may see, with what a row shows."""
    rows = OwnerSearch.objects.filter(policies.search_rows(request.actor))
    rows = rows.select_related("case__category", "case__division", "street", "owner")
    return owners.with_asks(rows, clock.now())


offer(LISTING, rows=visible, permission="owners.view", url_name="desk:ownerless")


@page("owners.view")
def search_list(request: StaffRequest) -> HttpResponseBase:
    """The searches, narrowed and sorted; above them what they come to."""
    plain = OwnerSearch.objects.filter(policies.search_rows(request.actor))
    plain = OwnerSearch.objects.filter(pk__in=narrow(plain, read(LISTING.filters, request)).values("pk"))
    now = clock.now()
    tally = owners.tally(plain, now)
    context = {
        "tally": tally, "as_of": now, "figures": [_figure(request, state.code, tally) for state in OWNER_SEARCH.states],
        "late_url": _narrowed(request, state="", late="search"),
        "lines": [_line(one) for one in owners.by_category(plain)],
    }  # fmt: skip
    return LISTING.respond(request, visible(request), "desk/ownerless.html", context)


def _figure(request: HttpRequest, state: str, tally: owners.Tally) -> dict[str, Any]:
    label = OWNER_SEARCH.state(state).label.text(language())
    return {"label": label, "n": tally.by_state.get(state, 0), "url": _narrowed(request, state=state)}


def _narrowed(request: HttpRequest, **values: str) -> str:
    kept = request.GET.copy()
    for name in ("after", "before", "export", "cols"):
        kept.pop(name, None)
    for name, value in values.items():
        kept[name] = value
    return f"?{kept.urlencode()}"


def _line(one: owners.OfCategory) -> dict[str, Any]:
    """With the address at which a rule of routing is made of it."""
    code = one.category.code if one.category else ""
    given = {"category_prefix": code, **({"unit": one.owner[0]} if one.owner else {"target": "street"})}
    return {"one": one, "code": code, "rule_url": f"{reverse('desk:route_new')}?{urlencode(given)}"}
