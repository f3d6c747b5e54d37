"""People without an account on the organiser's list, counted with their unit; a code that changes while it is shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from chuangcheng.history.models import Event
from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from chuangcheng.library import actions, guests, sign_in
from chuangcheng.library import training_selectors as trainings
from chuangcheng.library.facts import TRAININGS
from chuangcheng.library.models import Attendance, Guest, Training
from tests.conftest import NOON
from tests.library.conftest import Enter
from tests.web.conftest import as_persona

__all__ = ["as_persona"]
Sign = Callable[[str], Client]
KNOWN = {guests.key_of(name): name for name in ("河东街道", "城管局", "U-1", "市创城办")}

#: What stands in the list, who is read out of it (the unit's name and theirs).
LISTS: list[tuple[str, list[tuple[str, str]]]] = [
    ("", []),
    ("\n \n\t\n", []),
    ("河东街道 王五", [("河东街道", "王五")]),
    ("王五 河东街道", [("河东街道", "王五")]),
    ("河东街道\t王五\t13800000000", [("河东街道", "王五")]),
    ("1\t王五\t河东街道", [("河东街道", "王五")]),
    ("1. 王五 河东街道 0571-88881234", [("河东街道", "王五")]),
    ("河东街道，王五、赵六，孙七", [("河东街道", "王五"), ("河东街道", "赵六"), ("河东街道", "孙七")]),
    ("河东街道 王五 赵六", [("河东街道", "王五"), ("河东街道", "赵六")]),
    ("河东街道\tJohn Smith", [("河东街道", "John Smith")]),
    ("河东街道 王五\n河东街道 王五\n城管局 王五", [("河东街道", "王五"), ("城管局", "王五")]),
    ("u-1;买买提·艾力", [("U-1", "买买提·艾力")]),
    ("河 东 街 道\t王五", [("河东街道", "王五")]),
    ("河东街道 王\0五", [("河东街道", "王五")]),
]


@pytest.mark.parametrize(("text", "found"), LISTS)
def test_a_list_is_read(text: str, found: list[tuple[str, str]]) -> None:
    assert guests.read(text, KNOWN) == found


#: What stands in the list, how it is refused, in which line.
WRONG = [
    ("王五", "training.guest_unit", 1),
    ("河东街道 王五\n\n某某公司 赵六", "training.guest_unit", 3),
    ("河东街道", "training.guest_name", 1),
    ("河东街道 13800000000", "training.guest_name", 1),
    (f"河东街道 {'长' * 41}", "training.guest_name", 1),
    ("\n".join(f"河东街道 甲{'子' * (n // 100)}{'丑' * (n % 100 // 10)}{'寅' * (n % 10)}" for n in range(501)),
     "training.guests_many", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "line"), WRONG)
def test_a_wrong_list_names_the_line(text: str, code: str, line: int | None) -> None:
    with pytest.raises(Refused) as refused:
        guests.read(text, KNOWN)
    assert refused.value.code == code
    assert line is None or f"第 {line} 行" in refused.value.message("zh-hans")


NAMES = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=4)


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.sampled_from(["河东街道", "城管局", "市创城办"]), NAMES), max_size=12),
    st.sampled_from("\t， "),
)
def test_what_was_written_is_read_back(rows: list[tuple[str, str]], sign: str) -> None:
    rows = [(unit, name) for unit, name in rows if name not in KNOWN]
    assert guests.read("\n".join(sign.join(row) for row in rows), KNOWN) == list(dict.fromkeys(rows))


def refused(code: str, action: Any, /, **more: Any) -> None:
    with pytest.raises(Refused) as found:
        action(**more)
    assert found.value.code == code


def test_guests_count_with_their_unit_and_are_marked(train: Enter, personas: Any, units: Any) -> None:
    office, row = personas["office"], train(hours=1)
    said = {"actor": office, "training_id": row.pk}
    refused("training.not_yet", actions.list_guests, **said, words="河东街道 王五")
    with clock.at(row.starts_at):
        actions.sign_in_by_code(actor=personas["street"], code=sign_in.code_of(row))
        assert actions.list_guests(**said, words="河东街道 王五 赵六\n河西街道，钱七") == 3
        kept = Guest.objects.get(name="王五").pk
        assert actions.list_guests(**said, words="王五 河东街道\n河西街道 孙八") == 2
        assert Guest.objects.get(name="王五").pk == kept and not Guest.objects.filter(name="赵六").exists()
        for who in ("street", "district", "leader", "department"):
            with pytest.raises(Refused):
                actions.list_guests(actor=personas[who], training_id=row.pk, words="")
        refused("training.guest_unit", actions.list_guests, **said, words="某公司 王五")
        found = {
            each.unit.code: (each.invited, each.came, each.by_code, each.guests) for each in trainings.by_unit(row)
        }
        assert found == {"U-CGJ": (True, 0, 0, 0), "U-990101001": (True, 2, 1, 1), "U-990101002": (False, 1, 0, 1)}
        actions.hold_training(actor=office, training_id=row.pk)
        tallies = {each.unit.code: (each.invited, each.present, each.persons)
                   for each in trainings.tallies(Training.objects.all(), 2026)}  # fmt: skip
        assert tallies == {"U-CGJ": (1, 0, 0), "U-990101001": (1, 1, 2)}
        assert actions.close_training(actor=office, training_id=row.pk).came == 3
        refused("state.move_refused", actions.list_guests, **said, words="")
    told = str(list(Event.objects.filter(subject_kind="training").values_list("before", "after")))
    assert not any(name in told for name in ("王五", "孙八")) and "'listed': 2" in told
    assert list(TRAININGS.check()) == []
    Guest.objects.all().delete()  # names are erased: what was settled stays
    assert list(TRAININGS.check()) == [] and Training.objects.get().came == 3


#: Minutes for which a code is good, seconds since it was shown, what is said.
AGES = [
    (0, 0, ""), (0, 86000, "training.not_open"), (0, 3000, ""), (5, 0, ""), (5, 299, ""), (5, 300, ""),
    (5, 301, "training.stale_code"), (5, 3000, "training.stale_code"), (1, 60, ""), (1, 61, "training.stale_code"),
    (60, 3599, ""), (5, -4, ""), (5, -60, "training.stale_code"),
]  # fmt: skip


@pytest.mark.parametrize(("minutes", "seconds", "refusal"), AGES)
def test_a_changing_code_is_soon_of_no_use(
    train: Enter, personas: Any, minutes: int, seconds: int, refusal: str
) -> None:
    row = train(hours=0, code_minutes=minutes)
    with clock.at(NOON + timedelta(minutes=10)):
        code = sign_in.code_of(row)
    with clock.at(NOON + timedelta(minutes=10, seconds=seconds)):
        if refusal:
            refused(refusal, actions.sign_in_by_code, actor=personas["street"], code=code)
        else:
            assert actions.sign_in_by_code(actor=personas["street"], code=code)[1]
    assert Attendance.objects.exists() is not bool(refusal)


def test_codes_of_changing_sessions_are_told_apart(train: Enter, personas: Any) -> None:
    row = train(hours=0)
    plain = sign_in.code_of(row)
    assert sign_in.code_of(row) == plain
    changed = actions.TrainingInput(topic="随手拍", unit=row.unit, starts_at=row.starts_at, ends_at=row.ends_at,
                                    code_minutes=3)  # fmt: skip
    row = actions.amend_training(actor=personas["office"], training_id=row.pk, given=changed)
    refused("training.stale_code", actions.sign_in_by_code, actor=personas["street"], code=plain)
    first = sign_in.code_of(row)
    with clock.at(NOON + timedelta(seconds=20)):
        assert sign_in.code_of(row) != first and sign_in.training_of(first) == row
    head, _sign, tail = first.rpartition(":")
    later = f"{head[:-3]}999:{tail}"
    refused("training.bad_code", actions.sign_in_by_code, actor=personas["street"], code=later)
    for minutes in (-1, 61):
        with pytest.raises(Refused, match=r"common\.invalid"):
            train(code_minutes=minutes)
    assert list(TRAININGS.check()) == []


def test_the_screen_the_phone_and_the_list(as_persona: Sign, train: Enter, personas: Any) -> None:
    row, plain = train(hours=0, code_minutes=3), train(hours=0, topic="另一场")
    office, phone = as_persona("office"), as_persona("street")
    screen, move = (reverse(f"desk:{name}", args=args) for name, args in (
        ("training_code", [row.pk]), ("training_move", [row.pk, "guests"])))  # fmt: skip
    shown = office.get(screen).content.decode()
    assert "?part=code" in shown and "每个 3 分钟内有效" in shown and "every 20s" in shown
    part = office.get(f"{screen}?part=code").content.decode()
    assert "<svg" in part and "<html" not in part
    fixed = reverse("desk:training_code", args=[plain.pk])
    assert "?part=code" not in office.get(fixed).content.decode()
    assert office.get(f"{fixed}?part=code").status_code == 404
    address = reverse("field:training_sign", args=[sign_in.code_of(row)])
    with clock.at(NOON + timedelta(minutes=4)):
        page = phone.get(address).content.decode()
        assert "已过期" in page and '<form method="post" data-sending' not in page
        phone.post(address)
        assert not Attendance.objects.exists()
    assert phone.post(address).status_code == 302 and Attendance.objects.count() == 1
    with clock.at(NOON + timedelta(minutes=9)):
        assert "您已签到" in phone.get(address).content.decode()
    assert office.post(move, {"words": "河东街道 王五\n某公司 赵六"}).status_code == 422
    assert office.post(move, {"words": "河东街道\t王五\t13800000000"}).status_code == 302
    assert office.get(move).context["form"].initial["words"] == "河东街道\t王五"
    html = office.get(reverse("desk:training", args=[row.pk])).content.decode()
    assert all(said in html for said in ("王五", "无账号", "组织单位登记", "共 2 人")) and "13800000000" not in html
    assert "王五" not in phone.get(reverse("desk:training", args=[row.pk])).content.decode()
    listed = {each.topic: each.attended for each in office.get(reverse("desk:trainings")).context["listing"].rows}
    assert listed == {row.topic: 2, "另一场": 0}
