"""Declared by hash, taken in once, stored whole, graded honestly."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from chuangcheng.kernel.digest import sha256
from chuangcheng.kernel.problems import Refused
from chuangcheng.photos import actions, imaging, selectors, storage
from chuangcheng.photos.actions import Declaration
from chuangcheng.photos.models import Photo
from chuangcheng.photos.verify import verify
from tests.photos import pictures

MOMENT = datetime(2026, 9, 15, 4, 0, tzinfo=UTC)
GPS = pictures.gps((30, 0, 36), "N", (120, 0, 36), "E")

Owner = tuple[str, UUID]


@pytest.fixture
def owner(db: None) -> Owner:
    return ("report", uuid4())


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Path:
    """Photos of a test lie in a folder of its own."""
    settings.CITY = replace(settings.CITY, home=tmp_path)
    return tmp_path / "media"


def photo_bytes(seed: int = 0, **options: object) -> bytes:
    return pictures.encoded(pictures.scene((320 + seed, 240)), **options)


def declare(owner: Owner, *datas: bytes, **more: object) -> list[Photo]:
    given = [Declaration(sha256(data), "near", **more) for data in datas]
    return actions.declare(owner=owner, declarations=given, moment=MOMENT)


def refused_code(call: object, **given: object) -> str:
    with pytest.raises(Refused) as refused:
        call(**given)
    return refused.value.code


def test_a_declared_photo_is_taken_in(owner: Owner, media: Path) -> None:
    data = photo_bytes()
    declare(owner, data)
    assert selectors.missing(owner) == [sha256(data)]
    photo = actions.ingest(owner=owner, sha256=sha256(data), data=data)
    assert selectors.missing(owner) == []
    assert photo.stored_at is not None
    assert (photo.width, photo.height, photo.mime, photo.grade) == (320, 240, "image/jpeg", "C")
    path = selectors.stored_path(photo)
    assert path.is_relative_to(media)
    assert sha256(path.read_bytes()) == photo.stored_sha256 != photo.original_sha256
    assert path.stat().st_size == photo.size
    assert selectors.stored_path(photo, thumb=True).is_file()
    assert [str(found) for found in verify()] == []


def test_the_same_bytes_again_change_nothing(owner: Owner) -> None:
    data = photo_bytes()
    declare(owner, data)
    first = actions.ingest(owner=owner, sha256=sha256(data), data=data)
    again = actions.ingest(owner=owner, sha256=sha256(data).upper(), data=data)
    assert again.pk == first.pk
    assert again.stored_at == first.stored_at
    assert Photo.objects.count() == 1


def test_only_declared_photos_are_taken(owner: Owner, media: Path) -> None:
    data = photo_bytes()
    declare(owner, photo_bytes(1))
    assert refused_code(actions.ingest, owner=owner, sha256=sha256(data), data=data) == "photos.undeclared"
    other = ("report", uuid4())
    assert refused_code(actions.ingest, owner=other, sha256=sha256(photo_bytes(1)), data=data) == "photos.undeclared"
    assert not media.exists()


def test_other_bytes_are_refused_before_and_after(owner: Owner) -> None:
    data, other = photo_bytes(), photo_bytes(1)
    declare(owner, data)
    assert refused_code(actions.ingest, owner=owner, sha256=sha256(data), data=other) == "photos.hash_mismatch"
    assert selectors.missing(owner) == [sha256(data)]
    actions.ingest(owner=owner, sha256=sha256(data), data=data)
    assert refused_code(actions.ingest, owner=owner, sha256=sha256(data), data=other) == "photos.hash_mismatch"


def test_a_photo_of_fifty_megabytes_is_refused(owner: Owner, media: Path) -> None:
    data = photo_bytes() + b"\0" * (50 * 1024 * 1024)
    declare(owner, data)
    with pytest.raises(Refused) as refused:
        actions.ingest(owner=owner, sha256=sha256(data), data=data)
    assert refused.value.code == "photos.too_large"
    assert refused.value.problem.status == 413
    assert "20 MB" in refused.value.message()
    assert refused_code(actions.add, owner=owner, role="near", data=data) == "photos.too_large"
    assert selectors.of(owner).filter(stored_at=None).count() == 1
    assert not media.exists()


def test_nothing_is_empty(owner: Owner) -> None:
    declare(owner, b"")
    assert refused_code(actions.ingest, owner=owner, sha256=sha256(b""), data=b"") == "photos.empty"


def test_a_refused_file_leaves_no_half_state(owner: Owner, media: Path) -> None:
    script = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    declare(owner, script)
    assert refused_code(actions.ingest, owner=owner, sha256=sha256(script), data=script) == "photos.kind_refused"
    assert selectors.of(owner).get().stored_at is None
    assert not media.exists()
    assert refused_code(actions.add, owner=owner, role="near", data=script[:-1]) == "photos.kind_refused"
    assert selectors.of(owner).count() == 1


def test_declaring_twice_keeps_the_first(owner: Owner) -> None:
    data, more = photo_bytes(), photo_bytes(1)
    first = declare(owner, data)
    both = declare(owner, data, more)
    assert first[0].pk in {photo.pk for photo in both}
    assert len(both) == 2
    assert actions.declare(owner=owner, declarations=[], moment=MOMENT) == []


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"sha256": "abc"}, "photos.bad_hash"),
        ({"sha256": "g" * 64}, "photos.bad_hash"),
        ({"role": "selfie"}, "photos.bad_role"),
        ({"lat": 91.0, "lon": 0.0}, "photos.bad_place"),
        ({"lat": float("nan"), "lon": 0.0}, "photos.bad_place"),
        ({"lat": 30.0}, "photos.bad_place"),
        ({"taken_at": datetime(2026, 9, 15, 4, 0)}, "common.naive_time"),
    ],
)
def test_bad_declarations_are_refused(owner: Owner, given: dict[str, object], code: str) -> None:
    bad = Declaration(**{"sha256": "0" * 64, "role": "near", **given})
    assert refused_code(actions.declare, owner=owner, declarations=[bad], moment=MOMENT) == code
    assert not Photo.objects.exists()


def test_the_number_of_photos_is_limited(owner: Owner) -> None:
    many = [Declaration(f"{number:064x}", "near") for number in range(actions.MOST + 1)]
    assert refused_code(actions.declare, owner=owner, declarations=many, moment=MOMENT) == "photos.too_many"
    assert len(actions.declare(owner=owner, declarations=many[:-1], moment=MOMENT)) == actions.MOST


def test_grade_a_is_our_camera_with_a_live_position(owner: Owner) -> None:
    data = photo_bytes(exif=pictures.exif(gps=GPS))
    photo = actions.add(owner=owner, role="after", data=data, taken_at=MOMENT, lat=30.5, lon=120.5, in_camera=True)
    assert photo.grade == "A"
    assert (photo.taken_at, photo.lat, photo.lon) == (MOMENT, 30.5, 120.5)


@pytest.mark.parametrize("missing", [{"taken_at": None}, {"lat": None, "lon": None}])
def test_our_camera_without_time_or_position_is_grade_c(owner: Owner, missing: dict[str, None]) -> None:
    given = {"taken_at": MOMENT, "lat": 30.5, "lon": 120.5, **missing}
    assert actions.add(owner=owner, role="after", data=photo_bytes(), in_camera=True, **given).grade == "C"


def test_grade_b_is_the_file_s_own_time_and_place(owner: Owner) -> None:
    photo = actions.add(owner=owner, role="before", data=photo_bytes(exif=pictures.exif(gps=GPS)), lat=1.0, lon=1.0)
    assert photo.grade == "B"
    assert photo.taken_at == datetime(2026, 9, 15, 3, 30, tzinfo=UTC)
    assert (photo.lat, photo.lon) == pytest.approx((30.01, 120.01))


def test_a_claim_without_proof_is_grade_c_and_still_accepted(owner: Owner) -> None:
    photo = actions.add(owner=owner, role="near", data=photo_bytes(), taken_at=MOMENT, lat=30.0, lon=120.0)
    assert photo.grade == "C"
    assert (photo.taken_at, photo.lat) == (MOMENT, 30.0)
    time_only = actions.add(owner=owner, role="near", data=photo_bytes(1, exif=pictures.exif()))
    assert time_only.grade == "C"
    assert time_only.taken_at is not None


def test_adding_the_same_photo_twice_is_one_photo(owner: Owner) -> None:
    first = actions.add(owner=owner, role="near", data=photo_bytes())
    assert actions.add(owner=owner, role="near", data=photo_bytes()).pk == first.pk


def test_two_owners_share_one_file(owner: Owner, media: Path) -> None:
    one = actions.add(owner=owner, role="near", data=photo_bytes())
    other = actions.add(owner=("case", uuid4()), role="before", data=photo_bytes())
    assert one.pk != other.pk
    assert one.stored_sha256 == other.stored_sha256
    assert len(list(media.rglob("*.jpg"))) == 2  # the photo and its small picture


def test_what_was_prepared_elsewhere_is_put_as_if_it_came_now(owner: Owner) -> None:
    data = photo_bytes()
    photo = actions.add(owner=owner, role="near", data=imaging.process(data))
    assert photo.original_sha256 == sha256(data)
    assert selectors.stored_path(photo).read_bytes() == imaging.process(data).jpeg
    assert actions.add(owner=owner, role="near", data=data).pk == photo.pk
    late = photo_bytes(7)
    declare(owner, late)
    assert actions.ingest(owner=owner, sha256=sha256(late), data=imaging.process(late)).stored_at is not None
    assert refused_code(actions.ingest, owner=owner, sha256=sha256(late), data=imaging.process(data)) == (
        "photos.hash_mismatch"
    )


def test_a_photo_that_was_only_declared_is_completed_by_an_upload(owner: Owner) -> None:
    data = photo_bytes()
    waiting = declare(owner, data)[0]
    given = Declaration(sha256(data), "near")
    photo, fresh = actions.put(owner=owner, given=given, picture=actions.prepare(data=data))
    assert (photo.pk, fresh, photo.stored_at is not None) == (waiting.pk, False, True)
    again, fresh = actions.put(owner=owner, given=given, picture=actions.prepare(data=data))
    assert (again.pk, fresh) == (waiting.pk, False)


def test_a_small_photo_is_its_own_thumbnail(owner: Owner) -> None:
    small = actions.add(owner=owner, role="near", data=photo_bytes())
    large = actions.add(owner=owner, role="near", data=pictures.encoded(pictures.scene((1200, 900))))
    same = [selectors.stored_path(one).read_bytes() == selectors.stored_path(one, thumb=True).read_bytes()
            for one in (small, large)]  # fmt: skip
    assert same == [True, False]


def test_a_write_that_fails_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(storage.os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        storage.write({tmp_path / "ab" / "photo.jpg": b"data"})
    assert list((tmp_path / "ab").iterdir()) == []


def test_photos_are_found_by_owner_only(owner: Owner) -> None:
    photo = actions.add(owner=owner, role="near", data=photo_bytes())
    assert selectors.photo_of(owner, photo.pk) == photo
    assert refused_code(selectors.photo_of, owner=("case", owner[1]), photo_id=photo.pk) == "common.not_found"
    assert selectors.of_many("report", [owner[1], uuid4()]) == {owner[1]: [photo]}
    waiting = declare(("report", uuid4()), photo_bytes(3))[0]
    assert refused_code(selectors.stored_path, photo=waiting) == "common.not_found"


def test_lost_and_changed_files_are_named(owner: Owner) -> None:
    kept, lost, changed, small = (
        actions.add(owner=owner, role="near", data=photo_bytes(number)) for number in range(4)
    )
    selectors.stored_path(lost).unlink()
    selectors.stored_path(changed).write_bytes(b"something else")
    selectors.stored_path(small, thumb=True).unlink()
    found = {difference.where: difference.what for difference in verify()}
    assert found == {
        f"photo {lost.stored_sha256}": "the file is missing",
        f"photo {changed.stored_sha256}": "the file's content has changed",
        f"photo {small.stored_sha256}": "the small picture is missing",
    }
    assert f"photo {kept.stored_sha256}" not in found


def test_only_a_city_that_can_be_made_anew_flushes_its_photos_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[str] = []
    monkeypatch.setattr(storage.os, "fsync", lambda _: flushed.append("one"))
    monkeypatch.setattr(storage.os, "sync", lambda: flushed.append("all"))
    with storage.flushed_at_the_end():
        storage.write({tmp_path / "a" / "x.jpg": b"x"})
        assert flushed == [] and (tmp_path / "a" / "x.jpg").read_bytes() == b"x"
    assert flushed == ["all"]
    storage.write({tmp_path / "b" / "y.jpg": b"y"})
    assert flushed[1:] and set(flushed[1:]) == {"one"}
