"""Which facts make which standards old: through the outbox, idempotent, and back to a right score."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from uuid import uuid4

import pytest

from chuangcheng.framework.models import Edition
from chuangcheng.history import duties, outbox, projections, sweep, versions
from chuangcheng.kernel import clock
from chuangcheng.scoring import effects, projector
from chuangcheng.scoring.models import Dirty, Score
from tests.scoring.world import NOW, World


def happen(topic: str, kind: str, subject_id: object) -> set[str]:
    """Run our effects of a fresh outbox row, twice; the codes of the standards that are marked then."""
    Dirty.objects.all().delete()
    with clock.at(NOW):
        row = outbox.emit(topic, (kind, subject_id))
        for _ in range(2):
            for name, effect in outbox.effects_of(topic).items():
                if name.startswith("scoring."):
                    effect(row)
    ids = Dirty.objects.values_list("standard_id", flat=True)
    assert len(ids) == len(set(ids))
    from chuangcheng.framework.models import Standard

    return set(Standard.objects.filter(pk__in=ids).values_list("code", flat=True))


CASE_TOPICS = (
    "case.filed", "case.dispatched", "case.returned", "case.handled", "case.reworked", "case.verified", "case.closed",
    "case.extended", "case.suspended", "case.resumed", "case.reopened", "case.voided",
)  # fmt: skip


def test_a_visit_marks_what_its_kind_is_looked_at_for(world: World) -> None:
    world.site("M1")
    visit = world.visit("M1", {"I1": "A"})
    assert happen("visit.finished", "visit", visit.pk) == {"S1", "S2"}


@pytest.mark.parametrize("topic", CASE_TOPICS)
def test_a_case_marks_its_own_standard_and_those_of_its_check(world: World, topic: str) -> None:
    world.site("M1")
    visit = world.visit("M1", {"I3": "C#"})
    case = world.case(check=visit.checks.get(), standard=world.standards["S3"])
    assert happen(topic, "case", case.pk) == {"S2", "S3"}


def test_a_case_without_standard_marks_the_heaviest_of_its_category(world: World) -> None:
    assert happen("case.filed", "case", world.case(category=world.categories["06010"]).pk) == {"S1"}
    assert happen("case.filed", "case", world.case().pk) == set()


def test_a_reading_marks_the_standard_of_its_indicator(world: World) -> None:
    indicator = world.indicator("GREEN", "S3", {"kind": "threshold", "target": "41"})
    reading = world.reading("GREEN", "40")
    assert happen("reading.recorded", "reading", reading.pk) == {"S3"}
    assert happen("reading.recorded", "indicator", indicator.pk) == {"S3"}


def test_a_new_edition_is_scored_whole(world: World) -> None:
    assert happen("edition.published", "edition", world.edition.pk) == {"S1", "S2", "S3"}


@pytest.mark.parametrize(
    ("topic", "kind"),
    [
        ("visit.finished", "visit"),
        ("case.closed", "case"),
        ("reading.recorded", "reading"),
        ("edition.published", "edition"),
    ],
)
def test_a_subject_that_is_gone_marks_nothing(world: World, topic: str, kind: str) -> None:
    assert happen(topic, kind, uuid4()) == set()


def test_without_a_published_edition_nothing_is_marked(world: World) -> None:
    world.site("M1")
    visit = world.visit("M1", {"I1": "A"})
    Edition.objects.update(state="draft")
    versions.forget()
    assert happen("visit.finished", "visit", visit.pk) == set()
    assert happen("case.filed", "case", world.case().pk) == set()


def test_from_the_fact_to_the_score_through_the_sweep(world: World) -> None:
    world.site("M1")
    visit = world.visit("M1", {"I1": "A", "I3": "C#"})
    with clock.at(NOW):
        outbox.emit("visit.finished", ("visit", visit.pk))
        sweep.drain()
        projector.project()
    assert world.share("S2") == 0
    case = world.case(check=visit.checks.get(item__code="I3"), state="closed", outcome="fixed")
    with clock.at(NOW + timedelta(minutes=1)):
        outbox.emit("case.closed", ("case", case.pk))
        sweep.drain()
        projector.project()
    assert world.share("S2") == 1
    assert world.score("S2").basis["found"] == "0"
    assert world.share("S1") == Fraction(1)


def test_the_projector_is_a_duty_of_the_worker(world: World) -> None:
    duty = duties.registered()["scoring.project"]
    assert duty.needed is not None
    assert not duty.needed()
    projector.mark_codes(["S1"])
    assert duty.needed()
    duty.work()
    assert not duty.needed()
    assert duties.registered()["scoring.refresh"].work is projector.refresh


def test_scores_are_a_declared_projection(world: World) -> None:
    declared = projections.registered()["scores"]
    world.site("M1")
    world.visit("M1", {"I1": "A"})
    with clock.at(NOW):
        assert declared.rebuild() == Score.objects.count() == 4  # city, district, street, unit
        assert list(declared.check()) == []
    assert effects.register is projections.register
