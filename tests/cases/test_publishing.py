"""Photos for the public: nothing before a person has released it, nothing but the covered copy, and back again."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from chuangcheng.cases import actions, publishing
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel.digest import sha256
from chuangcheng.kernel.problems import Refused
from chuangcheng.photos import release, selectors
from chuangcheng.photos.actions import Declaration
from chuangcheng.photos.imaging import FILL, Box, cover
from tests.cases.play import LITTER
from tests.photos.pictures import encoded

if TYPE_CHECKING:
    from chuangcheng.cases.models import Report
    from chuangcheng.photos.models import Photo, Release
    from tests.cases.play import Play

pytestmark = pytest.mark.django_db
FACE = [0.25, 0.25, 0.5, 0.5]


@pytest.fixture
def sent(play: Play) -> tuple[Report, Photo]:
    """A filed citizen's report with one photo, wholly yellow."""
    data = encoded(Image.new("RGB", (400, 300), (240, 220, 20)))
    digest = sha256(data)
    report = play.report(photos=(Declaration(digest, "near"),))
    actions.ingest_photo(report_id=report.pk, sha256=digest, data=data)
    actions.file_report(actor=play.by["office"], report_id=report.pk, category_code=LITTER)
    report.refresh_from_db()
    return report, selectors.of(("report", report.pk)).get()


def publish(play: Play, sent: tuple[Report, Photo], by: str = "office", boxes: Any = (FACE,)) -> Release:
    report, photo = sent
    return publishing.release_photo(
        actor=play.by[by], kind="report", subject_id=report.pk, photo_id=photo.pk, boxes=boxes
    )


def is_hidden(photo: Photo) -> bool:
    try:
        publishing.public_photo(photo.pk)
    except Refused as refused:
        return refused.code == "common.not_found"
    return False


def test_nothing_is_public_before_release(play: Play, sent: tuple[Report, Photo]) -> None:
    report, photo = sent
    assert is_hidden(photo)
    assert publishing.public_photos([report.pk]) == {}


