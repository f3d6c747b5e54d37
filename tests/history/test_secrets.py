"""Personal values: unreadable at rest, readable with the home's keys, found again without decrypting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.history import secrets

PHONE = "13812345678"


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of its own, so that rotating does not touch the other tests."""
    monkeypatch.setattr(settings, "CITY", replace(settings.CITY, home=tmp_path))
    secrets._keys.cache_clear()
    secrets._digest_key.cache_clear()
    yield tmp_path / "keys"
    secrets._keys.cache_clear()
    secrets._digest_key.cache_clear()


@given(st.text())
def test_what_is_encrypted_comes_back(text: str) -> None:
    stored = secrets.encrypt(text)
    assert secrets.decrypt(memoryview(stored)) == text
    assert not text.strip() or len(text) < 6 or text.encode() not in stored


def test_key_files_are_private(keys: Path) -> None:
    secrets.encrypt(PHONE)
    assert (keys / "field").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in keys.iterdir()] == ["field"]


def test_after_rotation_old_values_stay_readable_and_can_be_renewed(keys: Path) -> None:
    old = secrets.encrypt(PHONE)
    assert not secrets.is_stale(old)
    new_key = secrets.rotate()
    assert secrets.decrypt(old) == PHONE
    assert secrets.is_stale(old)
    renewed = secrets.renew(old)
    assert renewed.startswith(new_key.encode() + b":")
    assert not secrets.is_stale(renewed)
    assert secrets.decrypt(renewed) == PHONE


def test_ten_rotations_keep_the_newest_last(keys: Path) -> None:
    for _ in range(11):
        newest = secrets.rotate()
    assert secrets.encrypt(PHONE).startswith(newest.encode())


def test_a_key_rotated_by_another_process_is_found(keys: Path) -> None:
    secrets.encrypt(PHONE)
    held = dict(secrets._keys())
    secrets.rotate()
    foreign = secrets.encrypt(PHONE)
    secrets._keys.cache_clear()
    secrets._keys().clear()
    secrets._keys().update(held)
    assert secrets.decrypt(foreign) == PHONE


def test_a_missing_key_is_named(keys: Path) -> None:
    stored = secrets.encrypt(PHONE)
    (keys / "field").unlink()
    secrets._keys.cache_clear()
    with pytest.raises(secrets.SecretsError, match=stored[:8].decode()):
        secrets.decrypt(stored)


def test_a_changed_value_is_refused(keys: Path) -> None:
    stored = secrets.encrypt(PHONE)
    with pytest.raises(secrets.SecretsError, match="changed"):
        secrets.decrypt(stored[:-4] + b"AAA=")


@pytest.mark.parametrize(
    "written", ["138 1234 5678", "138-1234-5678", "+86 13812345678", "0086-138 1234 5678", "１３８１２３４５６７８"]
)
def test_the_blind_index_sees_through_the_ways_of_writing_a_phone(keys: Path, written: str) -> None:
    assert secrets.blind(written) == secrets.blind(PHONE)


def test_the_blind_index_tells_values_apart_and_survives_rotation(keys: Path) -> None:
    before = secrets.blind(PHONE)
    secrets.rotate()
    assert secrets.blind(PHONE) == before
    assert secrets.blind("13812345679") != before
    assert secrets.blind("  ") == ""
    assert PHONE not in before


def test_digests_of_different_purposes_cannot_be_matched(keys: Path) -> None:
    assert secrets.digest_of("body", "x") != secrets.digest_of("name", "x")
    assert secrets.digest_of("body", {"a": 1, "b": 2}) == secrets.digest_of("body", {"b": 2, "a": 1})
