"""The demo city's cycle: nominated, in its second year, in the middle of the self-check."""

from __future__ import annotations

from datetime import timedelta

from chuangcheng.cycle import actions
from chuangcheng.cycle.models import Cycle, Demand
from chuangcheng.demo.found import Cast
from chuangcheng.kernel import clock
from chuangcheng.kernel.cycles import months_on

#: The months of the cycle that have passed: the second year's self-check runs from its fourth month to its seventh.
PASSED = 17


def play(cast: Cast) -> Cycle:
    """Begin it where it would have begun, nominate the city, tick what is done, set one freeze and lift another."""
    office, today = cast.named["office"], clock.today().date()
    starts = months_on(today.replace(day=1), -PASSED)
    name = f"全国文明城市创建周期（{starts.year}—{months_on(starts, 35).year}）"
    cycle = actions.begin_cycle(actor=office, name=name, starts_on=starts, edition=cast.edition)
    nominated = starts + timedelta(days=46)
    cycle = actions.change_status(actor=office, cycle_id=cycle.pk, move="nominate", on=nominated)
    past = Demand.objects.filter(phase__cycle=cycle, phase__to_on__lt=today, figure="").order_by("phase__from_on", "id")
    for demand in list(past):
        actions.tick_demand(actor=office, demand_id=demand.pk, note="已按计划完成，材料归档。")
    national = cycle.phases.get(year=2, kind="national")
    actions.set_freeze(
        actor=office, cycle_id=cycle.pk, name="国家测评期间", from_on=national.from_on - timedelta(days=7),
        to_on=national.to_on,
    )  # fmt: skip
    check = actions.set_freeze(
        actor=office, cycle_id=cycle.pk, name="自查数据冻结", from_on=today, to_on=today + timedelta(days=3),
        covers=["duties"],
    )  # fmt: skip
    actions.lift_freeze(actor=office, freeze_id=check.pk, reason="省里补充印发责任清单，须同步调整责任单位。")
    return cycle
