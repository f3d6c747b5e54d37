"""A drive over the small city's three communities, set up through the real actions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from chuangcheng.campaigns import actions
from chuangcheng.campaigns.models import Drive, DrivePlace
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.attainment import Item

ITEMS = [
    Item("A1", "有居民议事机制", weight=30, must=True, effort=2),
    Item("A2", "楼道无堆放", weight=30, effort=1),
    Item("B1", "本月志愿服务次数", "number", weight=30, at_least=Fraction(4), effort=3),
    Item("B2", "积存垃圾处数", "number", weight=10, at_most=Fraction(0), effort=1),
]
GOOD: dict[str, Any] = {"A1": True, "A2": True, "B1": 4, "B2": 0}
IMPROVE: dict[str, Any] = GOOD | {"A1": False}
WEAK: dict[str, Any] = GOOD | {"A1": False, "A2": False}
SLIGHT: dict[str, Any] = GOOD | {"B2": 3}  # still met: ninety points


def make_drive(actor: Actor, *, opened: bool = True, items: Sequence[Item] = ITEMS, **more: Any) -> Drive:
    """A drive of ninety days over everything of its kind."""
    usual = {"title": "文明社区达标创建", "from_on": date(2026, 9, 1), "until_on": date(2026, 11, 30)}
    drive = actions.save_drive(actor=actor, given=actions.DriveInput(**{**usual, **more}))
    actions.set_checklist(actor=actor, drive_id=drive.pk, items=items)
    actions.enrol(actor=actor, drive_id=drive.pk)
    if opened:
        actions.move_drive(actor=actor, drive_id=drive.pk, move="open")
    drive.refresh_from_db()
    return drive


def place_of(drive: Drive, code: str = "990101001001") -> DrivePlace:
    """The place of that code as it stands; 永安社区 unless another is asked for."""
    return drive.places.get(code=code)
