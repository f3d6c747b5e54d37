"""Short videos through an outside ffmpeg: look at one, turn it into what every browser plays, take a still of it.

The bytes come from anybody, so ffmpeg is kept on a short lead: no shell, only the demuxer that the first bytes name
(never a playlist), only files as inputs, one thread, and limits of time, memory and output.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from chuangcheng.kernel.problems import Refused

PROBE_SECONDS = 10
CONVERT_SECONDS = 300  #: wall clock; a minute of 4K takes about two on a slow core
MEMORY = 2 << 30
TICK = 0.2
LONGEST_SIDE, SHORTEST_SIDE = 1280, 720
#: A phone's clock of frames ends a little behind the last one.
GRACE = 1.0
_LEAD = ("-hide_banner", "-loglevel", "error", "-protocol_whitelist", "file")
_FIT = (
    f"scale=w='if(gte(iw,ih),min({LONGEST_SIDE},iw),min({SHORTEST_SIDE},iw))'"
    f":h='if(gte(iw,ih),min({SHORTEST_SIDE},ih),min({LONGEST_SIDE},ih))'"
    ":force_original_aspect_ratio=decrease:force_divisible_by=2,setsar=1,format=yuv420p"
)
_EXACT = ("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact")
_probing = threading.BoundedSemaphore(2)


class Stopped(Exception):
    """The worker was told to stop in the midst of it."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a video is: seconds, and pixels as it is stored (not turned)."""

    seconds: float
    width: int
    height: int


def programs(given: str | None = None) -> tuple[str, str] | None:
    """ffmpeg (``given``; None: the city's setting) and the ffprobe beside it, or None: then videos are off."""
    ffmpeg = shutil.which((settings.CITY.ffmpeg if given is None else given) or "ffmpeg")
    if ffmpeg is None:
        return None
    ffprobe = shutil.which("ffprobe", path=str(Path(ffmpeg).parent)) or shutil.which("ffprobe")
    return (ffmpeg, ffprobe) if ffprobe else None


def container_of(head: bytes) -> str:
    """The demuxer for a file that begins so: ``mov`` (MP4, MOV, 3GP) or ``matroska`` (WebM, MKV). Raises
    photos.not_a_video; HEIC and AVIF begin as MP4 does, ffprobe tells them apart."""
    if head[4:8] == b"ftyp":
        return "mov"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "matroska"
    raise Refused("photos.not_a_video")


def probe(path: Path, container: str) -> Look:
    """Read the headers. Raises photos.not_a_video, photos.video_broken, photos.video_too_long."""
    found = programs()
    if found is None:
        raise Refused("photos.no_video")
    command = [found[1], *_LEAD, "-f", container, "-show_entries",
               "format=duration:stream=codec_type,width,height,duration,nb_frames:stream_disposition=attached_pic",
               "-of", "json", str(path)]  # fmt: skip
    with _probing:
        told = _run(command, PROBE_SECONDS)
    try:
        return _look(json.loads(told or b"{}"))
    except (ValueError, TypeError, KeyError) as error:
        raise Refused("photos.video_broken") from error


def _look(told: dict[str, object]) -> Look:
    streams = [one for one in told.get("streams", []) if one.get("codec_type") == "video"]  # type: ignore[attr-defined]
    moving = [one for one in streams if not one.get("disposition", {}).get("attached_pic")]
    if not moving or moving[0].get("nb_frames") == "1":
        raise Refused("photos.not_a_video")
    shape = told.get("format", {})
    seconds = float(shape.get("duration") or moving[0].get("duration") or 0)  # type: ignore[attr-defined]
    limit = settings.CITY.video_seconds
    if seconds > limit + GRACE:
        raise Refused("photos.video_too_long", limit=limit)
    width, height = int(moving[0]["width"]), int(moving[0]["height"])
    if min(width, height) < 2:
        raise Refused("photos.video_broken")
    return Look(seconds, width, height)


def convert(source: Path, container: str, target: Path, stopping: Callable[[], bool] = lambda: False) -> None:
    """Write H.264 and AAC of at most 720p into ``target`` (MP4), picture and sound alone; the same bytes each time.

    Raises photos.video_broken, photos.video_too_heavy, photos.no_video, and :class:`Stopped`.
    """
    _ffmpeg(
        ["-f", container, "-i", str(source), "-map", "0:v:0", "-map", "0:a:0?", "-sn", "-dn",
         "-map_metadata", "-1", "-map_chapters", "-1", "-t", str(settings.CITY.video_seconds + 2 * GRACE),
         "-threads", "1", "-vf", _FIT, "-fpsmax", "30", "-c:v", "libx264", "-preset", "veryfast", "-crf", "25",
         "-profile:v", "main", "-c:a", "aac", "-b:a", "96k", "-ac", "1", *_EXACT,
         "-movflags", "+faststart", "-f", "mp4", str(target)], stopping,
    )  # fmt: skip


def still(source: Path, seconds: float, target: Path) -> bytes:
    """A JPEG of a converted video: of its second second, or its middle if it is shorter."""
    at = f"{min(1.0, seconds / 2):.3f}"
    for begin in (at, "0"):
        _ffmpeg(["-ss", begin, "-f", "mov", "-i", str(source), "-map", "0:v:0", "-frames:v", "1", "-c:v", "mjpeg",
                 "-q:v", "3", *_EXACT, "-f", "image2", "-update", "1", str(target)])  # fmt: skip
        if target.exists() and target.stat().st_size:
            return target.read_bytes()
    raise Refused("photos.video_broken")


def _ffmpeg(arguments: Sequence[str], stopping: Callable[[], bool] = lambda: False) -> None:
    found = programs()
    if found is None:
        raise Refused("photos.no_video")
    _run([found[0], "-nostdin", "-y", "-threads", "1", *_LEAD, *arguments], CONVERT_SECONDS, stopping)


def _run(command: Sequence[str], seconds: int, stopping: Callable[[], bool] = lambda: False) -> bytes:
    """What the program said. A failure is the video's: photos.video_broken, or photos.video_too_heavy when it took too
    long."""
    clean = {name: value for name, value in os.environ.items() if name in ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")}
    process = subprocess.Popen(  # noqa: S603 - no shell; the arguments are ours and a path that we made
        list(command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=clean
    )
    _limit(process.pid, seconds)
    try:
        said = _wait(process, time.monotonic() + seconds, stopping)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    if process.returncode < 0:
        raise Refused("photos.video_too_heavy")
    if process.returncode:
        raise Refused("photos.video_broken")
    return said


def _wait(process: subprocess.Popen[bytes], give_up: float, stopping: Callable[[], bool]) -> bytes:
    while time.monotonic() < give_up:
        try:
            return process.communicate(timeout=TICK)[0]
        except subprocess.TimeoutExpired:
            if stopping():
                raise Stopped from None
    raise Refused("photos.video_too_heavy")


def _limit(pid: int, seconds: int) -> None:
    """The kernel's own limits, where it has them: a child that outlives a killed worker ends by itself."""
    if sys.platform == "linux":
        import resource

        most = settings.CITY.video_bytes * 4
        limits = ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, most),
                  (resource.RLIMIT_CORE, 0))  # fmt: skip
        try:
            for what, value in limits:
                resource.prlimit(pid, what, (value, value))
            os.setpriority(os.PRIO_PROCESS, pid, 10)
        except ProcessLookupError:
            return  # it was quicker
