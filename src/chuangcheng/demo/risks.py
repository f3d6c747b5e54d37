"""The demo city's risks: what the rules find, a unit's own entries, two lists of laggards, two occurrences."""

from __future__ import annotations

from datetime import date, timedelta

from chuangcheng.demo.found import Cast
from chuangcheng.framework.models import NegativeItem
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.people.models import Unit
from chuangcheng.risks import actions
from chuangcheng.risks.models import Laggard, LaggardList, Risk
from chuangcheng.risks.watch import watch

#: What units enter by themselves: kind, words, place, severity, likelihood, measures.
OWN = (
    ("safety", "老旧小区消防通道被占，节假日更甚", "永兴里小区", 5, 3, "划线立桩，物业每日两巡，联合交警夜查"),
    ("market", "农贸市场周边占道经营反复", "中心农贸市场", 3, 5, "错时管理，设临时疏导点"),
    ("archive", "两项材料缺去年下半年的佐证", "申报材料", 3, 3, ""),
    ("service", "办事大厅中午无人值守", "政务服务大厅", 2, 3, "实行午间轮岗"),
)


def play(cast: Cast) -> None:
    """Look back a fortnight ago and today; let people deal with some; draw and issue a list; record two occurrences."""
    now = clock.now()
    with clock.at(now - timedelta(days=14)):
        watch()
        _own(cast)
    with clock.at(now - timedelta(days=9)):
        _handled(cast)
    with clock.at(now - timedelta(days=8)):
        _sanctions(cast)
    _lists(cast)
    watch()


def _own(cast: Cast) -> None:
    today = clock.today().date()
    posted = sorted(key for key in cast.posted if key[0] in ("street", "department"))[:: max(len(cast.posted) // 90, 1)]
    for number, (kind, words, place, severity, likelihood, measures) in enumerate(OWN):
        role, code = posted[number * 7 % len(posted)]
        given = actions.RiskInput(
            unit=cast.units[code], matter=words, severity=severity, likelihood=likelihood, kind=kind, place=place,
            measures=measures, due_on=today + timedelta(days=6 + 9 * number) if measures else None,
            review_on=today + timedelta(days=10),
        )  # fmt: skip
        actions.enter_risk(actor=cast.of(role, code)[0], given=given)


def _handled(cast: Cast) -> None:
    """The first three that rules raised get measures; one is accepted; one of the units' own is relieved and closed."""
    office, today = cast.named["office"], clock.today().date()
    for risk in Risk.objects.exclude(rule="").filter(state="open").order_by("-score", "number")[:3]:
        actions.move_risk(
            actor=office, risk_id=risk.pk, move="handle", measures="专题调度，逐件包保，每日通报进展。",
            due_on=today + timedelta(days=20), words="已约谈单位负责人。",
        )  # fmt: skip
    for risk in Risk.objects.filter(rule="", state="open").order_by("score", "number")[:1]:
        actions.move_risk(
            actor=office, risk_id=risk.pk, move="accept", words="材料已向上级档案部门调取，等待回函。",
            review_on=today + timedelta(days=30),
        )  # fmt: skip
    for risk in Risk.objects.filter(rule="", state="handling").order_by("score", "number")[:1]:
        actions.move_risk(actor=office, risk_id=risk.pk, move="relieve", words="连续两周未再发现。")
        actions.move_risk(actor=office, risk_id=risk.pk, move="close", words="现场核实，同意关闭。")


def _sanctions(cast: Cast) -> None:
    office, today = cast.named["office"], clock.today().date()
    # Read anew: the cast knows the edition as it was before it was published.
    items = {row.code: row for row in NegativeItem.objects.filter(edition=cast.edition.pk).select_related("edition")}
    if not {"N02", "N10"} <= set(items):
        return
    fire = actions.record_sanction(
        actor=cast.named["inspector"], item=items["N02"], happened_on=today - timedelta(days=40),
        matter="某企业仓库火灾，被外省媒体转载。",
    )  # fmt: skip
    actions.decide_sanction(
        actor=office, sanction_id=fire.pk, move="reject", words="未造成人员伤亡，未列入全国通报，不属于清单事项。"
    )
    form = actions.record_sanction(
        actor=office,
        item=items["N02"],
        happened_on=today - timedelta(days=70),
        matter="高速公路较大交通事故，被全国通报。",
    )
    actions.decide_sanction(actor=office, sanction_id=form.pk, move="confirm", words="国家通报点名，予以认定。")


def _lists(cast: Cast) -> None:
    """Last month's list of streets is issued; that of departments waits for approval."""
    now, office, leader = clock.now(), cast.named["office"], cast.named["leader"]
    end = clock.today().date() - timedelta(days=8)
    with clock.at(now - timedelta(days=7)):
        rows = [_draft(office, code, end) for code in ("street_rework", "department_tasks")]
    for number, row in enumerate(row for row in rows if row is not None):
        with clock.at(now - timedelta(days=6)):
            _objects(cast, row)
        with clock.at(now - timedelta(days=2)):
            actions.submit(actor=office, list_id=row.pk)
        if number == 0:
            with clock.at(now - timedelta(days=1)):
                actions.approve(actor=leader, list_id=row.pk, issued=True, words="同意印发。")


def _draft(office: Actor, code: str, end: date) -> LaggardList | None:
    """Drafted and announced; None where the rule lists nobody."""
    row = actions.draft_list(actor=office, code=code, from_on=end - timedelta(days=30), to_on=end)
    if row.laggards.count() < 2:
        actions.drop_list(actor=office, list_id=row.pk, words="本期没有应列入的单位。")
        return None
    return actions.announce(actor=office, list_id=row.pk, until_on=clock.today().date() + timedelta(days=3))


def _objects(cast: Cast, row: LaggardList) -> None:
    """One listed unit objects and stays."""
    for line in Laggard.objects.filter(list=row).select_related("unit"):
        actor = _of(cast, line.unit)
        if actor is not None:
            actions.object_to(actor=actor, laggard_id=line.pk, words="本期新增案件集中在月底，请核减未到期部分。")
            said = "未到期的案件本就不计入，数据无误。"
            actions.answer(actor=cast.named["office"], laggard_id=line.pk, upheld=False, words=said)
            return


def _of(cast: Cast, unit: Unit) -> Actor | None:
    posted = [actor for role in ("street", "department") for actor in cast.of(role, unit.code)]
    return posted[0] if posted else None