def test_what_was_covered_is_gone_and_the_original_stays(play: Play, sent: tuple[Report, Photo]) -> None:
    photo = sent[1]
    before = selectors.stored_path(photo).read_bytes()
    done = publish(play, sent)
    shown = Image.open(io.BytesIO(release.public_path(publishing.public_photo(photo.pk)).read_bytes()))
    assert shown.size == (400, 300)
    for x, y in ((105, 80), (150, 112), (195, 145)):
        assert all(abs(value - fill) < 12 for value, fill in zip(shown.getpixel((x, y)), FILL, strict=True))  # type: ignore[arg-type]
    assert shown.getpixel((20, 20))[0] > 200  # type: ignore[index]
    assert done.copy_sha256 != photo.stored_sha256
    assert selectors.stored_path(photo).read_bytes() == before
    small = Image.open(io.BytesIO(release.public_path(done, thumb=True).read_bytes()))
    assert abs(small.getpixel((small.width * 3 // 8, small.height * 3 // 8))[0] - FILL[0]) < 12  # type: ignore[index]


def test_without_boxes_the_stored_photo_itself(play: Play, sent: tuple[Report, Photo]) -> None:
    done = publish(play, sent, boxes=())
    assert (done.boxes, done.copy_sha256) == (0, sent[1].stored_sha256)


def test_it_can_be_covered_anew_and_taken_back(play: Play, sent: tuple[Report, Photo]) -> None:
    report, photo = sent
    first = publish(play, sent, boxes=()).copy_sha256
    assert publish(play, sent).copy_sha256 != first
    publishing.withdraw_photo(actor=play.by["office"], kind="report", subject_id=report.pk, photo_id=photo.pk)
    assert is_hidden(photo)
    with pytest.raises(Refused) as refused:
        publishing.withdraw_photo(actor=play.by["office"], kind="report", subject_id=report.pk, photo_id=photo.pk)
    assert refused.value.code == "state.move_refused"


def test_each_step_is_a_history_row(play: Play, sent: tuple[Report, Photo]) -> None:
    report, photo = sent
    done = publish(play, sent)
    event = events_of("report", report.pk).get(action="report.photo_released")
    assert event.after == {"photo": photo.original_sha256, "copy": done.copy_sha256, "boxes": 1}
    assert (done.released_by_id, event.actor_person) == (play.by["office"].person_id, play.by["office"].person_id)


def test_who_may_publish(play: Play, sent: tuple[Report, Photo]) -> None:
    found = {}
    for name in play.by:
        try:
            publish(play, sent, by=name)
            found[name] = ""
        except Refused as refused:
            found[name] = refused.code
    assert {name for name, code in found.items() if not code} == {"office", "district"}


def test_a_photo_of_another_report_is_not_found(play: Play, sent: tuple[Report, Photo]) -> None:
    other = play.report()
    with pytest.raises(Refused) as refused:
        publishing.release_photo(
            actor=play.by["office"], kind="report", subject_id=other.pk, photo_id=sent[1].pk, boxes=()
        )
    assert refused.value.code == "common.not_found"


@pytest.mark.parametrize(
    "box",
    [
        [0, 0, 0, 1], [0.5, 0, 0.4, 1], [-0.1, 0, 1, 1], [0, 0, 1.1, 1], [0, 0, 1], [0, 0, 1, 1, 1], ["a", 0, 1, 1],
        [True, 0, 1, 1], [float("nan"), 0, 1, 1], [None, 0, 1, 1],
    ],
)  # fmt: skip
def test_boxes_that_are_none(play: Play, sent: tuple[Report, Photo], box: list[object]) -> None:
    with pytest.raises(Refused) as refused:
        publish(play, sent, boxes=[box])
    assert refused.value.code == "photos.bad_box"
    assert is_hidden(sent[1])


def test_too_many_boxes(play: Play, sent: tuple[Report, Photo]) -> None:
    with pytest.raises(Refused) as refused:
        publish(play, sent, boxes=[FACE] * 61)
    assert refused.value.code == "photos.too_many_boxes"


def test_a_report_that_is_not_published_keeps_its_released_photo_to_itself(
    play: Play, sent: tuple[Report, Photo]
) -> None:
    report, photo = sent
    publish(play, sent)
    for change in ({"source": "hotline"}, {"source": "portal", "complaint": True}):
        type(report).objects.filter(pk=report.pk).update(**change)
        assert is_hidden(photo), change
        assert publishing.public_photos([report.pk]) == {}


def test_the_proof_of_the_case_behind_a_report(play: Play, sent: tuple[Report, Photo]) -> None:
    report, photo = sent
    office, case_id = play.by["office"], report.case_id
    assert case_id is not None
    actions.dispatch_case(actor=office, case_id=case_id, unit_id=play.unit("street"))
    actions.accept_case(actor=play.by["street"], case_id=case_id)
    proof = actions.add_after_photo(
        actor=play.by["street"], case_id=case_id, data=encoded(Image.new("RGB", (40, 30), (9, 9, 9)))
    )
    publish(play, sent)
    publishing.release_photo(actor=office, kind="case", subject_id=case_id, photo_id=proof.pk, boxes=())
    assert [one.photo for one in publishing.public_photos([report.pk])[report.pk]] == [photo, proof]
    assert publishing.public_photo(proof.pk).photo == proof
    assert events_of("case", case_id).filter(action="case.photo_released").count() == 1


def test_a_box_covers_every_pixel_that_it_touches() -> None:
    assert Box(0.101, 0.101, 0.109, 0.109).pixels(100, 100) == (10, 10, 10, 10)
    assert Box(0, 0, 1, 1).pixels(30, 20) == (0, 0, 29, 19)
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), (250, 250, 250)).save(buffer, "JPEG", quality=95)
    jpeg, thumb, size = cover(buffer.getvalue(), [Box(0, 0, 1, 1)])
    assert size == (64, 48) and thumb == jpeg
    assert max(Image.open(io.BytesIO(jpeg)).convert("L").getextrema()) < 60
