"""Coverage over the database, evidence and dates of standards, and frameworks of real sizes split to units."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from chuangcheng.framework import flat, workbook
from chuangcheng.framework.actions import assign_by_role, assign_duty, load_edition, publish_edition
from chuangcheng.framework.carrying import carry_forward
from chuangcheng.framework.columns import EVIDENCE
from chuangcheng.framework.coverage import coverage
from chuangcheng.framework.documents import dump_edition, normalise
from chuangcheng.framework.models import Duty, Edition, Evidence, Standard
from chuangcheng.framework.planning import plan_standards
from chuangcheng.framework.uploads import load_file, read_file
from chuangcheng.history.models import Event
from chuangcheng.history.verify import verify
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people.models import Unit
from tests.framework import shapes
from tests.framework.editions import small
from tests.framework.test_carrying import first, second

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition(small_city: Any) -> Edition:
    return load_edition(actor=SYSTEM, document=small())


def test_a_fresh_edition_lacks_everything(edition: Edition, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(4):
        data = coverage(edition).as_json()
    assert (data["standards"], data["units"], data["districts"], data["duties"]) == (3, 0, 0, 0)
    assert (data["orphans"], data["orphans_rows"]) == (3, ["F-1-1-1", "F-1-1-2", "F-2-1-1"])
    assert (data["without_evidence"], data["without_date"]) == (0, 3)
    assert data["idle_rows"] == ["U-990101", "U-CGJ", "U-990101001", "U-990101002"]
    assert data["territory_missing"] == 3
    assert json.loads(json.dumps(data)) == data
    assert not coverage(edition).is_sound


def test_split_by_role_nothing_is_an_orphan(edition: Edition, small_city: Any, noon: Any) -> None:
    assign_by_role(actor=SYSTEM, edition=edition)
    survey = coverage(edition)
    data = survey.as_json()
    assert (data["orphans"], data["double_leads"], data["units"], data["districts"]) == (0, 0, 3, 0)
    assert survey.is_sound
    assert float(sum(load.points for load in survey.found.loads)) == pytest.approx(100)
    department, street = small_city.units["department"], small_city.units["street"]
    assign_duty(actor=SYSTEM, standard=edition.standards.get(code="F-2-1-1"), unit=street, kind="lead")
    Unit.objects.filter(pk=department.pk).update(valid_to=date(2026, 9, 14))
    data = coverage(edition).as_json()
    assert data["double_leads_rows"] == [{"standard": "F-2-1-1", "units": ["U-CGJ", "U-990101001"]}]
    assert data["retired_rows"] == [{"unit": "U-CGJ", "duties": 3}]
    Unit.objects.filter(pk=department.pk).update(valid_to=date(2026, 9, 15))  # its last day
    assert coverage(edition).as_json()["retired"] == 0


def test_peers_of_one_role_support_the_first_and_a_lead_stays_alone(edition: Edition, small_city: Any) -> None:
    Unit.objects.create(code="U-CGJ2", name="二局", short_name="二局", kind="department", official_order=21,
                        role_code="urban_management")  # fmt: skip
    one = edition.standards.get(code="F-1-1-1")
    assign_duty(actor=SYSTEM, standard=one, unit=small_city.units["street2"], kind="lead")
    assign_by_role(actor=SYSTEM, edition=edition)
    held = {(d.standard.code, d.unit.code): d.kind for d in Duty.objects.select_related("standard", "unit")}
    assert held["F-1-1-1", "U-990101002"] == "lead"
    assert ("F-1-1-1", "U-CGJ") not in held
    assert (held["F-1-1-2", "U-CGJ"], held["F-1-1-2", "U-CGJ2"]) == ("lead", "support")
    assert coverage(edition).is_sound
    assert assign_by_role(actor=SYSTEM, edition=edition) == 0


# --- evidence and dates


def test_the_words_of_evidence_are_one_list() -> None:
    assert tuple(Evidence.values) == EVIDENCE


@pytest.mark.parametrize(
    ("text", "day"),
    [("2026-12-31", "2026-12-31"), ("2026/3/5", "2026-03-05"), ("2026年3月5日", "2026-03-05"),
     ("2026.3.5", "2026-03-05"), ("2026-03-05 00:00:00", "2026-03-05"), ("", "")],
)  # fmt: skip
def test_dates_are_read_as_offices_write_them(text: str, day: str) -> None:
    document = small()
    document["frameworks"][0]["projects"][0]["contents"][0]["standards"][0]["due_on"] = text
    read = normalise(document)["frameworks"][0]["projects"][0]["contents"][0]["standards"][0]
    assert read["due_on"] == day


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [("due_on", "年底", "not_date"), ("due_on", "2026-13-01", "not_date"), ("due_on", "46000", "not_date"),
     ("evidence", ["video"], "unknown_choice")],
)  # fmt: skip
def test_mistakes_are_named_by_row(name: str, value: object, code: str) -> None:
    document = small()
    document["frameworks"][0]["projects"][0]["contents"][0]["standards"][1][name] = value
    with pytest.raises(Refused, match=r"framework\.invalid") as refused:
        normalise(document)
    header = "完成时限" if name == "due_on" else "佐证类型"
    assert [(p.field, p.code, p.row) for p in refused.value.fields] == [(f"测评标准.{header}", code, 6)]


def test_both_go_out_and_come_in_without_loss(edition: Edition, tmp_path: Path) -> None:
    keys = list(edition.standards.values_list("pk", flat=True))
    assert plan_standards(actor=SYSTEM, edition=edition, standards=keys, evidence=["report", "picture", "report"]) == 3
    assert plan_standards(actor=SYSTEM, edition=edition, standards=keys[:2], due_on=date(2026, 11, 30)) == 2
    workbook.write_workbook(edition, tmp_path / "out.xlsx")
    again = workbook.read_workbook(tmp_path / "out.xlsx")
    assert again == dump_edition(edition)
    rows = [row for row in flat.flatten(again)["nodes"] if row.values["level"] == "标准"]
    assert [(row.values["evidence"], row.values["due_on"]) for row in rows] == [
        (["report", "picture"], "2026-11-30"), (["report", "picture"], "2026-11-30"), (["report", "picture"], ""),
    ]  # fmt: skip


def test_a_published_edition_is_planned_and_still_the_same_text(edition: Edition, personas: dict[str, Actor]) -> None:
    publish_edition(actor=SYSTEM, edition=edition)
    keys = list(edition.standards.values_list("pk", flat=True))
    office = personas["office"]
    assert plan_standards(actor=office, edition=edition, standards=keys, evidence=[], due_on=date(2026, 12, 1)) == 3
    assert plan_standards(actor=office, edition=edition, standards=keys, evidence=[], due_on=date(2026, 12, 1)) == 0
    event = Event.objects.get(action="edition.planned")
    assert event.after == {
        "standards": ["F-1-1-1", "F-1-1-2", "F-2-1-1"], "evidence": [], "due_on": "2026-12-01",
    }  # fmt: skip
    assert load_edition(actor=SYSTEM, document=small()).pk == edition.pk  # the file says the same text
    changed = small()
    changed["frameworks"][0]["zh"] = "另一体系"
    with pytest.raises(Refused, match=r"framework\.not_draft"):
        load_edition(actor=SYSTEM, document=changed)
    assert coverage(edition).as_json()["without_date"] == 0


def test_a_draft_takes_over_what_a_file_plans(edition: Edition) -> None:
    document = small()
    document["frameworks"][0]["projects"][0]["contents"][0]["standards"][0]["due_on"] = "2026-10-01"
    load_edition(actor=SYSTEM, document=document)
    assert Standard.objects.get(code="F-1-1-1").due_on == date(2026, 10, 1)


def test_planning_is_refused(edition: Edition, personas: dict[str, Actor]) -> None:
    keys = list(edition.standards.values_list("pk", flat=True))
    for role in ("leader", "district", "department", "street", "inspector", "auditor"):
        with pytest.raises(Refused, match=r"common\.not_allowed"):
            plan_standards(actor=personas[role], edition=edition, standards=keys, evidence=["site"])
    with pytest.raises(Refused, match=r"framework\.unknown_evidence"):
        plan_standards(actor=SYSTEM, edition=edition, standards=keys, evidence=["video"])
    with pytest.raises(Refused, match=r"framework\.unknown_standard"):
        plan_standards(actor=SYSTEM, edition=edition, standards=[edition.pk], evidence=["site"])
    Edition.objects.filter(pk=edition.pk).update(state="frozen")
    with pytest.raises(Refused, match=r"framework\.frozen"):
        plan_standards(actor=SYSTEM, edition=edition, standards=keys, evidence=["site"])
    assert not Event.objects.filter(action="edition.planned").exists()


def test_heirs_take_over_the_kinds_of_evidence(small_city: Any) -> None:
    old = load_edition(actor=SYSTEM, document=first())
    after = second()
    for project in after["frameworks"][0]["projects"]:
        for row in project["contents"][0]["standards"]:
            row["evidence"] = []
    new = load_edition(actor=SYSTEM, document=after)
    assert carry_forward(actor=SYSTEM, old=old, new=new).rows["evidence"] == 2
    assert [row.evidence for row in new.standards.order_by("order")][:2] == [["site"], ["site"]]


# --- ended duties


def test_an_ended_duty_is_out_of_sight_and_its_chain_is_sound(edition: Edition, small_city: Any, tmp_path: Any) -> None:
    unit = small_city.units["department"]
    duty = assign_duty(actor=SYSTEM, standard=edition.standards.get(code="F-1-1-1"), unit=unit, kind="lead")
    Duty.objects.filter(pk=duty.pk).update(ended_at=clock.now())
    assert not Duty.objects.exists()
    assert not unit.duties.exists()
    assert Duty.every.get() == duty
    assert verify(tmp_path) == []
    with pytest.raises(Refused, match=r"framework\.has_duties"):  # its history would point at nothing
        load_edition(actor=SYSTEM, document={**small(), "version": "2"})


# --- frameworks of real sizes


@pytest.mark.parametrize("shape", ["two", "flat"])
def test_frameworks_of_real_sizes_load_and_split(small_city: Any, tmp_path: Path, shape: str) -> None:
    """12/88/180 is the sum of two frameworks, 4/45/252 is one; each is split with no orphan, no double lead."""
    path = tmp_path / f"{shape}.xlsx"
    if shape == "two":
        shapes.two(path, shapes.system(8, 60, 125), shapes.system(4, 28, 55, seed=2))
        sizes = (12, 88, 180)
    else:
        shapes.flat(path, shapes.system(4, 45, 252))
        sizes = (4, 45, 252)
    edition = load_file(actor=SYSTEM, shaped=read_file(path, path.name, code="REAL", missing="equal", sums="scale"))
    nodes = [edition.nodes.filter(kind=kind).count() for kind in ("project", "content")]
    assert (*nodes, edition.standards.count()) == sizes
    assign_by_role(actor=SYSTEM, edition=edition)
    survey = coverage(edition)
    assert (survey.found.standards, survey.found.orphans, survey.found.double_leads) == (sizes[2], [], [])
    assert float(sum(load.points for load in survey.found.loads)) == pytest.approx(100)
    assert survey.found.duties > sizes[2]
