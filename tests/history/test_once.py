"""A row whose id its sender chose: sent twice, written once, with all or nothing of what belongs to it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError

from chuangcheng.history.once import once
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.meetings.models import Invitation, Meeting
from tests.conftest import NOON, City

pytestmark = pytest.mark.django_db


def meeting(city: City, **values: object) -> Meeting:
    given = {"id": new_id(), "number": "HY20260915-000001", "body_digest": "a" * 64, "kind": "plenary", "title": "例会"}
    return Meeting(**{**given, "unit": city.units["office"], "starts_at": NOON, "created_at": NOON, **values})


def test_the_same_again_is_the_stored_row(small_city: City) -> None:
    first = meeting(small_city)
    assert once(first, lambda: first.save(force_insert=True)) == (first, True)
    for number in ("HY20260915-000001", "HY20260915-000002"):  # each sending takes a number of its own
        again = meeting(small_city, id=first.pk, number=number, title="别的")
        stored, new = once(again, lambda row=again: row.save(force_insert=True))
        assert (stored.pk, stored.title, new) == (first.pk, "例会", False)
    other = meeting(small_city, id=first.pk, body_digest="b" * 64)
    with pytest.raises(Refused) as refused:
        once(other, lambda: other.save(force_insert=True))
    assert refused.value.code == "common.different_body" and Meeting.objects.count() == 1


def test_what_else_goes_wrong_is_told_and_nothing_stays(small_city: City) -> None:
    first, second = meeting(small_city), meeting(small_city, starts_at=NOON + timedelta(days=1))
    once(first, lambda: first.save(force_insert=True))
    with pytest.raises(IntegrityError):  # the number of another row: no answer for the sender's id
        once(second, lambda: second.save(force_insert=True))
    third = meeting(small_city, number="HY20260915-000003")

    def write() -> None:
        third.save(force_insert=True)
        Invitation.objects.create(meeting=third, unit=small_city.units["street"])
        raise Refused("common.invalid")

    with pytest.raises(Refused):
        once(third, write)
    assert not Meeting.objects.filter(pk=third.pk).exists() and not Invitation.objects.exists()
