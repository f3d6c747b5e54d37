"""Whether every photo that the database speaks of lies on the disk, whole and unchanged."""

from __future__ import annotations

from collections.abc import Iterator

from chuangcheng.history.projections import Difference
from chuangcheng.kernel.digest import sha256
from chuangcheng.photos import filming, papers, storage
from chuangcheng.photos.models import Photo


def verify() -> Iterator[Difference]:
    """Name each stored photo, paper or film whose file is missing or changed. Reads each file once (restore)."""
    names = Photo.objects.exclude(stored_sha256="").values_list("stored_sha256", flat=True).distinct()
    for name in names.order_by("stored_sha256").iterator(chunk_size=2000):
        path = storage.path_of(name)
        if not path.is_file():
            yield Difference(f"photo {name}", "the file is missing")
        elif sha256(path.read_bytes()) != name:
            yield Difference(f"photo {name}", "the file's content has changed")
        if not storage.path_of(name, thumb=True).is_file():
            yield Difference(f"photo {name}", "the small picture is missing")
    yield from papers.verify()
    yield from filming.verify()
