"""A short video: declared by its hash, checked as it comes, turned into what every browser plays, its original gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from chuangcheng.kernel import clock
from chuangcheng.kernel.digest import sha256
from chuangcheng.kernel.problems import Refused
from chuangcheng.photos import ffmpeg, filming, films, storage
from chuangcheng.photos.models import Film, Photo
from chuangcheng.photos.verify import verify
from tests.photos import pictures
from tests.photos.clips import absent, clip, turned

MOMENT = datetime(2026, 9, 15, 4, 0, tzinfo=UTC)
Owner = tuple[str, UUID]


@pytest.fixture
def owner(db: None) -> Owner:
    return ("report", uuid4())


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Path:
    """Films of a test lie in a folder of its own."""
    settings.CITY = replace(settings.CITY, home=tmp_path)
    return tmp_path / "media"


def limit(settings: Any, **more: Any) -> None:
    settings.CITY = replace(settings.CITY, **more)


def send(owner: Owner, data: bytes, *, declared: bytes | None = None) -> Film:
    name = sha256(data if declared is None else declared)
    films.declare(owner=owner, hashes=[name], moment=MOMENT)
    middle = len(data) // 2
    return films.receive(owner=owner, sha256=name, chunks=iter((data[:middle], data[middle:])))


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


def left(media: Path) -> list[Path]:
    """Every file that waits or was half made."""
    return [path for path in (media / "waiting").rglob("*") if path.is_file()]


def streams(path: Path) -> str:
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-show_streams", "-show_format", str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_from_the_phone_to_the_page(owner: Owner, media: Path) -> None:
    data = clip("phone")
    film = send(owner, data)
    assert (film.state, film.container, film.width, film.height, film.size) == ("waiting", "mov", 320, 240, len(data))
    assert films.raw_path(film).read_bytes() == data and films.missing(owner) == []
    assert send(owner, data).pk == film.pk and Film.objects.count() == 1
    assert code_of(lambda: films.film_of(owner, film.pk)) == "common.not_found"

    assert filming.drain() == 1
    kept = films.film_of(owner, film.pk)
    stored = films.stored_path(kept.stored_sha256)
    assert kept.original_sha256 == sha256(data) != kept.stored_sha256 == sha256(stored.read_bytes())
    assert 0.9 < kept.seconds < 1.2 and kept.size == stored.stat().st_size and kept.claimed_until is None
    assert left(media) == [] and filming.drain() == 0
    made = stored.read_bytes()
    assert b"secret-word" not in made and b"+30.0020" not in made and b"secret-word" in data
    assert made.index(b"moov") < made.index(b"mdat")  # it plays before it has come whole
    said = streams(stored)
    assert "codec_name=h264" in said and "codec_name=aac" in said and said.count("[STREAM]") == 2
    assert films.poster_path(kept).read_bytes()[:3] == b"\xff\xd8\xff" and Photo.objects.count() == 0
    assert list(verify()) == []
    assert code_of(lambda: films.film_of(("report", uuid4()), film.pk)) == "common.not_found"


def test_upright_stays_upright_and_large_becomes_small(owner: Owner, media: Path) -> None:
    for data in (turned(), clip("large")):
        films.declare(owner=owner, hashes=[sha256(data)], moment=MOMENT)
        films.receive(owner=owner, sha256=sha256(data), chunks=[data])
    filming.drain()
    assert {(film.width, film.height) for film in films.of(owner)} == {(240, 320), (1280, 720)}


@pytest.mark.parametrize("name", ["quicktime", "webm"])
def test_what_other_phones_make_is_taken(owner: Owner, media: Path, name: str) -> None:
    film = send(owner, clip(name))
    assert film.container == ("matroska" if name == "webm" else "mov")
    filming.drain()
    assert films.film_of(owner, film.pk).width == 96


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: clip("sound"), "photos.not_a_video"),
        (lambda: clip("still"), "photos.not_a_video"),
        (lambda: pictures.HEIC, "photos.not_a_video"),
        (lambda: pictures.encoded(pictures.scene()), "photos.not_a_video"),
        (lambda: b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "photos.not_a_video"),
        (lambda: b"ffconcat version 1.0\nfile /etc/passwd\n", "photos.not_a_video"),
        (lambda: b"", "photos.not_a_video"),
        (lambda: clip("phone")[:2000], "photos.video_broken"),
        (lambda: b"\x1a\x45\xdf\xa3" + b"#EXTM3U\nfile:///etc/passwd\n" * 40, "photos.video_broken"),
        (lambda: clip("long"), "photos.video_too_long"),
    ],
    ids=["sound", "still", "heic", "jpeg", "playlist", "concat", "empty", "cut off", "disguised", "long"],
)
def test_what_is_no_short_video_is_refused_for_good(
    owner: Owner, media: Path, settings: Any, make: Callable[[], bytes], code: str
) -> None:
    absent()
    limit(settings, video_seconds=2)
    data = make()
    found = code_of(lambda: send(owner, data))
    assert found in (code, "photos.video_broken" if data == pictures.HEIC else code)
    film = films.of(owner).get()
    assert (film.state, film.reason_code) == ("refused", found) and left(media) == [] and films.missing(owner) == []
    assert films.refusal(film.reason_code).message("en")
    assert code_of(lambda: send(owner, data)) == found  # the same again is told the same


def test_other_bytes_and_too_many_bytes_leave_the_promise_open(owner: Owner, media: Path, settings: Any) -> None:
    data = clip("other")
    assert code_of(lambda: send(owner, data + b"x", declared=data)) == "photos.video_mismatch"
    limit(settings, video_bytes=len(data) - 1)
    assert code_of(lambda: send(owner, data)) == "photos.video_too_large"
    assert code_of(lambda: films.receive(owner=owner, sha256="0" * 64, chunks=[data])) == "photos.video_undeclared"
    assert films.missing(owner) == [sha256(data)] and left(media) == []
    limit(settings, video_bytes=len(data))
    assert send(owner, data).state == "waiting"


def test_without_ffmpeg_videos_are_off_and_say_why(owner: Owner, media: Path, settings: Any) -> None:
    limit(settings, ffmpeg="/nowhere/ffmpeg")
    assert not films.available() and not filming.run_next()
    assert code_of(lambda: send(owner, b"\0\0\0\x18ftypmp42" + b"x" * 40)) == "photos.no_video"
    assert films.of(owner).get().reason_code == "photos.no_video" and not (media / "waiting").exists()


def test_one_that_waits_stays_when_ffmpeg_goes(owner: Owner, media: Path, settings: Any) -> None:
    film = send(owner, clip("other"))
    limit(settings, ffmpeg="/nowhere/ffmpeg")
    assert filming.drain() == 0
    limit(settings, ffmpeg="")
    assert filming.drain() == 1 and films.film_of(owner, film.pk)


class TestTheWorker:
    """Killed, stopped, held up: nothing is lost, nothing is there twice."""

    @pytest.fixture
    def film(self, owner: Owner) -> Film:
        return send(owner, clip("other"))

    def test_a_killed_one_is_replaced_and_the_same_bytes_come_of_it(self, owner: Owner, film: Film) -> None:
        claimed = filming._claim()
        assert claimed is not None and claimed.pk == film.pk
        assert filming.run_next() is False  # somebody is at it
        with clock.at(clock.now()):
            Film.objects.update(claimed_until=clock.real() - timedelta(seconds=1))
        assert filming.run_next()
        first = films.film_of(owner, film.pk)
        films.raw_path(film).write_bytes(clip("other"))
        Film.objects.update(state="waiting", stored_sha256="")
        filming.drain()
        assert films.film_of(owner, film.pk).stored_sha256 == first.stored_sha256

    def test_release_gives_a_claim_back(self, owner: Owner, film: Film) -> None:
        filming._claim()
        assert filming.release() == 1 and filming.run_next()

    def test_one_that_ends_its_workers_is_given_up(self, owner: Owner, film: Film, media: Path) -> None:
        Film.objects.update(attempts=filming.MOST_ATTEMPTS)
        assert filming.run_next()
        assert films.of(owner).get().reason_code == "photos.video_broken" and left(media) == []

    def test_told_to_stop_it_gives_the_film_back(
        self, owner: Owner, film: Film, media: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(ffmpeg, "TICK", 0.001)
        assert filming.run_next(lambda: True) is False
        now = films.of(owner).get()
        assert (now.state, now.attempts, now.claimed_until) == ("waiting", 0, None)
        assert left(media) == [films.raw_path(film)] and filming.run_next()

    def test_a_late_worker_changes_nothing(self, owner: Owner, film: Film) -> None:
        late = filming._claim()
        assert late is not None
        filming.release()
        filming.run_next()
        filming._end(late, "refuse", reason_code="photos.video_broken")
        assert films.of(owner).get().state == "stored"

    def test_a_lost_original_is_said(self, owner: Owner, film: Film) -> None:
        films.raw_path(film).unlink()
        assert filming.run_next()
        assert films.of(owner).get().reason_code == "photos.video_lost"

    def test_one_that_takes_too_long_is_ended(
        self, owner: Owner, film: Film, media: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(ffmpeg, "CONVERT_SECONDS", 0)
        assert filming.run_next()
        assert films.of(owner).get().reason_code == "photos.video_too_heavy" and left(media) == []

    def test_what_nobody_speaks_of_goes_after_a_day(self, owner: Owner, film: Film, media: Path) -> None:
        for name in (".new-1", f"{uuid4()}.raw", "fresh"):
            (media / "waiting" / name).write_bytes(b"x")
        (media / "waiting" / ".work-1").mkdir()
        for path in (media / "waiting").iterdir():
            if path.name != "fresh":
                os.utime(path, (0, 0))
        assert filming.tidy() == 3
        assert {path.name for path in left(media)} == {"fresh", f"{film.pk}.raw"}


def test_what_is_missing_or_changed_is_named(owner: Owner, media: Path) -> None:
    film = send(owner, clip("other"))
    filming.drain()
    kept = films.film_of(owner, film.pk)
    path = films.stored_path(kept.stored_sha256)
    films.poster_path(kept).unlink()
    path.write_bytes(b"other")
    assert [difference.what for difference in verify()] == [
        "the file's content has changed", "the still picture is missing"
    ]  # fmt: skip
    path.unlink()
    assert "the file is missing" in [difference.what for difference in verify()]


def test_a_backup_takes_films_and_what_waits(owner: Owner, media: Path, tmp_path: Path) -> None:
    from chuangcheng.worker import backup

    first = send(owner, clip("other"))
    filming.drain()
    kept = films.film_of(owner, first.pk)
    waiting = send(("report", uuid4()), clip("phone"))
    names, copied = backup._copy_photos(media, tmp_path / "pool", backup.quiet)
    assert f"waiting/{waiting.pk}.raw" in names and copied == len(names)
    film = next(name for name in names if name.endswith(".mp4"))
    assert backup.content_name(film) == kept.stored_sha256 and backup.content_name(f"waiting/{waiting.pk}.raw") == ""
    films.raw_path(waiting).unlink()
    assert backup._copy_photos(media, tmp_path / "pool", backup.quiet)[1] == 0


def test_an_original_that_goes_during_a_backup_ends_nothing(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from chuangcheng.worker import backup

    monkeypatch.setattr(backup, "_photos", lambda media: iter([media / "waiting" / "gone.raw"]))
    assert backup._copy_photos(media, media / "pool", backup.quiet) == ([], 0)


class TestOnAShortLead:
    """What the outside program may do."""

    @pytest.fixture
    def commands(self, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[list[list[str]]]:
        seen: list[list[str]] = []
        absent()
        monkeypatch.setattr(ffmpeg, "_run", lambda command, *rest: seen.append(list(command)) or b"{}")
        yield seen
        for command in seen:
            assert command[command.index("-protocol_whitelist") + 1] == "file"
            assert command.index("-f") < (command.index("-i") if "-i" in command else len(command))

    def test_every_call_names_its_demuxer_and_reads_files_only(self, commands: list[list[str]], tmp_path: Path) -> None:
        (tmp_path / "still").write_bytes(b"jpeg")
        ffmpeg.convert(tmp_path / "in", "matroska", tmp_path / "out")
        assert ffmpeg.still(tmp_path / "in", 0.5, tmp_path / "still") == b"jpeg"
        assert code_of(lambda: ffmpeg.probe(tmp_path / "in", "mov")) == "photos.not_a_video"
        convert, still, probe = commands
        assert "-nostdin" in convert and convert[convert.index("-map_metadata") + 1] == "-1" and "+faststart" in convert
        assert still[still.index("-ss") + 1] == "0.250" and probe[0].endswith("ffprobe")

    @pytest.mark.skipif(sys.platform != "linux", reason="limits of the kernel are Linux's")
    def test_it_ends_by_the_kernels_limit_too(self, settings: Any) -> None:
        spin = [sys.executable, "-c", "import os,sys\nprint(dict(os.environ).get('CHUANGCHENG_HOME'), os.nice(0))"]
        assert ffmpeg._run(spin, 20).split()[0] == b"None"
        killed = [sys.executable, "-c", f"import os; os.kill(os.getpid(), {signal.SIGXCPU.value})"]
        assert code_of(lambda: ffmpeg._run(killed, 20)) == "photos.video_too_heavy"
        assert code_of(lambda: ffmpeg._run([sys.executable, "-c", "raise SystemExit(1)"], 20)) == "photos.video_broken"

    def test_programs_are_found_by_name_or_path(self, settings: Any, tmp_path: Path) -> None:
        absent()
        found = ffmpeg.programs()
        assert found is not None
        limit(settings, ffmpeg=found[0])
        assert ffmpeg.programs() == found
        limit(settings, ffmpeg=str(tmp_path))
        assert ffmpeg.programs() is None


def test_a_finished_file_is_taken_in_under_its_hash(tmp_path: Path) -> None:
    made = tmp_path / "made"
    made.write_bytes(b"film")
    name = storage.adopt(made, lambda digest: tmp_path / "deep" / digest)
    assert name == sha256(b"film") and (tmp_path / "deep" / name).read_bytes() == b"film" and not made.exists()
