"""Eleven campaigns of the demo city over the quarter: targets, readings, money, 1,057 sub-actions out of a workbook."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import xlsxwriter

from chuangcheng.campaigns import actions, imports
from chuangcheng.campaigns.models import MoneyEntry, Target
from chuangcheng.demo.found import Cast
from chuangcheng.demo.stage import Stage
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.people.models import Unit
from chuangcheng.tasks.actions import TaskInput

#: Kind, title, leading role, budget in 万元, pace against the plan, sub-actions, targets (name, measure, from, to).
ROWS: tuple[tuple[str, str, str, int, float, int, tuple[tuple[str, str, str, str], ...]], ...] = (
    ("siege", "老旧小区改造攻坚", "housing_construction", 23100, 0.86, 160,
     (("改造老旧小区", "count", "0", "491"), ("加装充电设施", "count", "120", "900"))),
    ("siege", "停车泊位攻坚", "traffic_police", 5200, 0.7, 110, (("新增停车泊位", "spaces", "0", "47000"),)),
    ("siege", "非机动车道攻坚", "housing_construction", 8600, 1.05, 70, (("新建改建非机动车道", "m", "0", "120000"),)),
    ("siege", "背街小巷攻坚", "urban_management", 6000, 0.97, 150,
     (("整治背街小巷", "count", "0", "320"), ("机械化清扫率", "pct", "85", "93.1"))),
    ("siege", "违法建设拆除攻坚", "natural_resources", 900, 1.2, 80, (("拆除违法建设", "m2", "0", "25000"),)),
    ("siege", "城市污水治理攻坚", "water", 12400, 0.6, 60,
     (("污水集中处理率", "pct", "88", "95"), ("消除黑臭水体", "places", "0", "14"))),
    ("uplift", "绿化提升行动", "landscaping", 3800, 1.02, 120, (("栽植乔灌木", "plants", "0", "1735000"),)),
    ("uplift", "文明交通提升行动", "traffic_police", 1500, 0.93, 130,
     (("劝导和查处交通违法", "times", "0", "110000"), ("上岗交通劝导员", "persons", "300", "1200"))),
    ("uplift", "农村垃圾清零提升行动", "agriculture_rural", 2100, 0.8, 90,
     (("清运农村积存垃圾", "m3", "0", "400000"),)),
    ("uplift", "垃圾分类提升行动", "sanitation", 1900, 1.1, 57,
     (("撤并垃圾投放点", "places", "0", "3244"), ("积存建筑垃圾", "t", "370", "0"))),
    ("uplift", "小广告清理提升行动", "public_security", 300, 1.0, 30, (("清理小广告点位", "places", "0", "4000"),)),
)  # fmt: skip
WHAT = (
    "清扫日",
    "集中整治",
    "入户宣传",
    "设施维修",
    "点位验收",
    "志愿服务",
    "联合执法",
    "施工推进",
    "回头看",
    "现场协调",
)
HEADERS = ("编号", "名称", "责任单位", "地点", "经度", "纬度", "开始日期", "结束日期", "状态", "结果")
READ = (78, 62, 45, 31, 17, 3.2)  # days before the end on which readings come in


class Campaigns:
    """Draws by its own dice, so that nothing else in the city moves."""

    def __init__(self, stage: Stage, cast: Cast, seed: int) -> None:
        self.stage, self.cast = stage, cast
        self.rng = random.Random(f"campaigns {seed}")
        self.office = cast.named["office"]
        self.today: date = stage.end.astimezone(clock.CITY_ZONE).date()
        self.first = stage.start.astimezone(clock.CITY_ZONE).date() + timedelta(days=1)
        self.last = self.today + timedelta(days=58)
        self._ids: dict[int, UUID] = {}

    def schedule(self) -> None:
        """The office sets them up in the first days; readings, money and sub-actions follow."""
        for number, row in enumerate(ROWS):
            unit, actor = self._lead(row[2])
            self._at(89.6 - number / 20, lambda number=number, unit=unit: self._set_up(number, unit))
            for days in READ:
                self._at(days + number / 30, lambda number=number, actor=actor: self._read(number, actor))
            self._at(70 - number, lambda number=number, actor=actor: self._spend(number, actor, 0))
            self._at(24 - number / 9, lambda number=number, actor=actor: self._spend(number, actor, 1))
            self._at(2.4 - number / 30, lambda number=number, unit=unit: self._activities(number, unit))
        self._at(1.2, self._tasks)
        unit, actor = self._lead(ROWS[10][2])
        self._at(0.9, lambda: self._review(10, actor))

    def _at(self, days: float, scene: Callable[..., object]) -> None:
        """Let ``scene`` happen so many days before the end, with these dice."""
        self.stage.before(days, scene, self.rng, timedelta(days=1))

    def _lead(self, role: str) -> tuple[Unit, Actor]:
        """The unit that holds a role, or the first department, and somebody of it."""
        units = [unit for unit in self.cast.units.values() if unit.kind == "department"]
        unit = next((each for each in units if each.role_code == role), units[0])
        code = next(code for code, each in self.cast.units.items() if each.pk == unit.pk)
        return unit, (self.cast.of("department", code) or [self.office])[0]

    def _set_up(self, number: int, unit: Unit) -> None:
        kind, title, _role, _budget, _pace, _count, targets = ROWS[number]
        helpers = [each for each in self.cast.units.values() if each.kind == "department" and each.pk != unit.pk]
        helpers += [each for each in self.cast.units.values() if each.kind == "street"]
        standards = self.cast.edition.standards.filter(duties__unit=unit, duties__kind="lead").order_by("order")[:2]
        given = actions.CampaignInput(
            kind=kind, title=title, lead=unit, supports=tuple(self.rng.sample(helpers, min(2, len(helpers)))),
            standards=tuple(standards), from_on=min(self.first, clock.today().date()), until_on=self.last,
            theme=f"围绕{title.removesuffix('攻坚').removesuffix('提升行动')}补短板，逐月通报进度。",
            overrun="flag" if number % 4 == 3 else "refuse",
        )  # fmt: skip
        row, _new = actions.create_campaign(actor=self.office, given=given)
        for name, measure, baseline, goal in targets:
            low = Decimal(goal) < Decimal(baseline)
            middle = Decimal(baseline) + (Decimal(goal) - Decimal(baseline)) * (4 if number % 3 else 5) / 10
            bend = [(self.first + timedelta(days=70), middle.quantize(Decimal(1)))]
            target = actions.TargetInput(
                name=name, measure=measure, baseline=Decimal(baseline), goal=Decimal(goal),
                direction="less" if low else "more", cumulative=measure != "pct", plan=bend,
            )  # fmt: skip
            actions.save_target(actor=self.office, campaign_id=row.pk, given=target)
        actions.move_campaign(actor=self.office, campaign_id=row.pk, move="start")
        self._ids[number] = row.pk

    def _read(self, number: int, actor: Actor) -> None:
        today = clock.today().date()
        for target in Target.objects.filter(campaign=self._ids.get(number)).select_related("campaign"):
            course, pace = target.course, ROWS[number][4] * self.rng.uniform(0.97, 1.03)
            share = min(course.share(course.planned(today)) * Fraction(pace), Fraction(1))
            value = course.baseline + (course.goal - course.baseline) * share
            places = 1 if target.measure == "pct" else 0
            exact = Decimal(value.numerator) / Decimal(value.denominator)
            if number == 10 and (self.today - today).days < 5:
                exact = target.goal
            source = "专班月报" if self.rng.random() < 0.5 else "现场测量"
            actions.record_reading(actor=actor, target_id=target.pk, day=today, value=round(exact, places),
                                   source=source, confirmed=True)  # fmt: skip

    def _spend(self, number: int, actor: Actor, half: int) -> None:
        """First the budget and two contracts with an advance, then more payments and an acceptance."""
        campaign_id, budget = self._ids.get(number), ROWS[number][3] * 10_000
        if campaign_id is None:
            return

        def enter(kind: str, amount: float, document: str, **more: Any) -> Any:
            exact = Decimal(str(round(amount, 2)))
            given = actions.MoneyInput(kind=kind, amount=exact, day=clock.today().date(), document=document, **more)
            return actions.enter_money(actor=actor, campaign_id=campaign_id, given=given)[0]

        tag = f"2026-{number + 1:02d}"
        if half == 0:
            enter(
                "budget",
                budget,
                f"云财建〔2026〕{31 + number}号",
                source="市级财政" if number % 2 else "中央补助和市级配套",
            )
            first = enter("contract", budget * 0.55, f"HT-{tag}-1", party="云岭市政建设有限公司")
            enter("contract", budget * (0.52 if number % 4 == 3 else 0.31), f"HT-{tag}-2", party="松溪环境工程有限公司")
            enter("paid", budget * 0.15 + 0.37, f"ZF-{tag}-1", contract=first.pk)
            return
        for place, contract in enumerate(MoneyEntry.objects.filter(campaign=campaign_id, kind="contract")):
            enter("paid", contract.fen / 100 * 0.4, f"ZF-{tag}-{place + 2}", contract=contract.pk)
            if not place:
                enter("accepted", contract.fen / 100 * 0.3, f"YS-{tag}-1", contract=contract.pk)

    def _activities(self, number: int, lead: Unit) -> None:
        campaign_id = self._ids.get(number)
        if campaign_id is not None:
            streets = [unit for unit in self.cast.units.values() if unit.kind == "street"]
            lines = [self._line(number, place, lead, streets) for place in range(ROWS[number][5])]
            imports.import_sub_actions(self.office, campaign_id, _workbook(lines), name="活动.xlsx")

    def _line(self, number: int, place: int, lead: Unit, streets: list[Unit]) -> list[Any]:
        street = self.rng.choice(streets) if streets else lead
        begun = self.today + timedelta(days=self.rng.randrange(-80, 45))
        begun = max(begun, self.first + timedelta(days=1))
        ends = min(begun + timedelta(days=self.rng.randrange(2, 15)), self.last)
        state, result = "未开始", ""
        if ends < self.today and self.rng.random() < 0.93:
            state, result = "已完成", f"完成 {self.rng.randrange(2, 60)} 处"
        elif begun <= self.today:
            state = "进行中"
        site = self.rng.choice(self.cast.sites) if self.cast.sites and self.rng.random() < 0.6 else None
        point = [site.address or site.name, site.lon, site.lat] if site else ["", "", ""]
        name = f"{street.short_name}{ROWS[number][1][:4]}{WHAT[place % len(WHAT)]}"
        code, unit = f"{number + 1:02d}-{place + 1:03d}", street if place % 3 else lead
        return [code, name, unit.code, *point, begun, ends, state, result]

    def _tasks(self) -> None:
        """What lags behind becomes a task of its lead."""
        for number in (1, 5, 8):
            campaign_id = self._ids.get(number)
            if campaign_id is not None:
                unit, _actor = self._lead(ROWS[number][2])
                given = TaskInput(problem=f"{ROWS[number][1]}进度落后计划", lead=unit, measure="倒排工期，每周报进度",
                                  due_on=self.today + timedelta(days=20))  # fmt: skip
                actions.set_task(actor=self.office, campaign_id=campaign_id, given=given)

    def _review(self, number: int, actor: Actor) -> None:
        if number in self._ids:
            actions.move_campaign(
                actor=actor, campaign_id=self._ids[number], move="review", words="目标已完成，申请验收。"
            )


def _workbook(lines: list[list[Any]]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet("活动")
        for number, line in enumerate([HEADERS, *lines]):
            sheet.write_row(number, 0, line)
    return file.getvalue()
