"""Many orders at once: each drafted from its own outcome, each sent as it was drafted."""

from __future__ import annotations

import pytest

from chuangcheng.cases import actions
from chuangcheng.cases.actions import bulk
from chuangcheng.cases.models import Order
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from tests.cases.play import Play
from tests.cases.test_orders import filed, ordered

pytestmark = pytest.mark.django_db


def many(play: Play, by: str, move: str, rows: list[Order]) -> bulk.BulkReport:
    return bulk.take_many(actor=play.by[by], ids=[row.pk for row in rows], move=move, values={})


def states() -> list[str]:
    return list(Order.objects.order_by("number").values_list("state", flat=True))


def test_each_is_drafted_from_its_own_outcome(play: Play) -> None:
    rows = [ordered(play, number, text=f"第{number}件事") for number in "123"]
    filed(play, rows[1])
    report = many(play, "office", "draft", rows)
    assert [taken.number for taken in report.done] == ["1", "2", "3"]
    texts = list(Order.objects.order_by("number").values_list("reply_text", flat=True))
    assert all(f"“第{number}件事”" in text for number, text in zip("123", texts, strict=True))
    assert ["受理" in text for text in texts] == [False, True, False]


def test_words_that_somebody_wrote_stay(play: Play) -> None:
    mine, other = ordered(play, "1"), ordered(play, "2")
    actions.draft_reply(actor=play.by["office"], order_id=mine.pk, text="自己写的")
    report = many(play, "office", "draft", [mine, other])
    assert ([taken.number for taken in report.already], [taken.number for taken in report.done]) == (["1"], ["2"])
    assert Order.objects.get(number="1").reply_text == "自己写的"


def test_what_was_not_drafted_is_not_sent_and_named(play: Play) -> None:
    rows = [ordered(play, number) for number in "123"]
    many(play, "office", "draft", rows[:2])
    report = many(play, "office", "send", rows)
    assert [taken.number for taken in report.done] == ["1", "2"]
    assert [(row.number, row.code) for row in report.refused] == [("3", "state.move_refused")]
    assert states() == ["replied", "replied", "open"]


def test_sent_twice_it_does_no_harm(play: Play) -> None:
    rows = [ordered(play, number) for number in "12"]
    for move in ("draft", "send"):
        many(play, "office", move, rows)
    again = many(play, "office", "send", rows)
    assert (again.done, [taken.number for taken in again.already], again.refused) == ((), ["1", "2"], ())


@pytest.mark.parametrize(
    ("by", "offered"),
    [("office", ["draft", "send"]), ("district", ["draft", "send"]), ("street", ["draft"]), ("department", ["draft"]),
     ("leader", []), ("auditor", []), ("grid", [])],
)  # fmt: skip
def test_offered_is_what_the_role_may(play: Play, by: str, offered: list[str]) -> None:
    assert [each.move.name for each in bulk.offered(actor=play.by[by], kind="order")] == offered
    rows = [ordered(play)]
    if "send" not in offered:
        with pytest.raises(Refused, match="not_allowed"):
            many(play, by, "send", rows)
        assert states() == ["open"]


def test_one_out_of_sight_is_told_without_its_number(play: Play) -> None:
    row = ordered(play)
    report = many(play, "street2", "draft", [row])
    assert [(refused.number, refused.code) for refused in report.refused] == [("", "common.not_found")]
    nobody = bulk.take_many(actor=play.by["office"], ids=[new_id()], move="draft", values={})
    assert nobody.refused[0].code == "common.not_found"
    assert states() == ["open"]
