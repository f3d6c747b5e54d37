"""The draft of a reply, written from what came of the case; in memory, without a database."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chuangcheng.cases.models import Case, Order, Outcome, Report
from chuangcheng.cases.replies import MAX_REPLY, SUBJECT, TEMPLATES, template_for
from chuangcheng.cases.states import REFUSALS
from chuangcheng.people.models import Unit

HANDLED = datetime(2026, 9, 15, 17, tzinfo=UTC)  # 01:00 of the next day in the city
STREET, OFFICE = Unit(short_name="河东街道"), Unit(short_name="城管局")


def order(case: Case | None = None, *, text: str = "路灯不亮。", state: str = "filed", reason: str = "") -> Order:
    return Order(report=Report(text=text, case=case, state=state, reason_code=reason))


def case(**values: object) -> Case:
    return Case(**{"filed_at": HANDLED, "holder": STREET, **values})


@pytest.mark.parametrize("outcome", [code for code, _ in Outcome.choices if code])
def test_every_outcome_has_a_template(outcome: str) -> None:
    text = template_for(order(case(outcome=outcome, handled_at=HANDLED)))
    assert "“路灯不亮”" in text
    assert "河东街道" in text
    assert text.endswith("。")
    assert "{" not in text
    assert len(text) < MAX_REPLY


def test_no_template_is_for_an_outcome_that_there_is_not() -> None:
    assert set(TEMPLATES) == {code for code, _ in Outcome.choices if code}


def test_the_day_is_the_citys() -> None:
    assert "9月16日" in template_for(order(case(outcome="fixed", handled_at=HANDLED)))


def test_who_handled_it_goes_before_who_holds_it_now() -> None:
    text = template_for(order(case(outcome="fixed", handled_at=HANDLED, handled_unit=OFFICE)))
    assert "城管局" in text
    assert "河东街道" not in text


def test_who_answers_stands_for_who_holds_it() -> None:
    assert "城管局" in template_for(order(case(holder=None, responsible=OFFICE)))
    assert "承办单位" in template_for(order(case(holder=None)))


@pytest.mark.parametrize("reason", REFUSALS)
def test_a_refusal_says_why(reason: str) -> None:
    assert REFUSALS[reason].zh in template_for(order(state="not_accepted", reason=reason))


@pytest.mark.parametrize(("state", "reason"), [("received", ""), ("pending_confirm", ""), ("not_accepted", "gone")])
def test_without_a_case_nothing_is_promised_but_to_look(state: str, reason: str) -> None:
    assert "正在核实办理" in template_for(order(state=state, reason=reason))


def test_a_case_under_way_names_its_limit_if_it_has_one() -> None:
    assert "办理期限为9月16日" in template_for(order(case(due_at=HANDLED)))
    assert "期限" not in template_for(order(case()))


@pytest.mark.parametrize(
    ("said", "repeated"),
    [
        ("路灯不亮", "“路灯不亮”"),
        ("  路灯不亮！\n\n在幸福路", "“路灯不亮”"),
        ("电话13812345678反映", "“电话138****5678反映”"),
        ("灯" * SUBJECT, f"“{'灯' * SUBJECT}”"),
        ("灯" * (SUBJECT + 1), f"“{'灯' * SUBJECT}…”"),
    ],
)
def test_the_first_line_is_repeated_without_numbers_of_persons(said: str, repeated: str) -> None:
    assert repeated in template_for(order(text=said))


def test_braces_in_what_was_said_are_words() -> None:
    assert "“{unit}{0}”" in template_for(order(case(), text="{unit}{0}"))
