"""The archive of likenesses: exact search by the hash, a second look at the pixels, and nothing of plain pictures."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageEnhance, ImageFilter

from chuangcheng.demo.pictures import picture
from chuangcheng.history import sweep
from chuangcheng.history.models import Outbox
from chuangcheng.photos import actions, alike, imaging
from chuangcheng.photos.alike import Archive
from chuangcheng.photos.models import Photo, Print

Change = Callable[[Image.Image], Image.Image]


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Path:
    """Photos of a test lie in a folder of its own."""
    settings.CITY = replace(settings.CITY, home=tmp_path)
    return tmp_path / "media"


def scene(name: str) -> Image.Image:
    """A drawn street corner; the same name, the same picture."""
    return Image.open(io.BytesIO(picture(random.Random(name), "before"))).convert("RGB")


def jpeg(image: Image.Image, quality: int = 90) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return file.getvalue()


def add(data: bytes, role: str = "after") -> Photo:
    return actions.add(owner=("case", uuid4()), role=role, data=data)


def likes(photo: Photo) -> list[alike.Like]:
    return alike.take_in([photo])


def cut(share: float) -> Change:
    def change(image: Image.Image) -> Image.Image:
        width, height = image.size
        return image.crop(
            (int(width * share), int(height * share), int(width * (1 - share)), int(height * (1 - share)))
        )

    return change


COPIES: dict[str, Change] = {
    "pressed": lambda image: Image.open(io.BytesIO(jpeg(image, 20))).convert("RGB"),
    "half as large": lambda image: image.resize((image.width // 2, image.height // 2)),
    "twice as large": lambda image: image.resize((image.width * 2, image.height * 2)),
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.2),
    "darker": lambda image: ImageEnhance.Brightness(image).enhance(0.7),
    "more contrast": lambda image: ImageEnhance.Contrast(image).enhance(1.3),
    "grey": lambda image: image.convert("L").convert("RGB"),
    "blurred": lambda image: image.filter(ImageFilter.GaussianBlur(2)),
    "border cut off": cut(0.02),
}


@pytest.mark.django_db
@pytest.mark.parametrize("change", COPIES.values(), ids=COPIES.keys())
def test_a_copy_is_found(change: Change) -> None:
    original = add(jpeg(scene("one")))
    assert likes(original) == []
    (found,) = likes(add(jpeg(change(scene("one")))))
    assert found.other == original
    assert found.likeness >= alike.SAME
    assert found.distance <= alike.NEAR


@pytest.mark.django_db
def test_other_street_corners_are_not() -> None:
    for number in range(60):
        assert likes(add(jpeg(scene(f"corner {number}")))) == []
    assert Print.objects.count() == 60


@pytest.mark.django_db
def test_the_same_bytes_again_are_found_without_a_look_at_the_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alike, "_thumb", lambda _photo: pytest.fail("looked"))
    data = jpeg(scene("one"))
    original = add(data)
    assert likes(original) == []
    (found,) = likes(add(data))
    assert (found.other, found.distance, found.likeness) == (original, 0, 1.0)


@pytest.mark.django_db
@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (90, 120, 60)])
def test_plain_pictures_take_no_part(colour: tuple[int, int, int]) -> None:
    for size in ((320, 240), (640, 480)):
        photo = add(jpeg(Image.new("RGB", size, colour)))
        assert photo.detail == 0
        assert likes(photo) == []
    assert not Print.objects.exists()


@pytest.mark.django_db
def test_a_faint_gradient_takes_no_part() -> None:
    assert likes(add(jpeg(Image.linear_gradient("L").resize((320, 240)).convert("RGB")))) == []
    assert not Print.objects.exists()


@pytest.mark.django_db
def test_each_photo_is_looked_up_once() -> None:
    first, second = add(jpeg(scene("one"))), add(jpeg(scene("one"), 50))
    assert [like.photo for like in alike.take_in([first, second])] == [second]
    assert alike.take_in([first, second]) == []
    assert Print.objects.count() == 2


@pytest.mark.django_db
def test_the_archive_reads_on_and_survives_a_restart() -> None:
    likes(add(jpeg(scene("one"))))
    assert alike.archive().size == 1
    likes(add(jpeg(scene("two"))))
    assert alike.archive().size == 2
    alike._held.clear()  # another process
    (found,) = likes(add(jpeg(scene("two"), 50)))
    assert alike.archive().size == 3
    assert found.likeness > 0.95


@pytest.mark.django_db
def test_it_is_rebuilt_from_the_photos() -> None:
    photos = [add(jpeg(scene(name))) for name in ("one", "two")]
    alike.take_in(photos)
    add(jpeg(Image.new("RGB", (320, 240))))
    assert list(alike.check()) == []
    Print.objects.update(phash=7)
    assert len(list(alike.check())) == 2
    assert alike.rebuild() == 2
    assert list(alike.check()) == []
    assert alike.archive().size == 2
    assert len(likes(add(jpeg(scene("one"), 50)))) == 1


@pytest.mark.django_db
def test_a_photo_from_before_detail_was_kept_is_measured_now(media: Path) -> None:
    photo = add(jpeg(scene("one")))
    Photo.objects.update(detail=None)
    photo.refresh_from_db()
    likes(photo)
    assert Print.objects.count() == 1


@pytest.mark.django_db
def test_a_picture_missing_on_the_disk_stops_nothing(media: Path) -> None:
    likes(add(jpeg(scene("one"))))
    for file in media.rglob("*.thumb.jpg"):
        file.unlink()
    alike._looks.clear()
    assert likes(add(jpeg(scene("one"), 50))) == []
    assert len(alike._looks) == 1, "what could not be read is not kept"


@pytest.mark.django_db
def test_each_picture_is_decoded_once_and_few_are_kept(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The looks of the last pictures stay in the process; the oldest goes when there are too many."""
    decoded: list[str] = []
    thumb = alike._thumb
    monkeypatch.setattr(alike, "_looks", {})
    monkeypatch.setattr(alike, "LOOKS", 3)
    monkeypatch.setattr(alike, "_thumb", lambda photo: decoded.append(photo.stored_sha256) or thumb(photo))
    copies = [add(jpeg(scene("one"), quality)) for quality in (90, 80, 70)]
    assert [len(likes(photo)) for photo in copies] == [0, 1, 2]
    assert sorted(decoded) == sorted(photo.stored_sha256 for photo in copies)
    late = add(jpeg(scene("one"), 60))
    assert len(likes(late)) == 3
    assert len(alike._looks) == 3 and list(alike._looks)[-1] != copies[0].stored_sha256


