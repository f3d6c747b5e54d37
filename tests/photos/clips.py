"""Tiny videos, made by ffmpeg itself and once for each run: nothing of the kind lies in the repository."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest

FFMPEG = shutil.which("ffmpeg")
SOUND = ("-f", "lavfi", "-i", "sine=frequency=440:duration=1")
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
#: What a phone writes into a film and nobody but the phone should know.
TOLD = (
    "-metadata",
    "location=+30.0020+120.0020/",
    "-metadata",
    "comment=secret-word",
    "-movflags",
    "use_metadata_tags",
)


def picture(size: str = "320x240", seconds: int = 1, rate: int = 10) -> tuple[str, ...]:
    """The drawn source of a clip."""
    return ("-f", "lavfi", "-i", f"testsrc=size={size}:rate={rate}:duration={seconds}")


RECIPES: dict[str, tuple[str, tuple[str, ...]]] = {
    "phone": ("clip.mp4", (*picture(), *SOUND, *X264, "-c:a", "aac", *TOLD)),
    "other": ("clip.mp4", (*picture("96x64"), *X264)),
    "quicktime": ("clip.mov", (*picture("96x64"), "-c:v", "mjpeg")),
    "webm": ("clip.webm", (*picture("96x64"), "-c:v", "libvpx", "-deadline", "realtime")),
    "large": ("clip.mp4", (*picture("1920x1080", rate=2), *X264)),
    "long": ("clip.mp4", (*picture("64x48", seconds=4, rate=2), *X264)),
    "sound": ("clip.m4a", (*SOUND, "-c:a", "aac", "-f", "mp4")),
    "still": ("clip.mp4", (*picture("64x48", rate=1), *X264)),
}


def absent() -> None:
    """Without ffmpeg the test is skipped; the full run turns that into a failure."""
    if not FFMPEG or not shutil.which("ffprobe"):
        pytest.skip("no ffmpeg (apt-get install ffmpeg)")


@cache
def clip(name: str) -> bytes:
    """The bytes of one of :data:`RECIPES`."""
    absent()
    suffix, arguments = RECIPES[name]
    with tempfile.TemporaryDirectory(prefix="chuangcheng-clip-") as folder:
        path = Path(folder) / suffix
        command = [str(FFMPEG), "-nostdin", "-loglevel", "error", "-y", *arguments, str(path)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        return path.read_bytes()


@cache
def turned() -> bytes:
    """The phone's clip, held upright: the pixels lie, and a matrix says so."""
    with tempfile.TemporaryDirectory(prefix="chuangcheng-clip-") as folder:
        flat, path = Path(folder) / "flat.mp4", Path(folder) / "turned.mp4"
        flat.write_bytes(clip("phone"))
        command = [str(FFMPEG), "-nostdin", "-loglevel", "error", "-i", str(flat), "-c", "copy",
                   "-metadata:s:v:0", "rotate=90", str(path)]  # fmt: skip
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        return path.read_bytes()
