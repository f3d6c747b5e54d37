"""Told once, read by oneself, sunk where it is no news."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import CITIZEN, Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.notices import actions, selectors
from chuangcheng.notices.models import Delivery, Notice
from chuangcheng.people.models import Person

TEXT = Label("案件已派遣给您", "A case was dispatched to you")


def tell(names: tuple[str, ...] = ("street",), key: str = "outbox:1", **more: Any) -> int:
    persons = Person.objects.filter(username__in=names)
    return actions.notify(
        key=key, persons=persons, topic="case.dispatched", subject=("case", uuid4()), text=TEXT, **more
    )


def test_each_person_is_told_once(personas: dict[str, Actor], noon: object) -> None:
    assert tell(("street", "grid")) == 2
    assert tell(("street", "grid")) == 0
    assert tell(("street", "grid", "office")) == 1
    notice = selectors.visible_to(personas["street"]).get()
    assert notice.text == {"zh": TEXT.zh, "en": TEXT.en}
    assert notice.created_at == noon
    assert tell(("street",), key="outbox:2") == 1


def test_the_same_person_twice_in_one_call_is_one(personas: dict[str, Actor]) -> None:
    person = Person.objects.get(username="street")
    told = actions.notify(key="k", persons=[person, person], topic="t", subject=("case", uuid4()), text=TEXT)
    assert told == 1


def test_nobody_to_tell_costs_nothing(personas: dict[str, Actor]) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert actions.notify(key="k", persons=[], topic="t", subject=("case", uuid4()), text=TEXT) == 0
    assert len(queries) == 0


def test_many_are_told_in_few_queries(personas: dict[str, Actor]) -> None:
    persons = list(Person.objects.all())
    with CaptureQueriesContext(connection) as queries:
        assert actions.notify(key="k", persons=persons, topic="t", subject=("case", uuid4()), text=TEXT) == len(persons)
    assert len(queries) <= 8  # savepoint, look, write, release; what is set up (each two seconds)


def test_a_key_that_does_not_fit_is_refused(personas: dict[str, Actor]) -> None:
    with pytest.raises(Refused, match=r"notices\.long_key"):
        tell(key="k" * 81)
    assert tell(key="k" * 80) == 1


def test_inside_the_sink_nobody_is_told(personas: dict[str, Actor]) -> None:
    with actions.sink():
        with actions.sink():
            assert tell() == 0
        assert tell() == 0
    assert not Notice.objects.exists()
    assert tell() == 1


def test_the_sink_closes_after_an_error(personas: dict[str, Actor]) -> None:
    with pytest.raises(ValueError, match="stop"), actions.sink():
        raise ValueError("stop")
    assert tell() == 1


def test_everybody_reads_the_own_notices_only(personas: dict[str, Actor]) -> None:
    tell(("street", "grid"))
    mine = selectors.visible_to(personas["street"]).get()
    assert selectors.unread_count(personas["street"]) == 1
    assert selectors.unread_count(personas["office"]) == 0
    assert selectors.unread_count(CITIZEN) == 0
    for other in (personas["grid"], personas["office"], CITIZEN):
        with pytest.raises(Refused, match=r"common\.not_found"):
            actions.mark_read(actor=other, notice_id=mine.pk)
    with clock.at(mine.created_at):
        read = actions.mark_read(actor=personas["street"], notice_id=mine.pk)
    assert read.read_at == mine.created_at
    assert actions.mark_read(actor=personas["street"], notice_id=mine.pk).read_at == read.read_at
    assert selectors.unread_count(personas["street"]) == 0
    assert selectors.unread_count(personas["grid"]) == 1


def test_all_can_be_marked_as_read(personas: dict[str, Actor]) -> None:
    for number in range(3):
        tell(("street", "grid"), key=f"k{number}")
    assert actions.mark_all_read(actor=personas["street"]) == 3
    assert actions.mark_all_read(actor=personas["street"]) == 0
    assert actions.mark_all_read(actor=CITIZEN) == 0
    assert selectors.unread_count(personas["grid"]) == 3


def test_an_unknown_notice_is_not_found(personas: dict[str, Actor]) -> None:
    with pytest.raises(Refused, match=r"common\.not_found"):
        selectors.get_notice_for(personas["street"], UUID(int=1))


def test_the_newest_stand_first_and_the_badge_counts_to_a_hundred(personas: dict[str, Actor], noon: Any) -> None:
    from datetime import timedelta

    for number in range(102):
        with clock.at(noon + timedelta(minutes=number)):
            tell(key=f"k{number:03d}")
    assert selectors.unread_count(personas["street"]) == 100
    keys = [notice.key[:4] for notice in selectors.visible_to(personas["street"])[:2]]
    assert keys == ["k101", "k100"]


def test_without_mail_there_is_no_delivery(personas: dict[str, Actor]) -> None:
    Person.objects.update(email="a@example.org")
    tell()
    assert not Delivery.objects.exists()
    assert actions.deliver_pending() == 0
