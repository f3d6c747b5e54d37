"""Attainment drives on the desk: setting up, filling in, the re-check by another unit, the ledger, league and map."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from chuangcheng.campaigns.models import Drive, DriveGap
from chuangcheng.tasks.models import Task
from tests.campaigns.conftest import TODAY
from tests.campaigns.drives import make_drive, place_of
from tests.campaigns.test_drive_imports import CHECKLIST, LINES, PLACES
from tests.campaigns.test_sub_actions import workbook
from tests.cases.play import picture
from tests.desk.test_campaigns import send, url

Sign = Callable[[str], Client]
FORM = {
    "title": "文明社区达标创建",
    "about": "以社区为单位",
    "subject_kind": "community",
    "from_on": TODAY,
    "until_on": TODAY + timedelta(days=60),
    "met_from": "90",
    "improve_from": "60",
    "fix_days": "30",
}
GOOD = {"i_A1": "yes", "i_A2": "yes", "i_B1": "4", "i_B2": "0", "words": ""}


def sheet(headers: list[str], *lines: list[Any]) -> SimpleUploadedFile:
    return SimpleUploadedFile("x.xlsx", workbook(*lines, headers=headers))


def test_set_up_by_hand(as_persona: Sign) -> None:
    office = as_persona("office")
    assert "还没有达标创建" in office.get(url("drives")).content.decode()
    send(office, url("drive_new"), 422, **{**FORM, "met_from": "50"})
    send(office, url("drive_new"), **FORM)
    row = Drive.objects.get()
    page = office.get(url("drive", row.pk)).content.decode()
    assert "还没有列入对象" in page and "还没有清单" in page
    assert as_persona("street").get(url("drive", row.pk)).status_code == 404
    send(office, url("drive_move", row.pk, "amend"), **{**FORM, "title": "达标"})
    send(office, url("drive_move", row.pk, "open"), 409)
    form = url("drive_import", row.pk, "checklist")
    tried = office.post(form, {"file": sheet(CHECKLIST, *LINES), "try": "1"}).content.decode()
    assert "试读通过" in tried and url("drive_template", "checklist") in tried
    assert office.post(form, {"file": sheet(CHECKLIST, *LINES), "import": "1"}).status_code == 200
    bad = office.post(form, {"file": sheet(CHECKLIST, [*LINES[0][:3], 999, "", "", "", ""]), "import": "1"})
    assert bad.status_code == 422 and "A1" in bad.content.decode()
    form = url("drive_import", row.pk, "places")
    assert (
        office.post(form, {"file": sheet(PLACES, ["990101001001", "", "城市管理局"]), "import": "1"}).status_code == 200
    )
    send(office, url("drive_move", row.pk, "enrol"))
    send(office, url("drive_move", row.pk, "open"))
    row.refresh_from_db()
    assert (row.state, row.title, row.places.count(), len(row.items)) == ("open", "达标", 3, 4)
    for name in ("checklist", "places"):
        assert office.get(url("drive_template", name)).content[:2] == b"PK"
    assert office.get(url("drive_template", "x")).status_code == 404
    assert office.get(url("drive_import", row.pk, "x")).status_code == 404
    assert office.get(url("drive_move", row.pk, "explode")).status_code == 404
    send(office, url("drive_move", row.pk, "close"))
    assert "已结束" in office.get(url("drives")).content.decode()


@pytest.fixture
def drive(personas: Any, noon: Any) -> Drive:
    return make_drive(personas["office"])


def test_from_weak_to_met(as_persona: Sign, drive: Drive, small_city: Any) -> None:
    unit, street, office = as_persona("community"), as_persona("street"), as_persona("office")
    place = place_of(drive)
    move = lambda name: url("drive_place_move", place.pk, name)  # noqa: E731
    assert "自评后不合格的项列在这里" in unit.get(url("drive_place", place.pk)).content.decode()
    send(unit, move("fill"), 422, **{**GOOD, "i_B1": ""})
    send(unit, move("fill"), **{**GOOD, "i_A1": "no", "i_A2": "no", "words": "正在建章立制"})
    page = unit.get(url("drive_place", place.pk)).content.decode()
    for words in ("薄弱", "离“需提升”还差", "楼道无堆放", "40.00", "正在建章立制", "投入 1", "不合格", "永安社区"):
        assert words in page, words
    first, second = DriveGap.objects.order_by("item")
    due = TODAY + timedelta(days=5)
    send(unit, url("gap_move", first.pk, "assign"), unit=small_city.units["street"].pk, due_on=due)
    send(unit, url("gap_move", first.pk, "assign"), 422, unit=small_city.units["street"].pk, due_on=date(2026, 1, 1))
    shot = SimpleUploadedFile("a.jpg", picture(), "image/jpeg")
    send(unit, url("gap_move", second.pk, "finish"), words="已清理", shots=shot)
    assert unit.get(url("gap_move", second.pk, "explode")).status_code == 404
    assert office.post(url("gap_move", first.pk, "task")).status_code == 302
    assert Task.objects.get().lead == small_city.units["street"]
    page = unit.get(url("drive_place", place.pk)).content.decode()
    photo = page.split(f"/drives/gaps/{second.pk}/photos/")[1].split('"')[0]
    address = f"/desk/drives/gaps/{second.pk}/photos/{photo}"
    assert unit.get(address).getvalue()[:2] == b"\xff\xd8"  # type: ignore[attr-defined]
    assert as_persona("street2").get(address).status_code == 404
    assert as_persona("street2").get(url("drive_place", place.pk)).status_code == 404
    send(unit, move("fill"), **GOOD)
    page = unit.get(url("drive_place", place.pk)).content.decode()
    assert "等待另一单位复核" in page
    place.refresh_from_db()
    shown = page.split(">清单</h2>")[1][:60]
    assert "100.00" in shown and place.points != 100, "the points are those of the answers that are shown"
    assert unit.get(move("confirm")).status_code == 200 and unit.post(move("confirm"), {"words": ""}).status_code == 422
    assert street.post(move("overturn"), {"failed": ["A1"], "words": ""}).status_code == 422
    send(street, move("overturn"), failed=["A1"], words="没有记录")
    place.refresh_from_db()
    assert (place.grade, place.failed) == ("improve", ["A1"])
    send(unit, move("fill"), **GOOD)
    assert unit.post(move("withdraw")).status_code == 302
    send(unit, move("fill"), **GOOD)
    send(street, move("confirm"), words="")
    place.refresh_from_db()
    assert (place.grade, place.state) == ("met", "graded")
    assert unit.get(move("explode")).status_code == 404
    page = office.get(url("drive_place", place.pk)).content.decode()
    assert "复核通过" in page and "复核不通过" in page and "没有记录" in page


def test_lists_league_and_map(as_persona: Sign, drive: Drive, django_assert_max_num_queries: Any) -> None:
    office, place = as_persona("office"), place_of(drive)
    send(as_persona("community"), url("drive_place_move", place.pk, "fill"), **{**GOOD, "i_A1": "no", "i_A2": "no"})

    def rows(query: str, name: str = "drive_places") -> list[str]:
        found = office.get(f"{url(name)}?{query}").context["listing"].rows
        return [row.code if name == "drive_places" else row.item for row in found]

    assert rows("grade=weak") == rows("q=永安") == rows("state=graded") == [place.code]
    assert len(rows(f"drive={drive.number}")) == 3 and len(rows("grade=none")) == len(rows("state=todo")) == 2
    assert rows("area=990100/990101/990101002/") == ["990101002001"] and rows("drive=DB-0&grade=met") == []
    assert rows("state=open", "drive_gaps") == rows(f"unit={place.unit_id}", "drive_gaps") == ["A1", "A2"]
    assert rows("late=yes", "drive_gaps") == []
    DriveGap.objects.filter(item="A2").update(due_on=date(2026, 9, 1))
    assert rows("late=yes", "drive_gaps") == rows(f"drive={drive.number}&late=yes", "drive_gaps") == ["A2"]
    with django_assert_max_num_queries(20):
        page = office.get(url("drive", drive.pk)).content.decode()
    for words in ("街道赛马", "河东街道", "等级趋势", "超期未整改", "0/3", "90 分以上"):
        assert words in page, words
    points = office.get(url("drive_map_content", drive.pk)).json()["points"]["features"]
    assert sorted(point["properties"]["tone"] for point in points) == ["blue", "blue", "red"]
    assert len(as_persona("street2").get(url("drive_map_content", drive.pk)).json()["points"]["features"]) == 1
    assert "0.0%" in office.get(url("drives")).content.decode()
    assert b"990101001001" in b"".join(office.get(url("drive_places") + "?export=csv"))  # type: ignore[arg-type]
    office.cookies["django_language"] = "en"
    for name in ("drives", "drive_places", "drive_gaps"):
        assert office.get(url(name)).status_code == 200
