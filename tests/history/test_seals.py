"""What a seal is made of: heads, buckets and roots, at the edges of size, and beside others who seal or were killed."""

from __future__ import annotations

import gzip
import json
import os
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.history import actions, seal, seals
from chuangcheng.history.models import Event
from chuangcheng.history.seals import Bucket, Buckets, Head, Seal
from chuangcheng.history.verify import verify
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.digest import GENESIS, merkle_root
from chuangcheng.people.models import Unit
from tests.conftest import NOON
from tests.history.conftest import Home
from tests.history.test_verify import add_rows

HEADS = st.builds(
    Head, st.sampled_from(["case", "report", "unit"]), st.uuids(), st.integers(1, 10**9),
    st.binary(min_size=32, max_size=32).map(bytes.hex), st.integers(1, 10**6),
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "seals"


def unit(code: str = "U-1", rows: int = 1) -> Unit:
    made = Unit.objects.create(code=code, name=code, short_name=code, kind="department")
    add_rows(made, rows)
    return made


@given(HEADS)
def test_a_head_reads_back_as_written(head: Head) -> None:
    assert Head.read(head.line()) == head
    assert head.line().count("\n") == 1
    assert head.bucket == head.subject_id.bytes[-1]


@pytest.mark.parametrize(
    "line", ["", "case", "case x 1 a 1", f"case {UUID(int=7).hex} one a 1", f"case {UUID(int=7).hex} 1 a 1 1"]
)
def test_what_is_no_head_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"to unpack|hexadecimal|invalid literal"):
        Head.read(line)


@given(st.lists(HEADS, max_size=20))
def test_buckets_count_every_head_once(heads: list[Head]) -> None:
    buckets = Buckets()
    for head in heads:
        buckets.add(head)
    found = buckets.as_json()
    assert sum(bucket["subjects"] for bucket in found.values()) == len(heads)
    assert sum(bucket["rows"] for bucket in found.values()) == sum(head.rows for head in heads)
    assert set(found) == {f"{head.bucket:02x}" for head in heads}
    assert list(found) == sorted(found)


@given(st.lists(HEADS, min_size=1, max_size=10), st.data())
def test_changing_any_part_of_any_head_changes_the_root(heads: list[Head], data: st.DataObject) -> None:
    def root(given: list[Head]) -> str:
        buckets = Buckets()
        for head in given:
            buckets.add(head)
        return seals.root_of(buckets.as_json())

    index = data.draw(st.integers(0, len(heads) - 1))
    old = heads[index]
    for new in (
        Head(old.kind + "x", old.subject_id, old.seq, old.digest, old.rows),
        Head(old.kind, UUID(int=old.subject_id.int ^ (1 << 100)), old.seq, old.digest, old.rows),
        Head(old.kind, old.subject_id, old.seq + 1, old.digest, old.rows),
        Head(old.kind, old.subject_id, old.seq, old.digest[::-1] + "0", old.rows),
        Head(old.kind, old.subject_id, old.seq, old.digest, old.rows + 1),
    ):
        assert root([*heads[:index], new, *heads[index + 1 :]]) != root(heads)
    assert root(heads[:index] + heads[index + 1 :]) != root(heads)


def test_the_root_of_nothing_is_known() -> None:
    assert seals.root_of({}) == merkle_root([GENESIS] * 256)
    bucket = Bucket()
    assert seals.root_of({"00": bucket.as_json()}) != seals.root_of({}), "an empty bucket is not an absent one"


@pytest.mark.django_db
def test_a_home_without_history_gets_one_seal_of_nothing(folder: Path) -> None:
    first = seal.seal(folder)
    assert Seal.read(first).buckets == {}
    assert (Seal.read(first).after, Seal.read(first).until) == (0, 0)
    assert seal.seal(folder) == first
    unit()
    second = Seal.read(seal.seal(folder))
    assert (second.serial, second.after, second.previous) == (2, 0, Seal.read(first).digest)
    assert verify(folder) == []


@pytest.mark.django_db
def test_one_subject_is_one_bucket(folder: Path) -> None:
    only = unit(rows=5)
    found = Seal.read(seal.seal(folder))
    assert list(found.buckets) == [f"{only.pk.int & 0xFF:02x}"]
    (head,) = found.heads(next(iter(found.buckets)))
    assert (head.kind, head.subject_id, head.seq, head.digest, head.rows) == ("unit", only.pk, 5, only.chain_head, 5)
    assert list(found.heads("00" if "00" not in found.buckets else "01")) == []


@pytest.mark.django_db
def test_a_thousand_subjects_fill_the_buckets_and_each_is_found_again(folder: Path) -> None:
    made = [Unit(code=f"U{n}", name="x", short_name="x", kind="department") for n in range(1000)]
    events = [actions.build(one, "unit.created", SYSTEM) for one in made for _ in range(2)]
    Unit.objects.bulk_create(made)
    actions.insert(events)
    found = Seal.read(seal.seal(folder))
    assert sum(bucket["subjects"] for bucket in found.buckets.values()) == 1000
    heads = {head.subject_id: head for number in found.buckets for head in found.heads(number)}
    assert {one.pk: one.chain_head for one in made} == {pk: head.digest for pk, head in heads.items()}
    assert {head.rows for head in heads.values()} == {2}
    assert verify(folder) == []


@pytest.mark.django_db
def test_a_subject_is_sealed_only_while_it_moves(folder: Path) -> None:
    quiet, busy = unit("Q", 3), unit("B", 1)
    seal.seal(folder)
    add_rows(busy, 2)
    later = Seal.read(seal.seal(folder))
    (head,) = [head for number in later.buckets for head in later.heads(number)]
    assert (head.subject_id, head.seq, head.rows) == (busy.pk, 3, 2)
    assert quiet.pk not in {head.subject_id for number in later.buckets for head in later.heads(number)}
    assert verify(folder) == []


