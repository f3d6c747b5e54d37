"""Boxes of any kind, and the public copy on the disk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from chuangcheng.kernel.problems import Refused
from chuangcheng.photos import actions, release, storage
from chuangcheng.photos.imaging import Box
from chuangcheng.photos.models import Photo, Release
from chuangcheng.photos.states import RELEASE
from tests.photos.pictures import encoded, scene

PART = st.floats(0, 1, allow_nan=False)


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Path:
    """Photos of a test lie in a folder of its own."""
    settings.CITY = replace(settings.CITY, home=tmp_path)
    return tmp_path / "media"


@pytest.fixture
def photo(db: None) -> Photo:
    return actions.add(owner=("report", uuid4()), role="near", data=encoded(scene()))


@given(PART, PART, PART, PART)
def test_a_sound_box_is_taken_and_any_other_refused(x1: float, y1: float, x2: float, y2: float) -> None:
    if x1 < x2 and y1 < y2:
        assert release.box_of([x1, y1, x2, y2]) == Box(x1, y1, x2, y2)
    else:
        with pytest.raises(Refused):
            release.box_of([x1, y1, x2, y2])


@given(PART, PART, PART, PART, st.integers(1, 5000), st.integers(1, 5000))
def test_its_pixels_hold_all_that_was_marked_and_lie_within(
    x1: float, y1: float, x2: float, y2: float, width: int, height: int
) -> None:
    if x1 >= x2 or y1 >= y2:
        return
    left, top, right, bottom = Box(x1, y1, x2, y2).pixels(width, height)
    assert 0 <= left <= x1 * width and 0 <= top <= y1 * height
    assert right <= width - 1 and bottom <= height - 1
    assert right + 1 >= min(x2 * width, width) and bottom + 1 >= min(y2 * height, height)


@given(st.lists(st.one_of(st.none(), st.text(max_size=3), st.integers(), st.floats(), st.booleans()), max_size=6))
def test_what_is_no_box_is_refused_and_never_breaks(numbers: list[object]) -> None:
    try:
        box = release.box_of(numbers)
    except Refused as refused:
        assert refused.code == "photos.bad_box"
    else:
        assert 0 <= box.left < box.right <= 1 and 0 <= box.top < box.bottom <= 1


def test_the_copy_lies_beside_the_original(photo: Photo) -> None:
    name, width, height = release.draft(photo, [Box(0, 0, 0.5, 0.5)])
    assert name != photo.stored_sha256 and (width, height) == (photo.width, photo.height)
    for thumb in (False, True):
        assert storage.path_of(name, thumb=thumb).is_file()
        assert storage.path_of(photo.stored_sha256, thumb=thumb).is_file()
    with Image.open(storage.path_of(name)) as copy:
        assert copy.size == (width, height)
        assert not copy.getexif()


def test_the_same_boxes_make_the_same_copy(photo: Photo) -> None:
    boxes = [Box(0, 0, 0.5, 0.5), Box(0.25, 0.25, 0.75, 0.75)]
    assert release.draft(photo, boxes) == release.draft(photo, boxes)


def test_a_photo_that_has_not_come_cannot_be_published(photo: Photo) -> None:
    photo.stored_sha256 = ""
    with pytest.raises(Refused) as refused:
        release.draft(photo, [])
    assert refused.value.code == "common.not_found"


def test_its_life(photo: Photo) -> None:
    assert release.of_photos([photo]) == {}
    row = release.release(photo, release.draft(photo, []), 0, None)
    assert (row.state, row.copy_sha256) == ("released", photo.stored_sha256)
    assert list(release.released(("report",), [photo.owner_id])) == [row]
    assert list(release.released(("case",), [photo.owner_id])) == []
    gone = release.withdraw(photo)
    assert (gone.state, gone.copy_sha256, gone.released_at) == ("private", "", None)
    assert release.of_photos([photo]) == {photo.pk: gone}
    with pytest.raises(Refused):
        release.public_path(gone)
    assert Release.objects.count() == 1


def test_the_table_begins_in_private() -> None:
    assert RELEASE.initial == "private"
    assert [move.name for move in RELEASE.moves_from("private")] == ["release"]
    assert [move.name for move in RELEASE.moves_from("released")] == ["release", "withdraw"]
