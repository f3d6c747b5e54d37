"""Limits, replies and results of call-backs out of a hotline's workbook, with the messages or after them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chuangcheng.cases import actions, projections
from chuangcheng.cases.callbacks import SATISFIED, SOLVED, Told, import_callbacks, understand
from chuangcheng.cases.hotline import import_hotline, preview_hotline
from chuangcheng.cases.models import Order, Satisfaction
from chuangcheng.history.models import Event, Outbox
from chuangcheng.history.verify import verify
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.tables import Row
from tests.cases.test_hotline import workbook
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
HEADERS = [
    "工单编号",
    "标题",
    "受理时间",
    "诉求内容",
    "办理期限",
    "答复时间",
    "答复意见",
    "是否解决",
    "满意度",
    "回访时间",
]
ROWS = [
    ["101", "路灯", "2026/9/1 8:00", "路灯不亮", "2026/9/4", "2026/9/3 10:00", "王女士您好，已修复。", "是", "满意", "2026/9/5 9:00"],
    ["102", "垃圾", "2026/9/2 8:00", "没人清运", "2026/9/20 18:00", None, None, None, None, None],
    ["103", "噪音", "2026/9/3 8:00", "夜间施工", None, None, None, "否", "不满意", None],
]  # fmt: skip


@pytest.fixture(autouse=True)
def at_noon(noon: datetime) -> datetime:
    return noon


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return workbook(tmp_path / "工单.xlsx", ROWS, HEADERS)


def results(
    tmp_path: Path, rows: list[list[object]], headers: tuple[str, ...] = ("工单号", "是否解决", "满意度")
) -> Path:
    return workbook(tmp_path / "回访.xlsx", rows, list(headers))


class TestWithTheMessages:
    def test_each_message_is_an_order_with_what_the_file_tells(self, book: Path, tmp_path: Path) -> None:
        report = import_hotline(actor=SYSTEM, path=book)
        assert (report.imported, report.rejected, report.problems) == (3, 0, [])
        first, second, third = Order.objects.order_by("number")
        assert (first.state, first.reply_text, first.solved, first.satisfied) == (
            "replied", "王女士您好，已修复。", True, "satisfied",
        )  # fmt: skip
        assert first.due_at == datetime(2026, 9, 4, 15, 59, 59, tzinfo=UTC)  # a day lasts until it is over
        assert (first.replied_at, first.called_back_at) == (
            datetime(2026, 9, 3, 2, tzinfo=UTC), datetime(2026, 9, 5, 1, tzinfo=UTC),
        )  # fmt: skip
        assert (second.state, second.due_at) == ("open", datetime(2026, 9, 20, 10, tzinfo=UTC))
        assert (third.due_at, third.solved, third.satisfied, third.called_back_at) == (
            None,
            False,
            "dissatisfied",
            NOON,
        )
        assert list(projections.check_orders()) == []
        assert verify(tmp_path / "seals") == []
        told = json.dumps(list(Event.objects.values_list("after", flat=True)), ensure_ascii=False)
        assert "王女士" not in told

    def test_the_same_file_again_changes_nothing(self, book: Path) -> None:
        import_hotline(actor=SYSTEM, path=book)
        rows, events = list(Order.objects.order_by("pk").values()), Event.objects.count()
        again = import_hotline(actor=SYSTEM, path=book)
        assert (again.rows, again.imported, again.unchanged, again.rejected) == (3, 0, 3, 0)
        assert (list(Order.objects.order_by("pk").values()), Event.objects.count()) == (rows, events)

    def test_a_later_file_brings_what_came_since(self, book: Path, tmp_path: Path) -> None:
        import_hotline(actor=SYSTEM, path=book)
        later = [[*ROWS[1][:5], "2026/9/14 10:00", "已清运。", "是", "基本满意", None], ROWS[2]]
        report = import_hotline(actor=SYSTEM, path=workbook(tmp_path / "2.xlsx", later, HEADERS))
        assert (report.rows, report.imported, report.unchanged) == (2, 1, 1)
        order = Order.objects.get(number="102")
        assert (order.state, order.reply_text, order.solved, order.satisfied) == (
            "replied",
            "已清运。",
            True,
            "basically",
        )
        assert list(projections.check_orders()) == []

    def test_other_systems_are_not_told_what_they_told_us(self, book: Path) -> None:
        import_hotline(actor=SYSTEM, path=book)
        assert set(Outbox.objects.values_list("topic", flat=True)) == {"report.imported"}

    def test_our_own_reply_stands(self, book: Path, tmp_path: Path, personas: dict[str, Actor]) -> None:
        import_hotline(actor=SYSTEM, path=book)
        order = Order.objects.get(number="102")
        actions.draft_reply(actor=personas["office"], order_id=order.pk, text="我们的回复")
        actions.send_reply(actor=personas["office"], order_id=order.pk)
        later = [[*ROWS[1][:5], "2026/9/14", "他们的回复", None, None, None]]
        report = import_hotline(actor=SYSTEM, path=workbook(tmp_path / "2.xlsx", later, HEADERS))
        assert (report.imported, report.unchanged) == (0, 1)
        assert Order.objects.get(number="102").reply_text == "我们的回复"

    def test_a_report_from_before_there_were_orders_gets_one(self, book: Path) -> None:
        import_hotline(actor=SYSTEM, path=book)
        Order.objects.all().delete()
        Event.objects.filter(subject_kind="order").delete()
        report = import_hotline(actor=SYSTEM, path=book)
        assert (report.imported, report.unchanged, Order.objects.count()) == (3, 0, 3)
        assert list(projections.check_orders()) == []

    def test_bad_cells_are_named_and_the_message_is_taken(self, tmp_path: Path) -> None:
        rows = [["101", "甲", "2026/9/1", "乙", "昨天", "2999/1/1", None, "大概", "还行", "x"],
                ["102", "甲", "2026/9/10", "丙", "2026/9/1", None, None, None, None, None]]  # fmt: skip
        report = import_hotline(actor=SYSTEM, path=workbook(tmp_path / "b.xlsx", rows, HEADERS))
        assert (report.imported, report.rejected) == (2, 0)
        assert {(problem.field, problem.code) for problem in report.problems} == {
            ("答复期限", "tables.not_a_time"), ("答复时间", "hotline.future"), ("是否解决", "hotline.unknown_word"),
            ("满意度", "hotline.unknown_word"), ("回访时间", "tables.not_a_time"),
        }  # fmt: skip
        assert set(Order.objects.values_list("due_at", "solved", "satisfied", "state")) == {(None, None, "", "open")}

    def test_the_preview_shows_how_the_columns_were_understood(self, book: Path) -> None:
        fields = [column.field for column in preview_hotline(book).columns]
        assert fields == [
            "number",
            "subject",
            "time",
            "detail",
            "due",
            "replied",
            "reply",
            "solved",
            "satisfied",
            "called",
        ]


class TestAlone:
    def test_results_for_known_orders(self, book: Path, tmp_path: Path) -> None:
        import_hotline(actor=SYSTEM, path=book)
        path = results(
            tmp_path, [["102", "是", "满意"], [103, "否", "不满意"], ["999", "是", "满意"], [None, "是", "满意"]]
        )
        report = import_callbacks(actor=SYSTEM, path=path)
        assert (report.rows, report.imported, report.unchanged, report.rejected) == (4, 1, 1, 2)
        assert [(problem.row, problem.code) for problem in report.problems] == [
            (4, "order.unknown_number"), (5, "tables.missing_value"),
        ]  # fmt: skip
        again = import_callbacks(actor=SYSTEM, path=path)
        assert (again.imported, again.unchanged, again.rejected) == (0, 2, 2)
        assert Order.objects.get(number="102").satisfied == "satisfied"

    def test_a_limit_before_the_order_came_is_refused_for_its_row_alone(self, book: Path, tmp_path: Path) -> None:
        import_hotline(actor=SYSTEM, path=book)
        path = results(tmp_path, [["102", "2020-01-01"], ["103", "2026-12-01"]], ("编号", "答复期限"))
        report = import_callbacks(actor=SYSTEM, path=path)
        assert (report.imported, report.rejected, report.problems[0].code) == (1, 1, "order.due_before")

    def test_no_answer_to_the_call_is_no_result(self, book: Path, tmp_path: Path) -> None:
        import_hotline(actor=SYSTEM, path=book)
        report = import_callbacks(actor=SYSTEM, path=results(tmp_path, [["102", "未接通", "无人接听"]]))
        assert (report.unchanged, report.problems) == (1, [])
        assert Order.objects.get(number="102").called_back_at is None

    @pytest.mark.parametrize(("headers", "code"), [
        (("工单号", "备注"), "hotline.no_results"), (("满意度", "备注"), "tables.missing_columns"),
    ])  # fmt: skip
    def test_a_file_without_what_is_needed(self, tmp_path: Path, headers: tuple[str, ...], code: str) -> None:
        with pytest.raises(Refused) as caught:
            import_callbacks(actor=SYSTEM, path=results(tmp_path, [["1", "2"]], headers))
        assert caught.value.code == code

    def test_only_who_may_run_imports(self, tmp_path: Path, personas: dict[str, Actor]) -> None:
        path = results(tmp_path, [["1", "是", "满意"]])
        with pytest.raises(Refused, match="not_allowed"):
            import_callbacks(actor=personas["street"], path=path)
        assert import_callbacks(actor=personas["office"], path=path).rejected == 1


class TestWords:
    def row(self, **values: object) -> Told:
        return understand(Row(2, values), clock.now())

    def test_every_word_means_something_that_the_model_knows(self) -> None:
        assert set(SATISFIED.values()) <= {"", *Satisfaction.values}
        assert set(SOLVED.values()) == {True, False, None}

    @pytest.mark.parametrize("word", [*SOLVED, *SATISFIED])
    def test_known_words_are_no_trouble(self, word: str) -> None:
        told = self.row(solved=word if word in SOLVED else None, satisfied=word if word in SATISFIED else None)
        assert told.trouble == ()

    def test_nothing_says_nothing(self) -> None:
        assert not self.row().says_something
        assert not self.row(solved="？").says_something
        assert self.row(solved="否").says_something

    def test_an_hour_is_kept_as_it_is(self) -> None:
        assert self.row(due="2026-09-20 00:01").due_at == datetime(2026, 9, 19, 16, 1, tzinfo=UTC)
        assert self.row(due="2026-09-20").due_at == datetime(2026, 9, 20, 16, tzinfo=UTC) - timedelta(seconds=1)