@pytest.mark.django_db
def test_kinds_with_the_same_id_stay_apart(folder: Path) -> None:
    one = unit()
    twin = Unit(pk=one.pk)
    event = actions.build(twin, "unit.created", SYSTEM)
    event.subject_kind = "aaa"
    event.save(force_insert=True)
    found = Seal.read(seal.seal(folder))
    (number,) = found.buckets
    assert [(head.kind, head.rows) for head in found.heads(number)] == [("aaa", 1), ("unit", 1)]


@pytest.mark.django_db
def test_a_list_of_heads_that_was_changed_lost_or_torn_is_not_believed(folder: Path) -> None:
    only = unit()
    path = seal.seal(folder)
    beside, number = seals.heads_path(path), f"{only.pk.int & 0xFF:02x}"
    kept = beside.read_bytes()
    assert len(list(Seal.read(path).heads(number))) == 1
    forged = gzip.decompress(kept).decode().replace(" 1 ", " 2 ")
    for data in (gzip.compress(forged.encode()), kept[:-6], b"", b"no gzip", gzip.compress("单位".encode())):
        beside.write_bytes(data)
        assert list(Seal.read(path).heads(number)) == []
    beside.unlink()
    assert list(Seal.read(path).heads(number)) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "said"),
    [({"root": GENESIS}, "contradicts"), ({"serial": 2}, "contradicts"), ({"buckets": {}}, "contradicts"),
     ({"until": None, "buckets": None}, "not a seal")],
)  # fmt: skip
def test_a_seal_that_contradicts_itself_is_none(folder: Path, change: dict[str, object], said: str) -> None:
    unit()
    path = seal.seal(folder)
    stored = json.loads(path.read_text())
    path.chmod(0o644)
    if change.get("buckets", 1) is None:
        del stored["until"]
    path.write_text(json.dumps({**stored, **change} if said == "contradicts" else stored))
    with pytest.raises(ValueError, match=said):
        Seal.read(path)
    assert [one.where for one in verify(folder)] == ["seal 000001"]


@pytest.mark.django_db
def test_the_draft_of_a_killed_process_is_replaced_and_not_written_into(folder: Path) -> None:
    """It may be a second name of something else by then, and is closed to writing in any case."""
    folder.mkdir()
    other = folder / "kept.txt"
    other.write_text("kept")
    os.link(other, folder / "000001.draft")
    (folder / "000001.draft").chmod(0o444)
    unit()
    assert Seal.read(seal.seal(folder)).serial == 1
    assert other.read_text() == "kept"
    assert sorted(path.name for path in folder.iterdir()) == ["000001.heads.gz", "000001.json", "kept.txt"]


@pytest.mark.django_db
def test_who_seals_second_at_the_same_moment_loses_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unit()
    first = seal.seal(folder)
    content = first.read_bytes()
    monkeypatch.setattr(seal, "paths", lambda _folder: [])  # it looked before the first was there
    with pytest.raises(FileExistsError):
        seal.seal(folder)
    monkeypatch.undo()
    assert first.read_bytes() == content
    add_rows(Unit.objects.get(), 1)
    assert Seal.read(seal.seal(folder)).serial == 2


@pytest.mark.django_db
def test_seals_go_on_beyond_six_digits_in_order_of_number(folder: Path) -> None:
    folder.mkdir()
    for name in ("999999.json", "1000000.json", "000002.json", "notes.json"):
        (folder / name).touch()
    assert [seals.serial_of(path) for path in seals.paths(folder)] == [2, 999999, 1000000]
    assert seals.paths(folder / "absent") == []


@pytest.mark.django_db
def test_a_seal_says_when_it_was_made_and_old_moments_change_nothing(folder: Path) -> None:
    unit()
    with clock.at(NOON - timedelta(days=400)):
        first = json.loads(seal.seal(folder).read_text())
    add_rows(Unit.objects.get(), 1)
    with clock.at(NOON):
        second = json.loads(seal.seal(folder).read_text())
    assert first["sealed_at"] < second["sealed_at"]
    assert second["after"] == first["until"] < second["until"] == Event.objects.latest("id").pk


SEAL_WHILE_WRITING = """
import sys
from pathlib import Path
from chuangcheng.history import actions
from chuangcheng.history.seal import seal
from chuangcheng.history.verify import verify
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.people.models import Unit

def write(code):
    one = Unit.objects.create(code=code, name=code, short_name=code, kind="department")
    for _ in range(25):
        with transaction.atomic():
            one = Unit.objects.select_for_update().get(pk=one.pk)
            actions.append(one, "unit.changed", SYSTEM)
            one.save(update_fields=actions.CHAIN_FIELDS)
"""


@pytest.mark.full
def test_sealing_beside_writing_processes_fixes_what_stands(home: Home, folder: Path) -> None:
    writers = [home.start(SEAL_WHILE_WRITING + f"write('W{number}{os.getpid()}')") for number in range(2)]
    sealed = f"folder = Path({str(folder)!r})\n"
    home.run(SEAL_WHILE_WRITING + sealed + "for _ in range(5): seal(folder)")
    assert [writer.wait() for writer in writers] == [0, 0]
    for writer in writers:
        writer.communicate()
    said = home.run(SEAL_WHILE_WRITING + sealed + "seal(folder); print(verify(folder))")
    assert said == "[]"
    covered = [Seal.read(path) for path in seals.paths(folder)]
    assert sum(bucket["rows"] for one in covered for bucket in one.buckets.values()) >= 50
