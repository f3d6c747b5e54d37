"""The demo's few rows about proof and privacy, in a city small enough to look at."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, cast

import pytest

from chuangcheng.cases import actions, complaints, publishing
from chuangcheng.cases.models import PhotoAlarm, Report
from chuangcheng.demo import trust
from chuangcheng.demo.found import Cast
from chuangcheng.kernel.complaints import sounds_like
from chuangcheng.kernel.digest import sha256
from chuangcheng.photos.actions import Declaration
from chuangcheng.photos.models import Release
from tests.cases.conftest import limits, play
from tests.cases.play import LITTER
from tests.cases.test_alarms import shot

if TYPE_CHECKING:
    from tests.cases.play import Play

__all__ = ["limits", "play"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def city(play: Play) -> Cast:
    """Two published reports with photos, and four cases in the hands of a street."""
    for name in ("a", "b"):
        data = shot(name)
        report = play.report(photos=(Declaration(sha256(data), "near"),))
        actions.ingest_photo(report_id=report.pk, sha256=sha256(data), data=data)
        actions.file_report(actor=play.by["office"], report_id=report.pk, category_code=LITTER)
    for _ in range(4):
        play.handling()
    return Cast(
        cast(Any, None), named={"office": play.by["office"]}, posted={("street", "U-990101001"): [play.by["street"]]}
    )


def test_one_complaint_waits_and_two_went_out(city: Cast, play: Play) -> None:
    trust.play(city)
    states = complaints.visible_to(play.by["office"]).order_by("referred_to").values_list("state", "referred_to")
    assert list(states) == [("received", ""), ("referred", "discipline"), ("referred", "hotline")]


def test_one_photo_is_public_whole_and_one_covered(city: Cast) -> None:
    trust.play(city)
    assert sorted(Release.objects.values_list("state", "boxes")) == [("released", 0), ("released", 1)]
    shown = publishing.public_photos(Report.objects.values_list("pk", flat=True))
    assert len(shown) == 2


def test_one_alarm_waits_and_one_is_judged(city: Cast) -> None:
    trust.play(city)
    assert sorted(PhotoAlarm.objects.values_list("kind", "state")) == [
        ("after_twice", "harmless"), ("after_twice", "open"),
    ]  # fmt: skip


def test_a_city_without_such_rows_is_left_alone(play: Play) -> None:
    trust.play(Cast(cast(Any, None), named={"office": play.by["office"]}))
    assert not PhotoAlarm.objects.exists() and not Release.objects.exists()


def test_the_page_would_have_asked_of_each_complaint() -> None:
    assert all(sounds_like(text) for text, _, _ in trust.COMPLAINTS)
    assert io.BytesIO(shot("a")).read(2) == b"\xff\xd8"
