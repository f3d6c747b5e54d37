"""Whoever changes, cuts, inserts or rewrites history by SQL is found and the row is named."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection, transaction

from chuangcheng.history import actions
from chuangcheng.history import verify as module
from chuangcheng.history.models import Event
from chuangcheng.history.projections import Difference
from chuangcheng.history.seal import seal
from chuangcheng.history.seals import Seal, heads_path, paths
from chuangcheng.history.verify import verify
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.digest import GENESIS, chain
from chuangcheng.people.models import Unit
from tests.history.conftest import Home

pytestmark = pytest.mark.django_db


def add_rows(unit: Unit, count: int) -> None:
    with transaction.atomic():
        for n in range(count):
            actions.append(unit, "unit.changed", SYSTEM, after={"n": unit.chain_seq + n})
        unit.save(update_fields=actions.CHAIN_FIELDS)


@pytest.fixture
def units() -> list[Unit]:
    """Forty units with 1, 2, 3, 4, 1 … rows; U-004 has four."""
    made = []
    for n in range(1, 41):
        unit = Unit.objects.create(code=f"U-{n:03d}", name=f"单位{n}", short_name=f"单位{n}", kind="department")
        add_rows(unit, (n - 1) % 4 + 1)
        made.append(unit)
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "seals"


subjects_now = module._subjects


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount == 1


def rows_of(unit: Unit) -> list[Event]:
    return list(Event.objects.filter(subject_id=unit.pk).order_by("seq"))


def rewrite(unit: Unit, keep: int) -> None:
    """What a careful forger does: cut the tail and make the subject remember the shorter chain."""
    rows = rows_of(unit)
    Event.objects.filter(pk__in=[row.pk for row in rows[keep:]]).delete()
    seq, head = (rows[keep - 1].seq, rows[keep - 1].digest) if keep else (0, GENESIS)
    Unit.objects.filter(pk=unit.pk).update(chain_seq=seq, chain_head=head)


def test_sound_history_has_no_difference_with_and_without_seals(units: list[Unit], folder: Path) -> None:
    assert verify(folder) == []
    seal(folder)
    add_rows(units[3], 2)
    seal(folder)
    add_rows(units[3], 1)
    assert len(paths(folder)) == 2
    assert verify(folder) == []


@pytest.mark.parametrize(
    ("column", "value"),
    [("action", "unit.closed"), ("actor_label", "别人"), ("reason", "x"), ("after", '{"n": 99}'), ("actor_post", "0a1b2c3d0000400080000000000000ff"),
     ("happened_at", "2020-01-01 00:00:00"), ("recorded_at", "2020-01-01 00:00:00"), ("digest", "f" * 64)],
)  # fmt: skip
def test_changing_any_value_of_a_row_by_sql_is_found_and_names_the_row(
    units: list[Unit], folder: Path, column: str, value: str
) -> None:
    victim = rows_of(units[3])[1]
    sql(f"UPDATE history_event SET {column} = %s WHERE id = %s", value, victim.pk)
    found = verify(folder)
    assert found[0].where == "unit U-004 row 2"
    assert "changed" in found[0].what
    assert all(one.where in {"unit U-004 row 2", "unit U-004 row 3"} for one in found)


def test_moving_a_row_to_another_subject_is_found(units: list[Unit], folder: Path) -> None:
    last = rows_of(units[3])[3]
    target = units[0]
    Event.objects.filter(pk=last.pk).update(subject_id=target.pk, seq=2)
    assert {one.where for one in verify(folder)} >= {"unit U-004 row 4", "unit U-001 row 2"}


def test_a_row_cut_out_of_the_middle_is_named(units: list[Unit], folder: Path) -> None:
    sql("DELETE FROM history_event WHERE id = %s", rows_of(units[3])[1].pk)
    assert [one.where for one in verify(folder)] == ["unit U-004 row 2"]


def test_a_cut_tail_is_missed_by_its_subject(units: list[Unit], folder: Path) -> None:
    sql("DELETE FROM history_event WHERE id = %s", rows_of(units[3])[3].pk)
    assert verify(folder) == [Difference("unit U-004 row 4", "missing: the subject remembers 4 rows")]


def test_a_subject_whose_own_row_was_set_back_is_found(units: list[Unit], folder: Path) -> None:
    rows = rows_of(units[3])
    Unit.objects.filter(pk=units[3].pk).update(chain_seq=3, chain_head=rows[2].digest)
    assert [one.where for one in verify(folder)] == ["unit U-004 row 4"]


def test_a_deleted_subject_is_found(units: list[Unit], folder: Path) -> None:
    sql("DELETE FROM people_unit WHERE code = %s", "U-002")
    assert [one.what for one in verify(folder)] == ["its own row is gone, 2 history rows are left"]


@pytest.mark.parametrize("keep", [3, 1, 0])
def test_a_cut_tail_is_caught_by_the_seal_even_if_the_subject_was_changed_too(
    units: list[Unit], folder: Path, keep: int
) -> None:
    seal(folder)
    rewrite(units[3], keep)
    found = verify(folder)
    assert found[0].where.startswith("seal 000001 bucket ")
    assert found[1].where == "unit U-004"
    assert found[1].what.startswith("sealed with row 4 as its last")


def test_a_later_seal_does_not_cover_up_what_an_earlier_one_fixed(units: list[Unit], folder: Path) -> None:
    seal(folder)
    rewrite(units[3], 2)
    add_rows(units[5], 1)
    seal(folder)
    assert {one.where for one in verify(folder)} >= {"unit U-004"}


def test_a_chain_written_anew_is_caught_by_the_seal(units: list[Unit], folder: Path) -> None:
    seal(folder)
    head = GENESIS
    for row in rows_of(units[3]):
        row.after = {"n": 1000}
        row.digest = head = chain(head, actions.content(row))
        row.save(force_update=True)
    Unit.objects.filter(pk=units[3].pk).update(chain_head=head)
    found = verify(folder)
    assert [one.where for one in found if "seal" not in one.where] == ["unit U-004"]
    assert len(found) == 2


def test_a_row_slipped_in_below_a_seal_is_caught(units: list[Unit], folder: Path) -> None:
    spare = rows_of(units[7])[-1]
    rewrite(units[7], 3)  # frees an id
    seal(folder)
    unit = Unit.objects.get(code="U-001")
    forged = actions.build(unit, "unit.changed", SYSTEM)
    forged.pk = spare.pk
    forged.save(force_insert=True)
    unit.save()
    assert {one.where for one in verify(folder)} >= {"unit U-001"}


def test_without_the_list_of_heads_the_bucket_is_still_named(units: list[Unit], folder: Path) -> None:
    heads_path(seal(folder)).unlink()
    rewrite(units[3], 3)
    (found,) = verify(folder)
    assert found.where == f"seal 000001 bucket {units[3].pk.int & 0xFF:02x}"
    assert "rows of" in found.what


def test_a_changed_removed_or_exchanged_seal_file_is_found(units: list[Unit], folder: Path) -> None:
    first = seal(folder)
    add_rows(units[0], 1)
    second = seal(folder)
    kept = first.read_bytes()
    first.chmod(0o644)
    first.write_bytes(kept.replace(b'"rows": 2', b'"rows": 3', 1))
    assert verify(folder)[0] == Difference(
        "seal 000002", "does not follow from the seal before it, which was changed or removed"
    )
    first.write_bytes(b"{}")
    assert [one.where for one in verify(folder)] == ["seal 000001"]
    first.write_bytes(kept)
    assert verify(folder) == []
    first.unlink()
    assert [one.where for one in verify(folder)] == ["seal 000002"]
    assert second.exists()


def test_seals_are_written_once_and_say_what_they_cover(units: list[Unit], folder: Path, noon: datetime) -> None:
    first = seal(folder)
    assert seal(folder) == first
    stored = json.loads(first.read_text())
    assert (stored["serial"], stored["after"], stored["previous"]) == (1, 0, GENESIS)
    assert stored["until"] == Event.objects.latest("id").pk
    assert stored["sealed_at"] == noon.isoformat()
    assert sum(bucket["rows"] for bucket in stored["buckets"].values()) == Event.objects.count() == 100
    assert sum(bucket["subjects"] for bucket in stored["buckets"].values()) == 40
    add_rows(units[0], 3)
    later = Seal.read(seal(folder))
    assert later.previous == Seal.read(first).digest
    assert [bucket["rows"] for bucket in later.buckets.values()] == [3]
    assert first.stat().st_mode & 0o777 == 0o444


def test_an_empty_home_can_be_sealed_and_verified(folder: Path) -> None:
    assert verify(folder) == []
    seal(folder)
    assert verify(folder) == []


def test_values_of_every_kind_come_back_as_they_went_in(folder: Path) -> None:
    unit = Unit.objects.create(code="U-1", name="一", short_name="一", kind="department")
    after = {
        "time": datetime(2026, 9, 15, 4, 0, 0, 1, tzinfo=UTC), "id": unit.pk, "share": Fraction(1, 3),
        "amount": Decimal("1.50"), "float": 120.00000000000001, "tiny": 1e-7, "list": (unit.pk, [Decimal(1)]), "map": {3: True},
        "none": None, "text": "代码",
    }  # fmt: skip
    actions.append(
        unit, "unit.created", SYSTEM, after=after, happened_at=datetime(2026, 9, 15, 4, 0, 0, 999_999, tzinfo=UTC)
    )
    unit.save()
    assert verify(folder) == []


def test_progress_ends_at_the_total(units: list[Unit], folder: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    verify(folder, lambda *step: steps.append(step))
    assert steps[-1] == ("history", 100, 100)


WRITER = """
from chuangcheng.history import actions
from chuangcheng.history import verify as module
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.people.models import Unit

