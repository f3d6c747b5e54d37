"""Reports in every state, made by the actions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from chuangcheng.cases import actions
from chuangcheng.cases.models import Case, Report
from chuangcheng.kernel.actor import CITIZEN, SYSTEM, Actor
from chuangcheng.kernel.ids import new_id


def reported(text: str = "人行道上堆放垃圾", **more: Any) -> Report:
    """A report as it comes in at the citizens' page."""
    values = {"source": "portal", "lat": 30.002, "lon": 120.002, "address": "永安路 12 号", "category_code": "06010"}
    given = actions.ReportInput(id=new_id(), text=text, **(values | more))
    report, _ = actions.create_report(actor=CITIZEN if given.source == "portal" else SYSTEM, given=given)
    return report


def filed(city: dict[str, Actor], text: str = "人行道上堆放垃圾", **more: Any) -> Report:
    """A report that was reviewed and filed as a case."""
    report = reported(text, **more)
    actions.file_report(actor=city["office"], report_id=report.pk)
    report.refresh_from_db()
    return report


def closed(city: dict[str, Actor], report: Report, outcome: str = "not_reproducible") -> Case:
    """The report's case taken all the way."""
    from chuangcheng.people.selectors import unit_by_code

    street = unit_by_code("U-990101001")
    assert street is not None and report.case_id is not None
    case_id: UUID = report.case_id
    actions.dispatch_case(actor=city["office"], case_id=case_id, unit_id=street.pk)
    actions.accept_case(actor=city["street"], case_id=case_id)
    actions.handle_case(actor=city["street"], case_id=case_id, outcome=outcome, note="现场已清理干净")
    actions.verify_case(actor=city["inspector"], case_id=case_id)
    return actions.close_case(actor=city["office"], case_id=case_id)