@pytest.mark.parametrize("share", [0.0, 0.02, 0.05])
def test_looks_compare_as_pictures_do(share: float) -> None:
    one, other = scene("one"), cut(share)(scene("one"))
    kept = imaging.look(one)
    assert imaging.alike(kept, imaging.look(other)) == imaging.likeness(one, other) > alike.SAME
    assert imaging.alike(kept, imaging.look(scene("two"))) == imaging.likeness(scene("two"), one) < alike.SAME
    assert imaging.alike(kept, kept) == pytest.approx(1)
    grey = imaging.look(Image.new("L", (64, 64), 100))
    assert imaging.alike(grey, kept) == imaging.alike(grey, grey) == 0, "nothing is like a plain picture"


@pytest.mark.django_db
def test_storing_speaks_once_and_a_likeness_is_told() -> None:
    one, two = add(jpeg(scene("one"))), add(jpeg(scene("one"), 50))
    actions.add(owner=(one.owner_kind, one.owner_id), role="after", data=jpeg(scene("one")))  # again: nothing new
    assert Outbox.objects.filter(topic="photo.stored").count() == 2
    sweep.drain()
    told = Outbox.objects.get(topic="photo.alike")
    assert (told.subject_id, told.payload["other"]) == (two.pk, str(one.pk))
    assert 0.9 < told.payload["likeness"] <= 1


HASHES = st.integers(-(2**63), 2**63 - 1)


@given(st.lists(HASHES, max_size=60), HASHES, st.integers(0, 64))
def test_the_search_is_exact(hashes: list[int], wanted: int, within: int) -> None:
    archive = Archive()
    archive.add(enumerate(hashes, 1))
    apart = {key: imaging.distance(one, wanted) for key, one in enumerate(hashes, 1)}
    expected = sorted((bits, key) for key, bits in apart.items() if bits <= within)
    assert archive.near(wanted, within, most=100) == [(key, bits) for bits, key in expected]
    assert archive.near(wanted, within, most=3) == [(key, bits) for bits, key in expected[:3]]


def test_an_archive_grows() -> None:
    archive = Archive()
    assert archive.last == 0 and archive.near(0) == []
    archive.add((key, key) for key in range(1, 5001))
    assert (archive.size, archive.last) == (5000, 5000)
    assert archive.near(5000, within=0) == [(5000, 0)]


@given(st.integers(0, 10_000), st.floats(0.6, 1.4))
def test_likeness_is_the_same_both_ways_and_of_itself_full(seed: int, light: float) -> None:
    one = scene(str(seed)).resize((64, 48))
    other = ImageEnhance.Brightness(one).enhance(light)
    assert imaging.likeness(one, one) == pytest.approx(1)
    assert imaging.likeness(one, other) == pytest.approx(imaging.likeness(other, one))
    assert -1 <= imaging.likeness(one, scene("x")) <= 1.0001
