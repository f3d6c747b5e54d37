"""What becomes of a failed check: a case of its own, or the one that is open already."""

from __future__ import annotations

from collections.abc import Sequence

from chuangcheng.cases import actions as cases
from chuangcheng.cases.models import Case, Source
from chuangcheng.framework import selectors as framework
from chuangcheng.kernel.actor import Actor
from chuangcheng.patrols import selectors
from chuangcheng.patrols.models import Check, Mode, Visit
from chuangcheng.people.models import Post
from chuangcheng.sites.models import Site


def find_cases(actor: Actor, post: Post, visit: Visit, judged: Sequence[tuple[Check, int]]) -> list[Check]:
    """Give each failed check its case and return those that joined an open one: a finding has no second life cycle.

    What was found from above joins no case that the unit found itself, which that unit might verify alone (law 5).
    """
    failed = [(check, severity) for check, severity in judged if severity]
    if not failed:
        return []
    Site.objects.select_for_update().only("pk").get(pk=visit.site_id)  # two inspectors at once file one case
    earlier = selectors.open_cases(visit.site, {check.item.code for check, _ in failed})
    repeated = []
    for check, severity in failed:
        case = earlier.get(check.item.code)
        if case is not None and case.found_from_above >= _from_above(post, visit):
            check.case = case
            repeated.append(check)
        else:
            check.case = _file_case(actor, post, check, severity)
    return repeated


def _from_above(post: Post, visit: Visit) -> bool:
    """Somebody from outside looked: then the work is verified by a third unit, too (law 5)."""
    return visit.mode != Mode.SELF and post.unit_id != visit.site.unit_id


def _file_case(actor: Actor, post: Post, check: Check, severity: int) -> Case:
    site, item = check.visit.site, check.item
    category = framework.case_category(item.case_codes)
    return cases.file_case(
        actor=actor,
        text=_text(check),
        category_code=category.code if category else "",
        lat=site.lat,
        lon=site.lon,
        address=site.address or site.name,
        source=Source.PATROL,
        origin=("check", check.pk),
        site=site,
        standard=framework.heaviest_standard(item),
        severity=severity,
        found_from_above=_from_above(post, check.visit),
        responsible=site.unit,
    )


def _text(check: Check) -> str:
    count = f"（{check.defects}处）" if check.defects > 1 else ""
    note = f"：{check.note}" if check.note else ""
    return f"{check.visit.site.name}不符合“{check.item.zh}”{count}{note}"
