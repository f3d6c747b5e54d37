"""Publishing an edition and breaking it down to units."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from chuangcheng.framework import selectors
from chuangcheng.framework.actions import assign_by_role, assign_duty, load_edition, load_sample, publish_edition
from chuangcheng.framework.models import Duty, DutyKind, Edition
from chuangcheng.history.models import Event, Outbox
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people.models import Unit
from tests.framework.editions import small

OTHERS = ["leader", "subcommand", "district", "department", "street", "community", "grid", "inspector", "auditor"]


def second() -> dict[str, Any]:
    return {**small(), "code": "TEST-2", "name_zh": "第二版"}


@pytest.fixture
def edition(db: None) -> Edition:
    return load_edition(actor=SYSTEM, document=small())


def test_nothing_is_current_before_publication(edition: Edition) -> None:
    assert selectors.current_edition() is None


def test_publication_freezes_the_one_before(edition: Edition, personas: dict[str, Actor]) -> None:
    office = personas["office"]
    publish_edition(actor=office, edition=edition)
    assert selectors.current_edition() == edition
    other = load_edition(actor=office, document=second())
    publish_edition(actor=office, edition=other)
    edition.refresh_from_db()
    assert (edition.state, selectors.current_edition()) == ("frozen", other)
    actions = [event.action for event in Event.objects.filter(subject_id=edition.pk).order_by("seq")]
    assert actions == ["edition.loaded", "edition.published", "edition.frozen"]
    assert Event.objects.get(subject_id=other.pk, action="edition.published").after == {"state": "published"}
    assert Outbox.objects.filter(topic="edition.published").count() == 2


def test_publishing_twice_changes_nothing(edition: Edition) -> None:
    publish_edition(actor=SYSTEM, edition=edition)
    before = Event.objects.count()
    assert publish_edition(actor=SYSTEM, edition=edition).state == "published"
    assert Event.objects.count() == before


def test_a_frozen_edition_stays_frozen(edition: Edition, small_city: Any) -> None:
    publish_edition(actor=SYSTEM, edition=edition)
    publish_edition(actor=SYSTEM, edition=load_edition(actor=SYSTEM, document=second()))
    standard = edition.standards.select_related("edition").first()
    assert standard is not None
    edition.refresh_from_db()
    for refused in (
        lambda: publish_edition(actor=SYSTEM, edition=edition),
        lambda: assign_by_role(actor=SYSTEM, edition=edition),
        lambda: assign_duty(actor=SYSTEM, standard=standard, unit=small_city.units["street"], kind="lead"),
    ):
        with pytest.raises(Refused, match=r"framework\.frozen"):
            refused()


def test_the_database_allows_one_published_edition(edition: Edition) -> None:
    publish_edition(actor=SYSTEM, edition=edition)
    other = load_edition(actor=SYSTEM, document=second())
    with pytest.raises(IntegrityError), transaction.atomic():
        Edition.objects.filter(pk=other.pk).update(state="published")


@pytest.mark.parametrize("role", OTHERS)
def test_only_the_office_publishes_and_assigns(edition: Edition, personas: dict[str, Actor], role: str) -> None:
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        publish_edition(actor=personas[role], edition=edition)
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        assign_by_role(actor=personas[role], edition=edition)


def test_a_duty_is_given_once_and_can_change_its_person(
    edition: Edition, personas: dict[str, Actor], small_city: Any
) -> None:
    from chuangcheng.people.models import Person

    standard, unit = edition.standards.first(), small_city.units["department"]
    person = Person.objects.get(pk=personas["department"].person_id)
    first = assign_duty(actor=personas["office"], standard=standard, unit=unit, kind="lead")
    again = assign_duty(actor=personas["office"], standard=standard, unit=unit, kind="lead")
    changed = assign_duty(actor=personas["office"], standard=standard, unit=unit, kind="lead", person=person)
    assert first == again == changed
    assert Duty.objects.get().person == person
    assert [e.action for e in Event.objects.filter(subject_id=first.pk).order_by("seq")] == [
        "duty.assigned", "duty.changed",
    ]  # fmt: skip
    assert selectors.lead_units(standard) == [unit]


def test_an_unknown_kind_of_duty_is_refused(edition: Edition, personas: dict[str, Actor], small_city: Any) -> None:
    with pytest.raises(Refused, match=r"framework\.unknown_duty"):
        assign_duty(
            actor=personas["office"], standard=edition.standards.first(), unit=small_city.units["street"], kind="owner"
        )


def test_by_role_the_role_leads_and_streets_answer_for_their_ground(edition: Edition, small_city: Any) -> None:
    added = assign_by_role(actor=SYSTEM, edition=edition)
    standard = selectors.standard_by_code(edition, "F-1-1-1")
    assert standard is not None
    duties = [(duty.kind, duty.unit.code) for duty in selectors.duties_of(standard)]
    assert duties == [("lead", "U-CGJ"), ("territory", "U-990101001"), ("territory", "U-990101002")]
    assert added == Duty.objects.count() == 9
    assert Event.objects.filter(action="duty.assigned").count() == 9


def test_by_role_is_idempotent_and_fills_only_gaps(edition: Edition, small_city: Any) -> None:
    assert assign_by_role(actor=SYSTEM, edition=edition) == 9
    assert assign_by_role(actor=SYSTEM, edition=edition) == 0
    Unit.objects.create(
        code="U-990101003", name="新街道", short_name="新街道", kind="street", division=small_city.district
    )
    assert assign_by_role(actor=SYSTEM, edition=edition) == 3


def test_the_office_answers_for_what_nobody_holds(edition: Edition, small_city: Any) -> None:
    Unit.objects.filter(role_code="urban_management").update(role_code="")
    assign_by_role(actor=SYSTEM, edition=edition)
    leads = {duty.unit.code for duty in Duty.objects.filter(kind=DutyKind.LEAD).select_related("unit")}
    assert leads == {"U-CCB"}


def test_without_an_office_nothing_is_assigned(edition: Edition) -> None:
    with pytest.raises(Refused, match=r"framework\.no_office"):
        assign_by_role(actor=SYSTEM, edition=edition)
    assert not Duty.objects.exists()


def test_a_whole_city_is_assigned_in_few_queries(small_city: Any) -> None:
    Unit.objects.bulk_create(
        Unit(code=f"S{number}", name=f"街道{number}", short_name=f"街道{number}", kind="street") for number in range(25)
    )
    edition = load_sample(actor=SYSTEM)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        added = assign_by_role(actor=SYSTEM, edition=edition)
    assert added > 155 + 70 * 25
    assert len(queries) < 80  # SQLite takes about a hundred rows a statement
    assert all(selectors.lead_units(standard) for standard in edition.standards.all()[:20])
