"""The district's quantitative indicators in the demo city: defined by the office, filled by workbook and by form, one
late, one doubtful, one corrected."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from chuangcheng.demo.found import Cast
from chuangcheng.demo.stage import Stage
from chuangcheng.framework import selectors as framework
from chuangcheng.indicators import actions
from chuangcheng.indicators.imports import import_readings
from chuangcheng.indicators.models import Indicator
from chuangcheng.indicators.periods import before
from chuangcheng.kernel import clock
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.ids import seeded
from chuangcheng.places import selectors as places

MONTHS = 6  # before the quarter, brought by a workbook


@dataclass(frozen=True, slots=True)
class Wanted:
    """One of the nine that a district leader's speech of 2020 names. ``standard`` is the sample's own where it has one;
    then the indicator of that standard gets the parts."""

    code: str
    zh: str
    en: str
    target: str
    unit: str
    source: str
    parts: tuple[str, str]
    standard: str = ""


WANTED = (
    Wanted("ZB-01", "重点企业工业排放稳定达标率", "Key firms whose emissions meet the limits", "0.9", "ratio", "BM24",
           ("达标排放的重点企业（家）", "重点工业企业（家）")),
    Wanted("CIV-09-02-04", "污水集中处理率", "Sewage treated centrally", "0.95", "ratio", "BM27",
           ("集中处理的污水（万吨）", "污水排放总量（万吨）"), "CIV-09-02-04"),
    Wanted("ZB-03", "地表水五类及以上断面比例", "River sections of class V or better", "0.5", "ratio", "BM24",
           ("五类及以上断面（个）", "监测断面（个）")),
    Wanted("CIV-09-02-02", "建成区绿化覆盖率", "Green cover of the built-up area", "0.41", "ratio", "BM11",
           ("绿化覆盖面积（公顷）", "建成区面积（公顷）"), "CIV-09-02-02"),
    Wanted("CIV-09-02-03", "人均公园绿地面积", "Park area a head", "9", "m²", "BM11",
           ("公园绿地面积（万平方米）", "城区人口（万人）"), "CIV-09-02-03"),
    Wanted("ZB-06", "白色污染治理率", "Plastic litter dealt with", "0.9", "ratio", "BM09",
           ("已治理点位（处）", "白色污染点位（处）")),
    Wanted("CIV-09-02-05", "生活垃圾无害化处理率", "Household waste treated harmlessly", "1", "ratio", "BM10",
           ("无害化处理量（吨）", "清运量（吨）"), "CIV-09-02-05"),
    Wanted("CIV-03-01-01", "全民法治宣传教育普及率", "Reach of legal education", "0.9", "ratio", "BM05",
           ("接受宣传教育的人数（万人）", "应宣传教育的人数（万人）"), "CIV-03-01-01"),
    Wanted("ZB-09", "美丽社区创建率", "Beautiful communities", "1", "ratio", "BM21",
           ("达标社区（个）", "社区（个）")),
)  # fmt: skip
OWN = tuple(one for one in WANTED if not one.standard)


class Numbers:
    """Draws by its own dice, so that nothing else in the city moves."""

    def __init__(self, stage: Stage, cast: Cast, seed: int) -> None:
        self.stage, self.cast = stage, cast
        self.rng = random.Random(f"numbers {seed}")
        self.office = cast.named["office"]

    def schedule(self) -> None:
        """Definitions and the months before on the first day, then each department in its turn."""
        self.stage.at(self.stage.start + timedelta(minutes=50), self._found)
        month = self.stage.start.astimezone(CITY_ZONE).date().replace(day=1)
        while month < self.stage.end.date():
            following = (month + timedelta(days=32)).replace(day=1)
            for number, wanted in enumerate(OWN):
                at = datetime(following.year, following.month, 6, 9, 20 + number, tzinfo=CITY_ZONE)
                self.stage.at(at, lambda w=wanted, m=month: self._hand_in(w, m))  # type: ignore[misc]
            month = following
        self.stage.at(self.stage.end - timedelta(hours=26), self._confirm)
        self.stage.at(self.stage.end - timedelta(hours=20), self._doubt)

    def _found(self) -> None:
        with seeded(self.rng):
            for wanted in WANTED:
                self._define(wanted)
            import_readings(self.office, self._workbook().encode("gb18030"), name="往月指标.csv")

    def _define(self, wanted: Wanted) -> None:
        standing = Indicator.objects.select_related("standard").filter(code=wanted.code).first()
        rule = standing.scoring if standing else {"kind": "threshold", "op": ">=", "target": float(wanted.target)}
        edition = self.cast.edition
        actions.define_indicator(
            actor=self.office, code=wanted.code, zh=wanted.zh, en=wanted.en, unit_of_measure=wanted.unit, scoring=rule,
            standard=framework.standard_by_code(edition, wanted.standard) if wanted.standard else None,
            source_unit=self.cast.units[wanted.source], numerator_zh=wanted.parts[0], denominator_zh=wanted.parts[1],
            note="由牵头部门按月汇总。",
        )  # fmt: skip

    def _workbook(self) -> str:
        """The months before, months as columns, as a department keeps them; sewage also by district."""
        today = clock.today().date().replace(day=1)
        months = [today]
        while len(months) <= MONTHS:
            months.insert(0, before("month", months[0]))
        lines = ["编号,指标,区划," + ",".join(f"{month.year}年{month.month}月" for month in months[:-1])]
        rows = [(wanted, "") for wanted in WANTED]
        rows += [(WANTED[1], district.name) for district in places.at_level("district")]
        for wanted, place in rows:
            lines.append(f"{wanted.code},{wanted.zh},{place}," + ",".join(self._value(wanted) for _ in months[:-1]))
        return "\n".join(lines)

    def _value(self, wanted: Wanted) -> str:
        reached = self._near(wanted)
        return f"{reached * 100:.1f}%" if wanted.unit == "ratio" else f"{reached:.2f}"

    def _near(self, wanted: Wanted) -> Decimal:
        """A little above the target, now and then below."""
        target = Decimal(wanted.target)
        drawn = target * Decimal(str(round(self.rng.uniform(0.985, 1.03), 4)))
        return min(drawn, Decimal(1)) if wanted.unit == "ratio" else drawn

    def _hand_in(self, wanted: Wanted, month: date) -> None:
        late = clock.now() > self.stage.end - timedelta(days=31)
        if wanted.code == "ZB-06" and late:
            return  # the one that is missing
        whole = Decimal(self.rng.randint(80, 220))
        part = (whole * self._near(wanted)).quantize(Decimal(1))
        if wanted.code == "ZB-09" and late:
            part, whole = Decimal(61), Decimal(88)  # true, though far from the months before: confirmed later
        self._submit(wanted, month, min(part, whole), whole)

    def _submit(self, wanted: Wanted, month: date, part: Decimal, whole: Decimal, reason: str = "") -> actions.Taken:
        with seeded(self.rng):
            given = actions.ReadingInput(
                indicator_code=wanted.code, period_start=month, numerator=part, denominator=whole, source="部门月报",
                reason=reason,
            )  # fmt: skip
            return actions.submit_reading(actor=self.cast.of("department", wanted.source)[0], given=given)

    def _confirm(self) -> None:
        """The office looked into what was doubtful then: it is true."""
        for doubt in Indicator.objects.get(code="ZB-09").doubts.filter(state="waiting"):
            with seeded(self.rng):
                actions.confirm_doubt(actor=self.office, doubt_id=doubt.pk, words="已核对名册，数字属实")

    def _doubt(self) -> None:
        """Numerator and denominator exchanged: it waits for a correction. And a correction of last month's figure."""
        last = before("month", clock.today().date().replace(day=1))
        self._submit(OWN[1], last, Decimal(40), Decimal(21), reason="断面数更新")
        self._submit(OWN[0], last, Decimal(187), Decimal(199), reason="补报两家停产企业")
