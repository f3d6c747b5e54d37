"""One range of a file, as iPhones ask for it before they play."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.web.ranges import ranged

DATA = bytes(range(200)) * 500  # 100,000 bytes: more than a block


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("ranges") / "film"
    file.write_bytes(DATA)
    return file


def ask(path: Path, **headers: str) -> tuple[int, bytes, Any]:
    response = ranged(RequestFactory().get("/", headers=headers), path, "video/mp4", "tag")
    body = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    for close in response._resource_closers:  # not response.close(): it would ask a database of ours
        close()
    return response.status_code, body, response.headers


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-1", 0, 1), ("bytes=0-", 0, 99_999), ("bytes=99999-", 99_999, 99_999), ("bytes=-5", 99_995, 99_999),
     ("bytes=10-999999", 10, 99_999), ("bytes=-999999", 0, 99_999), ("bytes = 3-4", 3, 4)],
)  # fmt: skip
def test_a_part(path: Path, asked: str, first: int, last: int) -> None:
    status, body, headers = ask(path, range=asked)
    assert (status, body) == (206, DATA[first : last + 1])
    assert headers["Content-Range"] == f"bytes {first}-{last}/100000"
    assert headers["Content-Length"] == str(len(body)) and headers["Content-Type"] == "video/mp4"


@pytest.mark.parametrize("asked", ["bytes=100000-", "bytes=5-4", "bytes=-0", "bytes=999999999999999999999-"])
def test_nothing_of_it(path: Path, asked: str) -> None:
    status, body, headers = ask(path, range=asked)
    assert (status, body, headers["Content-Range"]) == (416, b"", "bytes */100000")


@pytest.mark.parametrize("asked", ["", "bytes=-", "bytes=0-1,4-5", "pages=1-2", "bytes=x-2", "nonsense"])
def test_the_whole(path: Path, asked: str) -> None:
    status, body, headers = ask(path, range=asked)
    assert (status, body) == (200, DATA) and headers["Accept-Ranges"] == "bytes" and headers["ETag"] == '"tag"'


def test_a_part_of_another_version_is_not_given(path: Path) -> None:
    assert ask(path, range="bytes=0-1", **{"if-range": '"old"'})[0] == 200
    assert ask(path, range="bytes=0-1", **{"if-range": '"tag"'})[0] == 206


@given(st.integers(0, 120_000), st.integers(0, 120_000))
def test_any_two_numbers(path: Path, first: int, last: int) -> None:
    status, body, _ = ask(path, range=f"bytes={first}-{last}")
    assert (status, body) == ((206, DATA[first : last + 1]) if first <= last and first < len(DATA) else (416, b""))
