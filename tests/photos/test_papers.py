"""Papers: PDFs beside the photos, whole or refused, named by their content, and looked for by verify."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from chuangcheng.kernel.digest import sha256
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.photos import papers
from chuangcheng.photos.models import Paper
from chuangcheng.photos.verify import verify

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "photos.not_a_pdf"),
        (b"MZ\x90\x00", "photos.not_a_pdf"),
        (b"<html>%PDF-1.4 %%EOF", "photos.not_a_pdf"),
        (b" " + PDF, "photos.not_a_pdf"),
        (PDF.removesuffix(b"%%EOF\n"), "photos.not_a_pdf"),
        (PDF + bytes(papers._TAIL), "photos.not_a_pdf"),
        (PDF + bytes(papers.MAX_MB * 1024 * 1024), "photos.paper_too_large"),
    ],
    ids=["empty", "a program", "a page", "a blank before", "cut off", "much behind it", "too large"],
)
def test_what_is_no_whole_pdf_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(Refused) as told:
        papers.prepare(data=data)
    assert told.value.code == code


@pytest.mark.parametrize("data", [PDF, PDF + b"\r\n", PDF.replace(b"1.4", b"2.0")])
def test_it_lies_under_its_hash_and_twice_is_once(data: bytes) -> None:
    name = papers.prepare(data=data)
    assert name == sha256(data)
    path = papers.path_of(name)
    assert path.read_bytes() == data
    assert path.suffix == ".pdf" and path.parent.name == name[2:4]
    before = path.stat().st_mtime_ns
    assert papers.prepare(data=data) == name
    assert path.stat().st_mtime_ns == before


@pytest.mark.django_db
def test_an_owner_has_the_newest_and_the_same_only_once() -> None:
    owner = ("instruction", new_id())
    assert papers.of(owner) is None
    first = papers.put(owner=owner, sha256=papers.prepare(data=PDF), size=len(PDF))
    other = papers.put(owner=owner, sha256=papers.prepare(data=PDF + b"\n"), size=len(PDF) + 1)
    assert first.pk != other.pk
    found = papers.of(owner)
    assert found is not None and found.pk == other.pk
    assert papers.of(("case", owner[1])) is None
    assert list(verify()) == []
    with pytest.raises(IntegrityError):
        papers.put(owner=owner, sha256=first.sha256, size=1)


@pytest.mark.django_db
def test_a_missing_or_changed_file_is_named_once_however_many_own_it() -> None:
    data = PDF + b"%%verify"
    name = papers.prepare(data=PDF)
    for _ in range(2):
        papers.put(owner=("instruction", new_id()), sha256=name, size=len(data))
    assert Paper.objects.count() == 2
    path = papers.path_of(name)
    path.write_bytes(b"%PDF-1.4 changed %%EOF")
    assert [(one.where, one.what) for one in verify()] == [(f"paper {name}", "the file's content has changed")]
    path.unlink()
    assert [(one.where, one.what) for one in verify()] == [(f"paper {name}", "the file is missing")]
    papers.prepare(data=PDF)
    assert list(verify()) == []
