"""Who is told of support and supervision: the units called in, the lead whose helper is done, the heads of a flagged
case's holder."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from chuangcheng.cases import ladder
from chuangcheng.cases.escalation import recipients
from chuangcheng.cases.models import Case
from chuangcheng.history.models import Outbox
from chuangcheng.history.outbox import on
from chuangcheng.kernel.label import Label
from chuangcheng.notices.actions import notify, sunk
from chuangcheng.people import rights
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Person


@on("case.dispatched", "case.co_added")
def tell_helpers(row: Outbox) -> None:
    """Units that are asked to support the lead."""
    units = row.payload.get("co", []) if row.topic == "case.dispatched" else [row.payload["unit"]]
    if units and not sunk():
        _tell(row, _handlers([UUID(unit) for unit in units]), Label("请协助办理", "Your support is asked for"))


@on("case.co_done")
def tell_lead(row: Outbox) -> None:
    """A supporting unit is done with its part."""
    case = None if sunk() else Case.objects.filter(pk=row.subject_id).first()
    if case and case.holder_id:
        _tell(row, _handlers([case.holder_id]), Label("协办单位已完成", "A supporting unit is done"))


@on("case.flagged")
def tell_heads(row: Outbox) -> None:
    """The heads of the unit that holds a flagged case, and who works on it, at any hour."""
    case = None if sunk() else Case.objects.select_related("holder").filter(pk=row.subject_id).first()
    if case and case.flagged_at:
        persons = recipients(case, ("head", "holder"), ladder.current().heads)
        _tell(row, persons, Label("案件被督办", "Case flagged for supervision"), urgent=True)


def _handlers(units: list[UUID]) -> list[Person]:
    roles = [role.code for role in rights.roles().values() if "cases.handle" in role.permissions]
    posts = people.valid_posts().filter(role__in=roles, unit__in=units).order_by("pk")
    return list({post.person_id: post.person for post in posts}.values())


def _tell(row: Outbox, persons: Iterable[Person], word: Label, *, urgent: bool = False) -> None:
    case = Case.objects.select_related("category").get(pk=row.subject_id)
    what = f"{case.number} {case.category.zh if case.category else ''}".strip()
    notify(
        key=f"outbox:{row.pk}:{row.topic}", persons=persons, topic=row.topic, subject=("case", case.pk),
        text=Label(f"{word.zh}：{what}", f"{word.en}: {what}"), url=f"/desk/cases/{case.pk}/", urgent=urgent,
    )  # fmt: skip
