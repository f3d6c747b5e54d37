"""What is compiled once writes and reads the very rows that Django's own save and querysets do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, models, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from chuangcheng.history import prepared
from chuangcheng.history.models import Event, Outbox, Series
from chuangcheng.history.prepared import Given, Read, key
from chuangcheng.people.models import Post, Unit
from chuangcheng.places.models import Division

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 14, 2, 30, 15, 123456, tzinfo=UTC)

_unit = Read(lambda: Unit.objects.filter(pk=key("pk")))
_with_parent = Read(lambda: Unit.objects.select_related("parent").filter(pk=Given("pk", Unit._meta.pk)))
_children = Read(
    lambda: (
        Unit.objects.filter(parent=Given("parent", Unit._meta.pk), kind="street")
        .order_by("-code")
        .values_list("code", "official_order", "pk")
    )
)
_codes = Read(
    lambda: Unit.objects.filter(parent=Given("parent", Unit._meta.pk)).order_by("code").values_list("code", flat=True)
)
_locked = Read(lambda: Unit.objects.select_for_update().filter(pk=Given("pk", Unit._meta.pk)))
_due = Read(
    lambda: Outbox.objects.filter(due_at__gte=Given("since", Outbox._meta.get_field("due_at"))).order_by("id")[:2]
)
_counted = Read(lambda: Unit.objects.filter(pk=Given("pk", Unit._meta.pk)).annotate(below=models.Count("children")))


def outbox_row(**values: Any) -> Outbox:
    row = {
        "topic": "a.b", "subject_kind": "case", "subject_id": uuid4(), "payload": {"字": [1, None, "x"]},
        "created_at": NOW, "due_at": NOW,
    }  # fmt: skip
    return Outbox(**row | values)


def event(seq: int = 1, subject: UUID | None = None) -> Event:
    return Event(
        subject_kind="case", subject_id=subject or uuid4(), seq=seq, action="case.filed", actor_person=uuid4(),
        actor_label="市创建办", happened_at=NOW, recorded_at=NOW + timedelta(seconds=1), before={},
        after={"state": "filed", "nested": {"a": [1, 2.5, None, True]}}, reason="", digest="0" * 64,
    )  # fmt: skip


def unit(code: str, **values: Any) -> Unit:
    row = {"code": code, "name": f"{code}单位", "short_name": code, "kind": "street", "official_order": 3}
    return Unit(**row | values)


def values(row: models.Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def as_stored(row: models.Model) -> dict[str, Any]:
    return values(type(row)._default_manager.get(pk=row.pk))


@pytest.mark.parametrize(
    "make",
    [
        outbox_row,
        event,
        lambda: outbox_row(claimed_until=NOW, finished=["x"], done_at=NOW, attempts=3, error="a\n'b'%s"),
        lambda: Division(code="110000", name="市", level="city", path="110000/", boundary={"type": "Point"}, lon=1.5),
        lambda: unit("U1"),
    ],
)
def test_an_inserted_row_is_the_one_that_save_writes(make: Any) -> None:
    """The same values, read back from the database, whichever way it was written; a number or id of its own."""
    ours = make()
    prepared.insert(ours)
    assert ours.pk is not None and not ours._state.adding and ours._state.db == "default"
    assert as_stored(ours) == values(ours)
    theirs = type(ours)(**values(ours) | {ours._meta.pk.attname: ours.pk})
    type(ours)._default_manager.filter(pk=ours.pk).delete()
    theirs.save(force_insert=True)
    assert as_stored(theirs) == values(ours)


def test_numbers_of_inserted_rows_grow_and_nothing_is_asked_twice() -> None:
    rows = [outbox_row() for _ in range(3)]
    prepared.insert(rows[0])
    with CaptureQueriesContext(
        connection,
    ) as asked:
        prepared.insert(rows[1])
        prepared.insert(rows[2])
    assert len(asked) == 2
    assert [row.pk for row in rows] == sorted({row.pk for row in rows})


def test_what_the_database_refuses_is_refused() -> None:
    first = event()
    prepared.insert(first)
    with pytest.raises(IntegrityError), transaction.atomic():
        prepared.insert(event(1, first.subject_id))
    prepared.insert(event(2, first.subject_id))
    with pytest.raises(IntegrityError), transaction.atomic():
        prepared.insert(outbox_row(topic=None))
    assert Event.objects.filter(subject_id=first.subject_id).count() == 2


def test_an_update_writes_the_named_fields_and_no_other() -> None:
    parent, row = unit("P"), unit("U")
    prepared.insert(parent)
    prepared.insert(row)
    row.name, row.short_name, row.parent, row.valid_from = "新名", "不写", parent, NOW.date()
    prepared.update(row, ("name", "parent_id", "valid_from"))
    stored = Unit.objects.get(pk=row.pk)
    assert (stored.name, stored.short_name, stored.parent_id, stored.valid_from) == (
        "新名", "U", parent.pk, NOW.date(),
    )  # fmt: skip
    row.parent = row.valid_from = None
    prepared.update(row, ["parent", "valid_from", "parent_id"])
    assert Unit.objects.get(pk=row.pk, parent=None, valid_from=None).name == "新名"


def test_an_update_of_a_row_that_is_gone_is_an_error() -> None:
    row = unit("U")
    with pytest.raises(DatabaseError, match="not there"):
        prepared.update(row, ("name",))
    prepared.insert(row)
    with pytest.raises(KeyError):
        prepared.update(row, ("nothing",))


def test_json_and_times_survive_an_update() -> None:
    row = outbox_row()
    prepared.insert(row)
    row.payload, row.done_at, row.finished = {"zh": "雨", "n": {"m": 1}}, NOW + timedelta(days=1), []
    prepared.update(row, ("payload", "done_at", "finished"))
    assert as_stored(row) == values(row)


def test_a_row_with_a_key_of_its_own_keeps_it() -> None:
    # A series of no number: blocks of numbers are committed apart and outlive their test.
    row = Series(name="ZZ20260914", last=7)
    prepared.insert(row)
    assert Series.objects.get(pk="ZZ20260914").last == 7
    row.last = 9
    prepared.update(row, ("last",))
    assert as_stored(row) == {"name": "ZZ20260914", "last": 9}


@pytest.fixture
def family() -> tuple[Unit, list[Unit]]:
    parent = unit("P", kind="district")
    prepared.insert(parent)
    children = [unit(f"C{n}", parent=parent, official_order=n) for n in (1, 2)]
    for child in children:
        prepared.insert(child)
    return parent, children


def test_a_read_finds_the_rows_of_each_value(family: tuple[Unit, list[Unit]]) -> None:
    parent, (first, second) = family
    assert [values(row) for row in _unit(pk=first.pk)] == [as_stored(first)]
    assert _unit.first(pk=second.pk) == second and _unit.first(pk=str(second.pk)) == second
    assert _unit(pk=uuid4()) == [] and _unit.first(pk=uuid4()) is None
    assert _children(parent=parent.pk) == [("C2", 2, second.pk), ("C1", 1, first.pk)]
    assert _codes(parent=parent.pk) == ["C1", "C2"] and _codes(parent=first.pk) == []
    assert [row.below for row in _counted(pk=parent.pk)] == [2]  # type: ignore[attr-defined]


def test_a_read_asks_once_and_brings_what_it_joins(family: tuple[Unit, list[Unit]]) -> None:
    parent, (first, _) = family
    with CaptureQueriesContext(connection) as asked:
        (row,) = _with_parent(pk=first.pk)
        assert row.parent == parent and not row._state.adding
        (top,) = _with_parent(pk=parent.pk)
        assert top.parent is None
    assert len(asked) == 2


def test_a_row_that_was_read_can_be_saved(family: tuple[Unit, list[Unit]]) -> None:
    row = _unit(pk=family[0].pk)[0]
    row.name = "改"
    row.save(update_fields=["name"])
    assert [again.name for again in _unit(pk=row.pk)] == ["改"]


def test_times_and_limits_are_bound_as_django_binds_them() -> None:
    for minutes in range(4):
        prepared.insert(outbox_row(due_at=NOW + timedelta(minutes=minutes)))
    found = _due(since=NOW + timedelta(minutes=1))
    assert [row.due_at for row in found] == [NOW + timedelta(minutes=minutes) for minutes in (1, 2)]
    assert found[0].payload == {"字": [1, None, "x"]} and isinstance(found[0].subject_id, UUID)


def test_a_read_wants_every_value() -> None:
    with pytest.raises(KeyError):
        _unit()


def test_several_places_take_their_own_values(family: tuple[Unit, list[Unit]]) -> None:
    both = Read(
        lambda: Unit.objects.filter(code=Given("code", Unit._meta.get_field("code"))).exclude(
            pk=Given("pk", Unit._meta.pk)
        )
    )
    parent, (first, second) = family
    assert both(code="C1", pk=second.pk) == [first]
    assert both(pk=first.pk, code="C1") == []
    assert both(code="P", pk=first.pk) == [parent]


def test_related_rows_of_a_read_are_posts_with_unit_and_person(personas: Any) -> None:
    read = Read(lambda: Post.objects.select_related("unit", "person").filter(pk=Given("pk", Post._meta.pk)))
    for post in Post.objects.select_related("unit", "person"):
        with CaptureQueriesContext(connection) as asked:
            (row,) = read(pk=post.pk)
            assert (row.unit.name, row.person.username) == (post.unit.name, post.person.username)
        assert len(asked) == 1


def test_a_lock_wants_a_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    row = unit("U")
    prepared.insert(row)
    with transaction.atomic():
        assert _locked(pk=row.pk) == [row]
    monkeypatch.setattr(connections["default"], "in_atomic_block", False)
    with pytest.raises(TransactionManagementError):
        _locked(pk=row.pk)


def test_a_row_that_is_there_already_is_left_as_it_stands() -> None:
    first, again = unit("U", name="先"), unit("U", name="后")
    assert prepared.insert_unless_there(first) and not first._state.adding
    assert not prepared.insert_unless_there(again) and again._state.adding
    assert list(Unit.objects.values_list("pk", "name")) == [(first.pk, "先")]
    with pytest.raises(IntegrityError):  # an id of its own, the code of another
        prepared.insert(again)


def test_an_id_is_given_in_any_form(family: tuple[Unit, list[Unit]]) -> None:
    read = Read(lambda: Unit.objects.filter(parent=key("parent")).order_by("code"))
    parent, children = family
    assert read(parent=parent.pk) == read(parent=str(parent.pk)) == read(parent=parent.pk.hex) == children
    assert read(parent=None) == []