def write(code):
    unit = Unit(code=code, name=code, short_name=code, kind="department")
    actions.append(unit, "unit.created", SYSTEM)
    unit.save(force_insert=True)
"""


@pytest.mark.postgres
def test_sealing_waits_for_writers_whose_ids_are_lower(home: Home, folder: Path) -> None:
    slow = home.start(
        WRITER
        + """
with transaction.atomic():
    write("U-slow")
    print("written", flush=True)
    sys.stdin.readline()
    with connection.cursor() as cursor:
        waiting = 0
        while not waiting:  # until the seal waits for this transaction
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'ShareLock'")
            (waiting,) = cursor.fetchone()
"""
    )
    assert slow.stdout is not None
    assert slow.stdin is not None
    assert slow.stdout.readline().strip() == "written"
    home.run(WRITER + "write('U-quick')")
    paths = f"from pathlib import Path; folder = Path({str(folder)!r})\n"
    sealing = home.start(paths + "from chuangcheng.history.seal import seal; seal(folder)")
    slow.stdin.write("go on\n")
    slow.stdin.flush()
    assert slow.wait() == sealing.wait() == 0
    stored = Seal.read(folder / "000001.json")
    assert sum(bucket["rows"] for bucket in stored.buckets.values()) == 2
    assert home.run(paths + "from chuangcheng.history.verify import verify; print(verify(folder))") == "[]"
    slow.communicate()
    sealing.communicate()


def test_what_is_appended_during_the_walk_is_no_difference(
    units: list[Unit], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    doubted: list[list[tuple[str, UUID]]] = []
    look_again = module._looked_at_twice

    def noted(suspects: list[tuple[str, UUID]]) -> list[Difference]:
        doubted.append(list(suspects))
        return look_again(suspects)

    monkeypatch.setattr(module, "_looked_at_twice", noted)

    before = list(subjects_now("unit"))  # the walk has read the subjects; then somebody appends
    add_rows(units[3], 1)
    monkeypatch.setattr(module, "_subjects", lambda kind: iter(before if kind == "unit" else []))
    assert verify(folder) == []
    assert doubted == [[("unit", units[3].pk)]]


def test_rows_built_ahead_and_inserted_at_once_make_the_same_chain(folder: Path) -> None:
    made = [Unit(code=f"U-{n}", name="一", short_name="一", kind="department") for n in range(3)]
    built = [actions.build(unit, "unit.created", SYSTEM, after={"n": n}) for unit in made for n in range(2)]
    Unit.objects.bulk_create(made)
    actions.insert(built)
    assert Event.objects.count() == 6
    assert verify(folder) == []
