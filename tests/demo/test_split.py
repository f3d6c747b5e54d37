"""The demo's decomposition on a small city: dates, templates, and nobody without a duty in the main edition."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from chuangcheng.demo import editions, split
from chuangcheng.demo.found import Cast
from chuangcheng.framework.actions import assign_by_role, load_sample, publish_edition
from chuangcheng.framework.coverage import coverage
from chuangcheng.framework.models import Duty, DutyBatch, DutyTemplate, Edition
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.people.models import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(personas: dict[str, Actor], noon: Any) -> Cast:
    for number in range(6):
        Unit.objects.create(code=f"ZD{number}", name=f"驻地{number}", short_name=f"驻地{number}", kind="outside")
    edition = publish_edition(actor=SYSTEM, edition=load_sample(actor=SYSTEM))
    assign_by_role(actor=SYSTEM, edition=edition)
    found = Cast(edition, named={"office": personas["office"]})
    editions.play(found)
    split.play(found)
    return found


def test_every_standard_has_one_lead_evidence_and_a_date(cast: Cast) -> None:
    data = coverage(cast.edition).as_json()
    assert data["standards"] == 155
    assert {name: data[name] for name in ("orphans", "double_leads", "without_evidence", "without_date", "idle",
                                          "retired", "territory_missing")} == {
        "orphans": 0, "double_leads": 0, "without_evidence": 0, "without_date": 0, "idle": 0, "retired": 0,
        "territory_missing": 0,
    }  # fmt: skip
    assert data["districts"] == 1
    days = set(cast.edition.standards.values_list("due_on", flat=True))
    assert days == {date(2026, 9, 15) + timedelta(days=n) for n in split.DUE_DAYS}


def test_the_minors_edition_has_its_duties_too(cast: Cast) -> None:
    minors = Edition.objects.get(code="MINORS-2026")
    data = coverage(minors).as_json()
    assert (data["standards"], data["orphans"], data["double_leads"], data["without_date"]) == (28, 0, 0, 0)
    assert data["territory_missing"] == 0
    assert Duty.objects.filter(standard__edition=minors, kind="territory").count() > 28
    draft = Edition.objects.get(code="SAMPLE-2027")
    assert not Duty.every.filter(standard__edition=draft).exists()  # a draft still


def test_templates_stand_and_their_changes_are_listed(cast: Cast) -> None:
    names = set(DutyTemplate.objects.filter(edition=cast.edition).values_list("name", flat=True))
    assert names == {name for name, *_rest in split.TEMPLATES}
    batches = DutyBatch.objects.filter(edition=cast.edition)
    assert {batch.how for batch in batches} == {"template", "give"}
    assert {batch.state for batch in batches} == {"applied"}
    given = batches.get(how="give")
    assert len(given.steps) == 6 * split.SUPPORTED
    assert {row[4] for row in given.steps} == {"done"}
