"""The city's units, and ways to enter documents."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.sites.conftest import edition

if TYPE_CHECKING:
    from chuangcheng.kernel.actor import Actor
    from chuangcheng.library.models import Document, Training

__all__ = ["edition"]
Enter = Callable[..., Any]
PLAN = "云岭市创建全国文明城市实施方案。一、总体要求。坚持创城为民。二、背街小巷整治，责任到人。"


@pytest.fixture
def units(small_city: Any, personas: Any, noon: Any) -> dict[str, Any]:
    """The units; the department answers to the sub-command in its line."""
    unit = small_city.units["department"]
    unit.line_parent = small_city.units["subcommand"]
    unit.save()
    return dict(small_city.units)


@pytest.fixture
def enter(units: dict[str, Any], personas: dict[str, Actor]) -> Enter:
    """Enters a document: ``enter(text or bytes or None, actor="office", unit="office", issue=True, **input)``."""
    from chuangcheng.library import actions

    def made(text: str | bytes | None = PLAN, actor: str = "office", unit: str = "office", issue: bool = True,
             **more: Any) -> Document:  # fmt: skip
        data = text.encode() if isinstance(text, str) else text
        if not isinstance(more.get("replaces", ()), tuple):
            more["replaces"] = (more["replaces"],)
        given: dict[str, Any] = {"kind": "plan", "title": "创建实施方案", "unit": units[unit], **more}
        who = personas[actor]
        document, new = actions.create_document(actor=who, given=actions.DocumentInput(**given), data=data)
        assert new
        return actions.issue_document(actor=who, document_id=document.pk) if issue and data else document

    return made


@pytest.fixture
def train(units: dict[str, Any], personas: dict[str, Actor]) -> Enter:
    """Plans a session: ``train(hours=24, actor="office", unit="office", units=("street", "department"), **input)``."""
    from datetime import timedelta

    from chuangcheng.kernel import clock
    from chuangcheng.library import actions

    def made(hours: float = 24, actor: str = "office", unit: str = "office",
             invited: tuple[str, ...] = ("street", "department"), **more: Any) -> Training:  # fmt: skip
        starts = clock.now() + timedelta(hours=hours)
        given: dict[str, Any] = {
            "topic": "随手拍上报操作培训", "unit": units[unit], "starts_at": starts, "place": "三楼会议室",
            "ends_at": starts + timedelta(hours=2), "units": tuple(units[name] for name in invited), **more,
        }  # fmt: skip
        training, new = actions.plan_training(actor=personas[actor], given=actions.TrainingInput(**given))
        assert new
        return training

    return made
