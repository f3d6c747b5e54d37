"""覆盖检查: what the decomposition of an edition lacks; each figure opens its rows."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from chuangcheng.framework import selectors
from chuangcheng.framework.coverage import Survey, coverage
from chuangcheng.framework.documents import why_frozen
from chuangcheng.framework.models import Edition, EditionState
from chuangcheng.framework.named import waiting
from chuangcheng.kernel import clock
from chuangcheng.kernel.coverage import HEAVY, Load
from chuangcheng.kernel.problems import Refused
from chuangcheng.web.pages import page
from chuangcheng.web.signed_in import StaffRequest


def edition_asked(request: StaffRequest) -> Edition | None:
    """The edition named in the address, else the main published one, else the newest; None where there is none."""
    code = request.GET.get("edition") or request.POST.get("edition") or ""
    if code:
        found = selectors.edition_by_code(code)
        if found is None:
            raise Refused("common.not_found")
        return found
    live = selectors.editions().exclude(state=EditionState.DROPPED)
    return selectors.current_edition() or live.first()


def editions_offered() -> list[Edition]:
    """Editions to look at, drafts included."""
    return list(selectors.editions().exclude(state=EditionState.DROPPED)[:20])


@page("framework.view")
def coverage_page(request: StaffRequest) -> HttpResponse:
    """The figures, and the rows of one of them."""
    edition = edition_asked(request)
    if edition is None:
        return render(request, "desk/coverage.html", {"edition": None})
    survey = coverage(edition)
    groups = _groups(survey)
    names = [name for name, *_rest in groups]
    asked = request.GET.get("show", "")
    first = next((name for name, _label, count, bad in groups if count and bad), "loads")
    show = asked if asked in names else first
    context = {
        "edition": edition, "editions": editions_offered(), "unmatched": waiting(edition),
        "stopped": why_frozen(edition), "survey": survey, "as_of": clock.now(), "show": show,
        "groups": [(name, label, count, bad and bool(count), name == show) for name, label, count, bad in groups],
        "label": next(label for name, label, *_rest in groups if name == show), **_rows(survey, show),
    }  # fmt: skip
    return render(request, "desk/coverage.html", context)


def _groups(survey: Survey) -> list[tuple[str, str, int, bool]]:
    """Name, words, figure, and whether any is one too many."""
    found = survey.found
    return [
        ("orphans", _("无牵头单位的标准"), len(found.orphans), True),
        ("double_leads", _("重复牵头的标准"), len(found.double_leads), True),
        ("retired", _("已撤销仍有责任的单位"), len(found.retired), True),
        ("idle", _("没有任何责任的单位"), len(found.idle), True),
        ("territory_missing", _("缺少的区县属地责任"), len(found.bare), True),
        ("without_evidence", _("未定佐证类型的标准"), len(found.without_evidence), True),
        ("without_date", _("未定完成时限的标准"), len(found.without_date), True),
        ("loads", _("负荷高于中位数的单位"), len(found.over_median), False),
    ]


def _rows(survey: Survey, show: str) -> dict[str, Any]:
    """The rows of a figure: standards each with its units, or units each with its load."""
    found, standards, units = survey.found, survey.standards, survey.units
    by_standard: dict[str, list[tuple[str, list[str]]]] = {
        "orphans": [(code, []) for code in found.orphans],
        "double_leads": found.double_leads,
        "without_evidence": [(code, []) for code in found.without_evidence],
        "without_date": [(code, []) for code in found.without_date],
        "territory_missing": _gathered(found.bare),
    }
    if show in by_standard:
        return {"standards": [(standards[code], [units[unit] for unit in some]) for code, some in by_standard[show]]}
    loads = {load.unit: load for load in found.loads}
    codes = {"retired": [code for code, _count in found.retired], "idle": found.idle}.get(show)
    if codes is not None:
        return {"units": [(units[code], loads.get(code), 0.0, False) for code in codes]}
    return {"units": [(units[load.unit], load, float(load.points / found.median), _is_heavy(survey, load))
                      for load in found.over_median], "median": found.median, "heavy": HEAVY}  # fmt: skip


def _is_heavy(survey: Survey, load: Load) -> bool:
    return load.points > HEAVY * survey.found.median


def _gathered(pairs: list[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for code, unit in pairs:
        found.setdefault(code, []).append(unit)
    return list(found.items())
