"""找主人 in the demo: covers and cables that nobody admits to, each at another point of its search."""

from __future__ import annotations

import random
from datetime import timedelta
from uuid import UUID

from chuangcheng.cases import actions as cases
from chuangcheng.cases.models import Case, Source
from chuangcheng.demo.found import Cast
from chuangcheng.demo.stage import Stage
from chuangcheng.kernel.ids import seeded

#: Days before the end, category, what was seen, the units asked, their answers (None: not a word), how it ended.
SEARCHES: tuple[tuple[int, str, str, tuple[str, ...], tuple[str | None, ...], str], ...] = (
    (20, "01007F", "人行道通信井盖破损，盖上字样已磨平。", ("BM39", "QY02", "BM09"), ("yes", "no", "no"), "name"),
    (15, "01007F", "巷内线缆垂落，挡住行人。", ("BM39", "BM18"), ("no", None), "rule"),
    (11, "01017F", "废弃电缆井没有盖板，已放围挡。", ("BM39", "QY05", "BM12"), ("no", "no", "no"), "nobodys"),
    (7, "01003F", "雨水井盖响动，几家都说不是自己的。", ("QY02", "BM09"), (None, "no"), ""),
    (2, "01009F", "路边弱电箱倾倒，箱体没有标牌。", ("BM39", "BM18"), ("yes", None), ""),
    (1, "01007F", "新铺路面多出一处井盖，没有任何标识。", (), (), ""),
)
NO = "台账中没有这一处，竣工资料也未移交。"


class Owners:
    """Dice of its own, so that these few cases move nothing else in the city."""

    def __init__(self, stage: Stage, cast: Cast, seed: int) -> None:
        self.stage = stage
        self.cast = cast
        self.rng = random.Random(f"owners/{seed}")

    def schedule(self) -> None:
        """Each begins in the morning of its day; answers come by the afternoon, the end two days later."""
        for number, (days, *_) in enumerate(SEARCHES):
            at = self.stage.end - timedelta(days=days) + timedelta(hours=1)
            self.stage.at(at, lambda number=number: self._begin(number))  # type: ignore[misc]

    def _begin(self, number: int) -> None:
        _, code, text, asked, *_ = SEARCHES[number]
        near = Case.objects.filter(holder__kind="street", site=None, lat__isnull=False).order_by("-filed_at", "pk")
        spot = near[number : number + 1].first()
        if spot is None:
            return
        office = self.cast.named["office"]
        with seeded(self.rng):
            case = cases.file_case(
                actor=office, text=text, category_code=code, lat=spot.lat, lon=spot.lon, address=spot.address,
                source=Source.GRID,
            )  # fmt: skip
            case = cases.seek_owner(actor=office, case_id=case.pk)
            if asked and case.holder:
                street = self.cast.of("street", case.holder.code)[0]
                units = [self.cast.units[unit].pk for unit in asked]
                cases.ask_owner(actor=street, case_id=case.pk, unit_ids=units)
                self.stage.after(2, 5, lambda: self._answer(number, case.pk))

    def _answer(self, number: int, case_id: UUID) -> None:
        _, _, _, asked, answers, end = SEARCHES[number]
        with seeded(self.rng):
            for unit, said in zip(asked, answers, strict=True):
                if said:
                    actor = self.cast.of("department", unit)[0]
                    cases.answer_owner(
                        actor=actor, case_id=case_id, answer=said, note="" if said == "yes" else NO
                    )  # fmt: skip
        if end:
            self.stage.after(6, 14, lambda: self._end(number, case_id))

    def _end(self, number: int, case_id: UUID) -> None:
        _, _, _, asked, _, end = SEARCHES[number]
        case = Case.objects.select_related("holder").get(pk=case_id)
        office, owner = self.cast.named["office"], self.cast.units[asked[0]].pk
        with seeded(self.rng):
            if end == "name" and case.holder:
                street = self.cast.of("street", case.holder.code)[0]
                cases.name_owner(actor=street, case_id=case_id, unit_id=owner)
            elif end == "rule":
                cases.rule_owner(actor=office, case_id=case_id, unit_id=owner, note="线缆由其行业主管单位牵头清理。")
            elif end == "nobodys":
                cases.no_owner(actor=office, case_id=case_id, reason_code="no_record", note="各单位均无台账。")
