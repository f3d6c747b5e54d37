"""The last morning: for each login one thing to do, so that whoever looks finds work and not an empty page."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from chuangcheng.cases import actions as cases
from chuangcheng.cases.models import Case
from chuangcheng.demo.found import Cast
from chuangcheng.demo.pictures import picture
from chuangcheng.demo.plan import Plan, inside
from chuangcheng.demo.stage import Stage
from chuangcheng.kernel.actor import CITIZEN
from chuangcheng.kernel.ids import new_id


class Morning:
    """Five troubles in the community of the logins, each left where another person must act."""

    def __init__(self, stage: Stage, plan: Plan, cast: Cast) -> None:
        self.stage = stage
        self.cast = cast
        self.grid = plan.grids[0]
        self.street = cast.units[f"JD{self.grid.code[:9]}"]
        self.community = cast.units[f"SQ{self.grid.parent}"]

    def schedule(self) -> None:
        """Spread over the last three quarters of an hour."""
        scenes = (self._to_confirm, self._to_verify, self._for_the_community, self._for_the_department,
                  self._for_the_street)  # fmt: skip
        for number, scene in enumerate(scenes):
            self.stage.at(self.stage.end - timedelta(minutes=45 - 8 * number), scene)

    def _report(self, text: str, code: str) -> UUID:
        lon, lat = inside(self.grid, self.stage.rng)
        given = cases.ReportInput(id=new_id(), text=text, source="portal", category_code=code, lon=lon, lat=lat)
        return cases.create_report(actor=CITIZEN, given=given)[0].id

    def _dispatched(self, text: str, code: str, unit_id: UUID) -> Case:
        office = self.cast.named["office"]
        case = cases.file_report(actor=office, report_id=self._report(text, code), category_code=code)
        return cases.dispatch_case(actor=office, case_id=case.id, unit_id=unit_id)

    def _to_confirm(self) -> None:
        report = self._report("楼道口堆了几个旧沙发，好几天没人搬。", "06036")
        cases.ask_confirm(actor=self.cast.named["office"], report_id=report)

    def _to_verify(self) -> None:
        street = self.cast.named["street"]
        case = self._dispatched("果皮箱满溢，纸屑散落一地。", "06042", self.street.id)
        cases.accept_case(actor=street, case_id=case.id)
        cases.add_after_photo(actor=street, case_id=case.id, data=picture(self.stage.rng, "after"), in_camera=True)
        cases.handle_case(actor=street, case_id=case.id, outcome="fixed", note="已清运并冲洗。")

    def _for_the_community(self) -> None:
        case = self._dispatched("单元门口有人毁绿种菜。", "06045", self.street.id)
        cases.pass_on(actor=self.cast.named["street"], case_id=case.id, unit_id=self.community.id)

    def _for_the_department(self) -> None:
        management = self.cast.units["BM09"]
        self._dispatched("烧烤店把桌椅摆满人行道。", "09005", management.id)

    def _for_the_street(self) -> None:
        self._dispatched("绿化带里有不少烟头和塑料袋。", "06017", self.street.id)
