"""Training sessions on the desk: planned by a form, the code on the screen, the list on paper, the figures of a year."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse

from chuangcheng.library import actions, sign_in
from chuangcheng.library.models import Attendance, Training
from chuangcheng.people.models import Person
from tests.library.conftest import Enter

Sign = Callable[[str], Client]
LIST, NEW, FIGURES = "/desk/library/trainings/", "/desk/library/trainings/new/", "/desk/library/trainings/figures/"


def url(row: Training, name: str = "training", *more: str) -> str:
    return reverse(f"desk:{name}", args=[row.pk, *more])


def post(client: Client, row: Training, move: str, status: int = 302, **form: Any) -> str:
    assert client.get(url(row, "training_move", move)).status_code == 200, move
    answer = client.post(url(row, "training_move", move), form)
    assert answer.status_code == status, answer.content.decode()[:2000]
    row.refresh_from_db()
    return answer.content.decode()


def test_a_session_by_hand(as_persona: Sign, units: Any, enter: Enter, personas: Any) -> None:
    office, street = as_persona("office"), as_persona("street")
    material, secret = enter(title="操作指南"), enter("内部。", title="内部口径", audience="office")
    page = office.get(NEW)
    assert page.context["form"].initial["unit"] == str(units["office"].pk)
    form = {"topic": "上报操作培训", "unit": str(units["office"].pk), "starts_at": "2026-09-15T11:50", "place": "礼堂",
            "ends_at": "2026-09-15T13:00", "lecturer": "王老师", "units": [str(units["street"].pk)],
            "persons": "inspector", "materials": f"{material.number} {secret.number}"}  # fmt: skip
    for wrong in ({"topic": ""}, {"ends_at": "2026-09-15T11:00"}, {"starts_at": "2030-01-01T09:00"}, {"persons": "谁"},
                  {"units": ["x"]}, {"unit": "x"}, {"materials": "没有"}):  # fmt: skip
        assert office.post(NEW, {**form, **wrong}).status_code == 422, wrong
    answer = office.post(NEW, form)
    row = Training.objects.get()
    assert answer.headers["Location"] == url(row)
    post(office, row, "amend", **{**form, "topic": "随手拍培训", "place": "一号礼堂"})
    html = street.get(url(row)).content.decode()
    assert all(words in html for words in ("随手拍培训", "一号礼堂", "王老师", "操作指南", "张inspector", "河东街道"))
    assert "内部口径" not in html and "签到码" not in html and "签到名单" not in html
    assert "内部口径" in as_persona("leader").get(url(row)).content.decode()
    assert as_persona("street2").get(url(row)).status_code == 404
    assert street.get(url(row, "training_code")).status_code == 403
    assert as_persona("district").get(url(row, "training_code")).status_code == 404  # sees it, but another runs it
    shown = office.get(url(row, "training_code")).content.decode()
    assert "<svg" in shown and "已签到 0 人" in shown and "11:20" in shown
    actions.sign_in_by_code(actor=personas["street"], code=sign_in.code_of(row))
    part = office.get(url(row, "training_code") + "?part=count").content.decode()
    assert "已签到 1 人" in part and "<svg" not in part
    post(office, row, "hold")
    offered = dict(office.get(url(row, "training_move", "mark")).context["form"].fields["persons"].choices)
    assert set(offered.values()) == {"张inspector", "河东街道 · 张grid"}  # who signed in by the code stands already
    grid = Person.objects.get(username="grid")
    post(office, row, "mark", persons=[str(grid.pk)], others="department")
    assert {each.person.username: each.by_code for each in Attendance.objects.all()} == {
        "street": True, "grid": False, "department": False,
    }  # fmt: skip
    kept = office.get(url(row, "training_move", "mark")).context["form"]
    assert len(kept.initial["persons"]) == 2
    post(office, row, "mark", 422, others="无此人")
    post(office, row, "equip", materials=material.number)
    assert [each.pk for each in row.materials.all()] == [material.pk]
    html = office.get(url(row)).content.decode()
    assert all(words in html for words in ("扫码签到", "纸质名单", "未受邀", "张grid", "共 3 人"))
    post(office, row, "close", note="大家学会了三步上报。")
    assert "三步上报" in street.get(url(row)).content.decode() and row.came == 3
    assert office.get(url(row, "training_code")).status_code == 404
    assert office.get(url(row, "training_move", "dance")).status_code == 404
    other = office.post(NEW, {**form, "topic": "另一场", "materials": ""}).headers["Location"]
    cancelled = Training.objects.get(topic="另一场")
    post(office, cancelled, "cancel", 422, note="")
    post(office, cancelled, "cancel", note="主讲人出差")
    assert "主讲人出差" in street.get(other).content.decode()


#: The query of the list, the topics it shows.
QUERIES: list[tuple[str, set[str]]] = [
    ("", {"甲课", "乙课", "丙课"}),
    ("?q=甲", {"甲课"}),
    ("?q={number}", {"乙课"}),
    ("?q=没有", set()),
    ("?state=held", {"甲课"}),
    ("?state=took_place", {"甲课"}),
    ("?state=planned", {"乙课", "丙课"}),
    ("?unit={street}", {"甲课", "丙课"}),
    ("?unit={district}", {"丙课"}),
    ("?starts_from=2026-09-16", {"乙课", "丙课"}),
    ("?starts_to=2026-09-15", {"甲课"}),
]


def test_lists_and_figures(as_persona: Sign, train: Enter, units: Any, personas: Any, django_assert_max_num_queries: Any) -> None:  # fmt: skip
    held = train(topic="甲课", hours=-1)
    number = train(topic="乙课", hours=30, invited=("department",)).number
    train(topic="丙课", hours=50, unit="district", actor="district")
    actions.sign_in_by_code(actor=personas["street"], code=sign_in.code_of(held))
    actions.hold_training(actor=personas["office"], training_id=held.pk)
    office = as_persona("office")
    for query, topics in QUERIES:
        filled = query.format(number=number, street=units["street"].pk, district=units["district"].pk)
        rows = office.get(LIST + filled).context["listing"].rows
        assert {row.topic for row in rows} == topics, query
    (row,) = office.get(f"{LIST}?q=甲").context["listing"].rows
    assert (row.invited, row.attended) == (2, 1)
    assert "安排培训" not in as_persona("street").get(LIST).content.decode()
    csv = b"".join(office.get(f"{LIST}?export=csv&q=甲")).decode("utf-8-sig")  # type: ignore[arg-type]
    assert "甲课" in csv and "已举办" in csv
    shown = office.get(FIGURES)
    assert [(line.unit.code, line.invited, line.present, line.persons) for line, _url in shown.context["lines"]] == [
        ("U-CGJ", 1, 0, 0), ("U-990101001", 1, 1, 1),
    ]  # fmt: skip
    address = shown.context["lines"][1][1]
    assert [each.topic for each in office.get(address).context["listing"].rows] == ["甲课"]  # the rows behind it
    assert "这一年还没有举办过培训" in office.get(f"{FIGURES}?year=2020").content.decode()
    assert office.get(f"{FIGURES}?year=x").context["year"] == 2026
    for page in (LIST, FIGURES, url(held)):
        with django_assert_max_num_queries(15):
            assert office.get(page).status_code == 200
