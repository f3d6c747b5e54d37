"""A composed document as a file: two kinds, a Chinese name, nothing kept by the browser."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import unquote

import pytest

from chuangcheng.bulletins import pdf, word
from chuangcheng.desk import documents
from chuangcheng.kernel.problems import Refused

MADE = datetime(2026, 9, 14, tzinfo=UTC)


@pytest.fixture(autouse=True)
def writers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The writers have tests of their own; here they only say who wrote."""
    monkeypatch.setattr(word, "print_document", lambda document: f"word of {document}".encode())
    monkeypatch.setattr(pdf, "print_document", lambda document, at: f"pdf of {document} {at:%Y}".encode())


@pytest.mark.parametrize(("kind", "content"), [("docx", b"word of it"), ("pdf", b"pdf of it 2026")])
def test_a_document_goes_out_under_its_name(kind: str, content: bytes) -> None:
    answer = documents.as_file("it", kind, "周报第3期", MADE)  # type: ignore[arg-type]
    assert answer.content == content and answer["Content-Type"] == documents.MIMES[kind]
    assert unquote(answer["Content-Disposition"]) == f"attachment; filename*=UTF-8''周报第3期.{kind}"
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("kind", ["", "doc", "PDF", "html"])
def test_another_kind_is_not_found(kind: str) -> None:
    with pytest.raises(Refused, match=r"common\.not_found"):
        documents.as_file("it", kind, "周报", MADE)  # type: ignore[arg-type]
