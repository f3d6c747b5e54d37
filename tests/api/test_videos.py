"""A video of a report: declared with it, sent after it, refused with a reason that stands in the public state."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chuangcheng.cases.inputs import ReportInput
from chuangcheng.cases.models import Report
from chuangcheng.history.models import Event, Outbox
from chuangcheng.kernel.digest import sha256
from chuangcheng.kernel.ids import new_id
from chuangcheng.photos import filming, films
from chuangcheng.photos.models import Film
from tests.api.conftest import REPORTS, Caller, body, is_problem
from tests.api.test_reports import picture
from tests.photos.clips import clip

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Any) -> None:
    """Films of a test lie in a folder of its own."""
    settings.CITY = replace(settings.CITY, home=tmp_path, rate_limits="off")


def told(caller: Caller, report: str) -> list[tuple[str, str | None]]:
    videos = caller.get(f"{REPORTS}/{report}").json()["videos"]
    return [(one["state"], (one["reason"] or {}).get("code")) for one in videos]


def test_from_declaration_to_the_kept_film(noon: object, caller: Caller) -> None:
    data, photo = clip("other"), picture()
    given = body(video={"sha256": sha256(data)}, photos=[{"sha256": sha256(photo), "role": "near"}])
    first = caller.post(given).json()
    assert first["missing_photos"] == [sha256(photo)]
    assert first["videos"] == [{"sha256": sha256(data), "state": "declared", "reason": None}]
    report = Report.objects.get(pk=first["id"])
    assert (report.photos_declared, report.photos_missing) == (2, 2)

    caller.put(f"{REPORTS}/{report.pk}/photos/{sha256(photo)}", photo)
    for _ in range(2):
        answer = caller.put(f"{REPORTS}/{report.pk}/videos/{sha256(data).upper()}", data)
        assert (answer.status_code, answer.json()["videos"][0]["state"]) == (200, "waiting")
    assert caller.post(given).json()["videos"][0]["state"] == "waiting"
    report.refresh_from_db()
    assert report.photos_missing == 0
    assert Outbox.objects.filter(topic="report.completed", subject_id=report.pk).count() == 1
    assert Event.objects.filter(subject_id=report.pk, action="report.film_received").count() == 1
    filming.drain()
    assert told(caller, first["id"]) == [("stored", None)]


def test_what_is_refused_for_good_is_waited_for_no_longer(noon: object, caller: Caller) -> None:
    data = clip("sound")
    report = caller.post(body(video={"sha256": sha256(data)})).json()["id"]
    for _ in range(2):
        problem = is_problem(caller.put(f"{REPORTS}/{report}/videos/{sha256(data)}", data), 422, "photos.not_a_video")
    said = caller.get(f"{REPORTS}/{report}").json()["videos"][0]["reason"]
    assert said == {"code": "photos.not_a_video", "label": problem["detail"]}
    assert Report.objects.get(pk=report).photos_missing == 0
    event = Event.objects.get(subject_id=report, action="report.film_refused")
    assert event.after["code"] == "photos.not_a_video"


def test_without_ffmpeg_the_report_stands_and_the_video_is_refused(noon: object, caller: Caller, settings: Any) -> None:
    settings.CITY = replace(settings.CITY, ffmpeg="/nowhere/ffmpeg")
    data = b"\0\0\0\x18ftypmp42" + b"x" * 40
    answer = caller.post(body(video={"sha256": sha256(data)}))
    assert answer.status_code == 201
    report = answer.json()["id"]
    is_problem(caller.put(f"{REPORTS}/{report}/videos/{sha256(data)}", data), 422, "photos.no_video")
    assert told(caller, report) == [("refused", "photos.no_video")]


@pytest.mark.parametrize(
    "video", [{}, {"sha256": "x"}, {"sha256": "a" * 64, "role": "near"}, [{"sha256": "a" * 64}], "a" * 64]
)
def test_a_declaration_that_is_none_is_refused(noon: object, caller: Caller, video: object) -> None:
    is_problem(caller.post(body(video=video)), 422, "common.invalid")


def test_only_what_was_declared_and_no_more_than_allowed(noon: object, caller: Caller, settings: Any) -> None:
    data = b"x" * 100
    report = caller.post(body(video={"sha256": sha256(data)})).json()["id"]
    is_problem(caller.put(f"{REPORTS}/{report}/videos/{'0' * 64}", data), 404, "photos.video_undeclared")
    is_problem(caller.put(f"{REPORTS}/{new_id()}/videos/{sha256(data)}", data), 404, "common.not_found")
    is_problem(caller.put(f"{REPORTS}/{report}/videos/short", data), 404, "common.not_found")
    is_problem(caller.put(f"{REPORTS}/{report}/photos/{sha256(data)}", data), 404, "photos.undeclared")
    settings.CITY = replace(settings.CITY, video_bytes=99)
    is_problem(caller.put(f"{REPORTS}/{report}/videos/{sha256(data)}", data), 413, "common.too_large")
    assert told(caller, report) == [("declared", None)]


def test_another_video_under_the_same_id_is_another_report(noon: object, caller: Caller) -> None:
    given = body(video={"sha256": "a" * 64})
    assert caller.post(given).status_code == 201 and caller.post(given).status_code == 200
    is_problem(caller.post({**given, "video": {"sha256": "b" * 64}}), 409, "common.different_body")
    assert Film.objects.get().state == "declared"


def test_bodies_from_before_there_were_videos_keep_their_digest() -> None:
    given = ReportInput(id=new_id(), text="x", source="portal")
    assert "films" not in given.body() and "films" in replace(given, films=("a" * 64,)).body()


def test_a_second_video_is_one_too_many(noon: object) -> None:
    from chuangcheng.cases.inputs import check_report
    from chuangcheng.kernel import clock
    from chuangcheng.kernel.problems import Refused

    given = ReportInput(id=new_id(), text="x", source="portal", films=("a" * 64, "b" * 63))
    with pytest.raises(Refused) as refused:
        check_report(given, clock.now())
    assert [(one.field, one.code) for one in refused.value.fields] == [("video", "count"), ("video.sha256", "format")]


def test_a_report_without_files_asks_nothing_about_videos(
    noon: object, caller: Caller, django_assert_num_queries: Any
) -> None:
    report = caller.post(body()).json()
    assert report["videos"] == []
    with django_assert_num_queries(1):
        assert caller.get(f"{REPORTS}/{report['id']}").json()["videos"] == []
    assert films.MOST == 1
