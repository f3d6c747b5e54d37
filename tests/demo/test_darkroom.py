"""Pictures come in order, the same for the same seed, with and without a second process."""

from __future__ import annotations

from concurrent.futures import BrokenExecutor
from typing import Any

import pytest

from chuangcheng.demo import darkroom
from chuangcheng.demo.darkroom import Darkroom, develop
from chuangcheng.photos.imaging import Picture


def first(room: Darkroom, count: int = 3) -> list[Picture]:
    """So many pictures of each kind."""
    return [room.take(kind) for _ in range(count) for kind in ("before", "after")]


def test_the_same_seed_gives_the_same_pictures_in_order() -> None:
    with Darkroom(5) as one:
        pictures = first(one)
    assert pictures == [develop(f"5/{kind}/{number}", kind) for number in range(3) for kind in ("before", "after")]
    assert len({picture.original_sha256 for picture in pictures}) == 6


def test_a_room_without_a_second_process_makes_the_same_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError("no shared memory here")

    with Darkroom(5) as whole:
        expected = first(whole)
    monkeypatch.setattr(darkroom, "ProcessPoolExecutor", refuse)
    with Darkroom(5) as bare:
        assert first(bare) == expected


def test_a_process_that_dies_is_replaced_by_own_work() -> None:
    class Dead:
        """A pool whose only process was killed."""

        def submit(self, *_: Any) -> None:
            raise BrokenExecutor

        def shutdown(self, **_: Any) -> None:
            """Nothing to end."""

    room = Darkroom(6)
    room._pool = Dead()  # type: ignore[assignment]
    assert room.take("after") == develop("6/after/0", "after")
    assert room._pool is None
    assert room.take("after") == develop("6/after/1", "after")


def test_another_seed_gives_other_pictures() -> None:
    assert develop("1/after/0", "after") != develop("2/after/0", "after")
