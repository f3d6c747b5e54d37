"""The story of a case and a report, as its page tells it."""

from __future__ import annotations

from chuangcheng.cases import actions, timeline
from chuangcheng.cases.states import CASE_VERBS, REPORT_VERBS
from tests.cases.play import Play


def test_a_case_tells_its_story(play: Play) -> None:
    case = play.dispatched("district")
    actions.pass_on(actor=play.by["district"], case_id=case.id, unit_id=play.unit("street"))
    actions.return_case(actor=play.by["street"], case_id=case.id, reason_code="wrong_area", note="在河西")
    actions.accept_case(actor=play.by["district"], case_id=case.id)
    actions.handle_case(actor=play.by["district"], case_id=case.id, outcome="cannot", note="等待雨停")
    story = timeline.of_case(case)
    assert [(entry.label.zh, entry.unit) for entry in story] == [
        ("立案", ""), ("派遣", "东山区创城办"), ("转派", "河东街道"), ("退回上级", "东山区创城办"), ("接收", ""),
        ("处置完成", ""),
    ]  # fmt: skip
    returned, handled = story[3], story[5]
    assert (returned.reason.zh, returned.note, returned.actor) == ("不在本辖区", "在河西", "河东街道 · street")
    assert (handled.outcome, handled.note) == ("暂不具备条件", "等待雨停")
    assert story[0].due_at == case.due_at.isoformat()


def test_a_report_tells_its_story(play: Play) -> None:
    report = play.refused()
    actions.see_contact(actor=play.by["office"], report_id=report.id)
    story = timeline.of_report(report)
    assert [entry.label.zh for entry in story] == ["收到上报", "不予受理", "查看联系方式"]
    assert story[1].reason.zh == "位置或内容不清，无法核实"


def test_every_row_of_history_has_a_name() -> None:
    for kind, verbs in (("case", CASE_VERBS), ("report", REPORT_VERBS)):
        for verb, _ in verbs.values():
            assert timeline.label_of(f"{kind}.{verb}").zh != f"{kind}.{verb}"
    for action in ("case.filed", "report.created", "case.photo_added", "case.due_recomputed"):
        assert timeline.label_of(action).zh != action
    assert timeline.label_of("case.unheard_of").zh == "case.unheard_of"
