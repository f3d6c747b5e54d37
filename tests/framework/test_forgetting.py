"""Names of people in plans and imported tables go in time; duties and their history stay."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chuangcheng.framework import matrix
from chuangcheng.framework.actions import freeze_edition, load_edition, publish_edition
from chuangcheng.framework.effects import forget_names, sweep_names
from chuangcheng.framework.models import Duty, DutyBatch, Edition, NamedDuty, Upload
from chuangcheng.framework.named import Written, settle_named, take_named
from chuangcheng.history.models import Event
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from tests.framework.editions import small

pytestmark = pytest.mark.django_db
WRITTEN = [Written("F-1-1-1", "lead", "城市管理局", "张三"), Written("F-1-1-1", "support", "无名局", "李四")]


@pytest.fixture
def edition(small_city: Any, noon: Any) -> Edition:
    edition = load_edition(actor=SYSTEM, document=small())
    take_named(actor=SYSTEM, edition=edition, written=WRITTEN)
    return edition


def persons() -> list[str]:
    return sorted(NamedDuty.objects.values_list("person", flat=True))


def test_names_and_plans_go_after_the_days_of_the_setting(
    edition: Edition, small_city: Any, personas: dict[str, Actor], settings: Any
) -> None:
    standard, unit = edition.standards.get(code="F-1-1-1"), small_city.units["street"]
    given = {"actor": personas["office"], "edition": edition, "standard_id": standard.pk, "unit_id": unit.pk}
    batch = matrix.set_duty(**given, was="", to="territory")
    Upload.objects.create(name="本市.xlsx", grids=[["张三"]], made_at=clock.now())
    days, events = settings.CITY.names_days, Event.objects.count()
    with clock.at(clock.now() + timedelta(days=days - 1)):
        forget_names()
        later = matrix.set_duty(**given, was="territory", to="support")
    assert persons() == ["张三", "李四"] and DutyBatch.objects.count() == 2 and Upload.objects.count() == 1
    with clock.at(clock.now() + timedelta(days=days)):
        forget_names()
        assert persons() == ["", ""]
        assert list(DutyBatch.objects.values_list("pk", flat=True)) == [later.pk]
        assert not Upload.objects.exists()
        with pytest.raises(Refused, match=r"common\.not_found"):
            matrix.undo_batch(actor=SYSTEM, batch_id=batch.pk)
        assert Duty.objects.get().kind == "support"
        assert Event.objects.count() == events + 1, "only the change in between"
        matrix.undo_batch(actor=SYSTEM, batch_id=later.pk)
        assert Duty.objects.get().kind == "territory"
        assert settle_named(actor=SYSTEM, edition=edition) == 1, "the unit's name still becomes a duty"
        assert Duty.objects.get(kind="lead").person is None


def test_of_an_edition_that_changes_no_more_at_once(edition: Edition) -> None:
    assert sweep_names(made_before=clock.now() - timedelta(days=1)) == {"uploads": 0, "batches": 0, "names": 0}
    publish_edition(actor=SYSTEM, edition=edition)
    assert persons() == ["", "李四"], "one has become a duty, the other waits for its unit"
    assert sweep_names(made_before=clock.now() - timedelta(days=1))["names"] == 0
    freeze_edition(actor=SYSTEM, edition=edition)
    assert sweep_names(made_before=clock.now() - timedelta(days=1)) == {"uploads": 0, "batches": 0, "names": 1}
    assert persons() == ["", ""] and NamedDuty.objects.filter(name="无名局").exists()
    assert sweep_names(made_before=clock.now())["names"] == 0, "twice is once"
