"""What of two photos nearly the same is suspicious: every pair of owners and roles."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from chuangcheng.cases.models import AlarmKind, Case
from chuangcheng.cases.suspicion import kind_of, owner_of, unit_of
from chuangcheng.kernel import clock
from chuangcheng.photos.models import Photo
from tests.cases.play import LITTER

if TYPE_CHECKING:
    from tests.cases.play import Play

pytestmark = pytest.mark.django_db


def photo(kind: str, owner: object, role: str, *, age: timedelta = timedelta()) -> Photo:
    """A stored photo, in memory."""
    then = clock.now() - age
    return Photo(owner_kind=kind, owner_id=owner, role=role, declared_at=then, stored_at=then)


def judged(mine: Photo, theirs: Photo) -> AlarmKind | None:
    return kind_of(mine, owner_of(mine), theirs, owner_of(theirs))


@pytest.mark.parametrize(
    ("role", "other", "same", "kind"),
    [
        ("after", "after", False, AlarmKind.AFTER_TWICE),
        ("after", "before", False, AlarmKind.REUSED),
        ("after", "near", False, AlarmKind.REUSED),
        ("after", "before", True, AlarmKind.BEFORE_AS_AFTER),
        ("after", "evidence", True, AlarmKind.BEFORE_AS_AFTER),
        ("after", "after", True, None),
        ("before", "after", True, None),
        ("before", "before", True, None),
        ("before", "before", False, None),
    ],
)
def test_two_photos_of_cases_from_one_hour(
    play: Play, role: str, other: str, same: bool, kind: AlarmKind | None
) -> None:
    case = play.handling()
    owner = case.pk if same else play.handling().pk
    assert judged(photo("case", case.pk, role), photo("case", owner, other)) == kind


@pytest.mark.parametrize(("hours", "kind"), [(1, None), (23, None), (25, AlarmKind.REUSED)])
def test_an_old_photo_of_the_trouble_of_another_report(play: Play, hours: int, kind: AlarmKind | None) -> None:
    one, two = play.report(), play.report()
    old = photo("report", one.pk, "near", age=timedelta(hours=hours))
    assert judged(photo("report", two.pk, "near"), old) == kind
    assert judged(photo("report", one.pk, "far"), old) is None  # one report may hold the same scene twice


def test_reports_of_one_case_share_its_photos(play: Play) -> None:
    from chuangcheng.cases import actions

    one, two = play.report(), play.report()
    case = actions.file_report(actor=play.by["office"], report_id=one.pk, category_code=LITTER)
    actions.link_report(actor=play.by["office"], report_id=two.pk, case_id=case.pk)
    old = photo("report", one.pk, "near", age=timedelta(days=3))
    assert judged(photo("report", two.pk, "near"), old) is None
    assert judged(photo("case", case.pk, "after"), old) == AlarmKind.BEFORE_AS_AFTER


def test_the_check_that_opened_a_case_belongs_to_it(play: Play) -> None:
    check, case = uuid4(), play.handling()
    Case.objects.filter(pk=case.pk).update(origin_kind="check", origin_id=check)
    assert owner_of(photo("check", check, "evidence"))[0] == case
    assert judged(photo("case", case.pk, "after"), photo("check", check, "evidence")) == AlarmKind.BEFORE_AS_AFTER


def test_a_check_photographed_long_ago(play: Play) -> None:
    mine, theirs = photo("check", uuid4(), "evidence"), photo("check", uuid4(), "evidence", age=timedelta(days=40))
    assert judged(mine, theirs) == AlarmKind.REUSED
    assert owner_of(mine) == (None, None)


def test_whose_work_it_should_prove(play: Play) -> None:
    held, handled = play.handling(), play.handled()
    assert unit_of(photo("case", held.pk, "after"), held) == play.unit("street")
    assert unit_of(photo("case", handled.pk, "after"), handled) == play.unit("street")
    assert unit_of(photo("case", held.pk, "before"), held) is None
    assert unit_of(photo("report", uuid4(), "near"), None) is None
