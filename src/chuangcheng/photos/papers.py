"""Papers: documents (PDF, and the library's DOCX and TXT) that belong to something, stored by the hash of their content
beside the photos, so that a backup takes them along. Like a photo, a paper has no rights of its own: the door fetches
its owner, then streams."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from django.conf import settings

from chuangcheng.history.projections import Difference
from chuangcheng.kernel import clock
from chuangcheng.kernel.digest import sha256 as digest_of
from chuangcheng.kernel.problems import Refused
from chuangcheng.photos import storage
from chuangcheng.photos.models import Paper

MAX_MB = 20
_MAGIC, _END = b"%PDF-", b"%%EOF"
#: Writers put a line or two behind the end of a file, never more.
_TAIL = 2048


def looks_like_pdf(data: bytes) -> bool:
    """Whether the bytes begin as a PDF does."""
    return data.startswith(_MAGIC)


def prepare(*, data: bytes) -> str:
    """Check a PDF and put it on the disk; its sha256. A file without a row does no harm.

    Raises photos.paper_too_large and photos.not_a_pdf (another kind of file, or one that was cut off).
    """
    if len(data) > MAX_MB * 1024 * 1024:
        raise Refused("photos.paper_too_large", limit=MAX_MB)
    if not looks_like_pdf(data) or _END not in data[-_TAIL:]:
        raise Refused("photos.not_a_pdf")
    return keep(data=data)


def keep(*, data: bytes, suffix: str = "pdf") -> str:
    """Put a file on the disk that the caller has looked into; its sha256."""
    name = digest_of(data)
    storage.write({path_of(name, suffix): data})
    return name


def put(*, owner: tuple[str, UUID], sha256: str, size: int, suffix: str = "pdf") -> Paper:
    """The row of a prepared paper, in the caller's transaction."""
    kind, owner_id = owner
    return Paper.objects.create(
        owner_kind=kind, owner_id=owner_id, sha256=sha256, suffix=suffix, size=size, stored_at=clock.now()
    )


def of(owner: tuple[str, UUID]) -> Paper | None:
    """The newest paper of an owner."""
    return Paper.objects.filter(owner_kind=owner[0], owner_id=owner[1]).order_by("-stored_at", "-id").first()


def path_of(sha256: str, suffix: str = "pdf") -> Path:
    """Where a paper lies."""
    root: Path = settings.CITY.media
    return root / sha256[:2] / sha256[2:4] / f"{sha256}.{suffix}"


def verify() -> Iterator[Difference]:
    """Name each paper whose file is missing or changed."""
    names = Paper.objects.order_by("sha256", "suffix").values_list("sha256", "suffix").distinct()
    for name, suffix in names.iterator(chunk_size=2000):
        path = path_of(name, suffix)
        if not path.is_file():
            yield Difference(f"paper {name}", "the file is missing")
        elif digest_of(path.read_bytes()) != name:
            yield Difference(f"paper {name}", "the file's content has changed")
