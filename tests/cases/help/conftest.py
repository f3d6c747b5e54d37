"""A home's model in a folder of the test's own, categories to learn, and cases that confirm them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cases.conftest import limits, play  # noqa: F401 - fixtures of the room

if TYPE_CHECKING:
    from chuangcheng.cases.models import Case
    from tests.cases.play import Play

CATEGORIES = {
    "06042": "垃圾站（箱）满溢", "06011": "积存垃圾渣土", "06017": "绿地脏乱", "06045": "非法占绿毁绿",
    "09005": "店外经营", "09006": "占道经营", "06028": "噪声扰民", "01003F": "井盖异常",
}  # fmt: skip


@pytest.fixture(autouse=True)
def model_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The model of this test's home, which is not there yet."""
    from chuangcheng.cases.triage import store

    path = tmp_path / "models" / "triage.npz"
    monkeypatch.setattr(store, "path", lambda: path)
    return path


@pytest.fixture
def categories(limits: None) -> None:  # noqa: F811
    """The categories of the close pairs, and a component that no case can be of."""
    from chuangcheng.framework.models import Category
    from chuangcheng.history.versions import forget

    for code, zh in CATEGORIES.items():
        Category.objects.create(code=code, zh=zh, kind="matter", class_code=code[:2], class_zh="类", taxonomy="T")
    Category.objects.create(code="01003", zh="井盖", kind="component", class_code="01", class_zh="类", taxonomy="T")
    forget()


@pytest.fixture
def confirm(play: Play, categories: None) -> Callable[..., Case]:  # noqa: F811
    """Files a citizen's report under a category and brings the case to its end."""
    from chuangcheng.cases import actions

    def run(text: str, code: str, *, end: str = "closed") -> Case:
        office, street = play.by["office"], play.by["street"]
        case = actions.file_report(actor=office, report_id=play.report(text=text).id, category_code=code)
        if end == "filed":
            return case
        if end == "void":
            return actions.void_case(actor=office, case_id=case.id, reason_code="mistake")
        actions.dispatch_case(actor=office, case_id=case.id, unit_id=play.unit("street"))
        if end == "wrong":
            return actions.return_case(actor=street, case_id=case.id, reason_code="wrong_category")
        actions.accept_case(actor=street, case_id=case.id)
        play.prove(case)
        actions.handle_case(actor=street, case_id=case.id, outcome="fixed")
        actions.verify_case(actor=play.by["inspector"], case_id=case.id)
        return actions.close_case(actor=office, case_id=case.id)

    return run
