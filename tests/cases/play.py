"""Plays the life of reports and cases with the personas, so that a test can start in any state."""

from __future__ import annotations

import io
import random
from datetime import timedelta
from uuid import UUID

from PIL import Image

from chuangcheng.cases import actions, complaints
from chuangcheng.cases.models import Case, Report
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import CITIZEN, Actor
from chuangcheng.kernel.ids import new_id

#: Inside grid 1 of community 永安 (street 河东, district 东山).
POINT = {"lat": 30.002, "lon": 120.002}
#: In community 新华 of the other street.
OTHER_STREET = {"lat": 30.002, "lon": 120.022}
OUTSIDE = {"lat": 31.0, "lon": 121.0}
LITTER = "06010"

_colours = random.Random(7)


def picture() -> bytes:
    """A small JPEG unlike any other."""
    image = Image.new("RGB", (32, 32), tuple(_colours.randrange(256) for _ in range(3)))
    image.putpixel((0, 0), tuple(_colours.randrange(256) for _ in range(3)))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=95)
    return file.getvalue()


def given(**more: object) -> actions.ReportInput:
    """A citizen's report from :data:`POINT`, with changes."""
    values: dict[str, object] = {"id": new_id(), "text": "路边有一堆垃圾", "source": "portal", **POINT, **more}
    return actions.ReportInput(**values)  # type: ignore[arg-type]


class Play:
    """Each method is one move by the persona who takes it in the field."""

    def __init__(self, personas: dict[str, Actor], units: dict[str, object]) -> None:
        self.by = personas
        self.units = units

    def unit(self, name: str) -> UUID:
        return self.units[name].id  # type: ignore[attr-defined]

    # reports
    def report(self, **more: object) -> Report:
        return actions.create_report(actor=CITIZEN, given=given(**more))[0]

    def refused(self) -> Report:
        return actions.refuse_report(actor=self.by["office"], report_id=self.report().id, reason_code="unclear")

    # cases
    def filed(self, **more: object) -> Case:
        values: dict[str, object] = {
            "text": "暴露垃圾", "category_code": LITTER, "address": "永安路1号", "source": "patrol", **POINT, **more,
        }  # fmt: skip
        return actions.file_case(actor=self.by["office"], **values)  # type: ignore[arg-type]

    def dispatched(self, to: str = "street", **more: object) -> Case:
        return actions.dispatch_case(actor=self.by["office"], case_id=self.filed(**more).id, unit_id=self.unit(to))

    def handling(self, by: str = "street", **more: object) -> Case:
        return actions.accept_case(actor=self.by[by], case_id=self.dispatched(by, **more).id)

    def prove(self, case: Case, by: str = "street") -> None:
        actions.add_after_photo(actor=self.by[by], case_id=case.id, data=picture())

    def handled(self, by: str = "street", **more: object) -> Case:
        case = self.handling(by, **more)
        self.prove(case, by)
        return actions.handle_case(actor=self.by[by], case_id=case.id, outcome="fixed")

    def verified(self, **more: object) -> Case:
        return actions.verify_case(actor=self.by["inspector"], case_id=self.handled(**more).id)

    def closed(self, **more: object) -> Case:
        return actions.close_case(actor=self.by["office"], case_id=self.verified(**more).id)

    def void(self, **more: object) -> Case:
        return actions.void_case(actor=self.by["office"], case_id=self.filed(**more).id, reason_code="mistake")

    def merged(self, into: Case | None = None, **more: object) -> Case:
        target = into or self.filed(text="垃圾堆放")
        return actions.merge_case(actor=self.by["office"], case_id=self.filed(**more).id, target_id=target.id)

    def joined(self, case: Case, **more: object) -> Report:
        """A citizen's report, linked to the case."""
        report = self.report(**more)
        return actions.link_report(actor=self.by["office"], report_id=report.id, case_id=case.id)

    def asked(self, kind: str = "extension", by: str = "street") -> Case:
        case = self.handling(by)
        if kind == "extension":
            return actions.ask_extension(actor=self.by[by], case_id=case.id, reason="需协调施工队")
        until = clock.now() + timedelta(days=30)
        return actions.ask_suspension(actor=self.by[by], case_id=case.id, reason="待汛期结束", until=until)

    def suspended(self, by: str = "street") -> Case:
        return self.decide(self.asked("suspension", by), granted=True)

    def arbitrating(self, *givers: str) -> Case:
        """Returned by three units, the office's department last unless others are named."""
        case = self.filed()
        for giver in givers or ("street", "street2", "department"):
            actions.dispatch_case(actor=self.by["office"], case_id=case.id, unit_id=self.unit(giver))
            case = actions.return_case(actor=self.by[giver], case_id=case.id, reason_code="not_ours")
        return case

    def decide(self, case: Case, *, granted: bool) -> Case:
        petition = case.petitions.get(state="asked")
        return actions.decide_petition(actor=self.by["office"], petition_id=petition.id, granted=granted)

    def in_state(self, state: str) -> Case:
        """A fresh case in that state, in the hands of the street where somebody holds it."""
        return getattr(self, state)()  # type: ignore[no-any-return]

    def report_in(self, state: str) -> Report:
        """A fresh report in that state."""
        report = self.report()
        office = self.by["office"]
        if state == "pending_confirm":
            return actions.ask_confirm(actor=office, report_id=report.id)
        if state == "filed":
            actions.file_report(actor=office, report_id=report.id, category_code=LITTER)
        elif state == "linked":
            actions.link_report(actor=office, report_id=report.id, case_id=self.filed().id)
        elif state == "referred":
            complaints.refer(actor=office, report_id=report.id, reason_code="complaint_staff", office="hotline")
        elif state == "withdrawn":
            actions.withdraw_report(report_id=report.id, code=actions.code_of(report.id))
        elif state == "not_accepted":
            actions.refuse_report(actor=office, report_id=report.id, reason_code="unclear")
        report.refresh_from_db()
        return report
