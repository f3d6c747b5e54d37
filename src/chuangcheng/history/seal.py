"""Writing seals; see :mod:`chuangcheng.history.seals` for what they are."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from chuangcheng.history.models import Event
from chuangcheng.history.seals import Buckets, Head, Seal, heads_path, paths, root_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.digest import GENESIS, canonical

CHUNK = 5000


def seal(folder: Path) -> Path:
    """Seal what was appended since the last seal; the path of the newest seal, an old one when nothing is new.

    Safe beside writers. Two processes sealing at once: the second gets FileExistsError and has lost nothing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known = paths(folder)
    last = Seal.read(known[-1]) if known else None
    after, until = last.until if last else 0, safe_end()
    if last and until <= after:
        return last.path
    serial = last.serial + 1 if last else 1
    path = folder / f"{serial:06d}.json"
    buckets = _write_heads(path, after, until).as_json()
    content = {
        "serial": serial,
        "sealed_at": clock.now().isoformat(),
        "after": after,
        "until": until,
        "root": root_of(buckets),
        "previous": last.digest if last else GENESIS,
        "buckets": buckets,
    }
    _write(path, content)
    return path


def safe_end() -> int:
    """The highest row id below which no row can still appear.

    PostgreSQL gives ids out before commit, so a lower id may become visible after a higher one; a moment's SHARE lock
    waits for the writers under way. SQLite has one writer.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '30s'")
                cursor.execute("LOCK TABLE history_event IN SHARE MODE")
        return Event.objects.aggregate(last=Max("id"))["last"] or 0


def heads_between(after: int, until: int) -> Iterator[Head]:
    """The last row of every subject among the rows ``after`` < id ≤ ``until``, by kind and id."""
    covered = Event.objects.filter(id__gt=after, id__lte=until)
    kinds = set(covered.order_by().values_list("subject_kind", flat=True).distinct())
    for kind in sorted(kinds):  # sorted here: databases sort text in their own ways
        rows = covered.filter(subject_kind=kind).order_by("subject_id", "seq")
        stream = rows.values_list("subject_id", "seq", "digest").iterator(CHUNK)
        for subject_id, group in groupby(stream, key=lambda row: row[0]):
            count, seq, digest = 0, 0, ""
            for _, seq, digest in group:  # noqa: B007 - the last one is wanted
                count += 1
            yield Head(kind, subject_id, seq, digest, count)


def _write_heads(path: Path, after: int, until: int) -> Buckets:
    buckets = Buckets()
    with gzip.open(heads_path(path), "wt", encoding="ascii", compresslevel=6) as file:
        for head in heads_between(after, until):
            buckets.add(head)
            file.write(head.line())
    return buckets


def _write(path: Path, content: dict[str, Any]) -> None:
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)  # a process killed here left one that nobody may write into
    with draft.open("wb") as file:
        file.write(json.dumps(json.loads(canonical(content)), indent=1, ensure_ascii=False).encode())
        file.flush()
        os.fsync(file.fileno())
    draft.chmod(0o444)
    path.hardlink_to(draft)  # fails if another process was first, and never leaves half a seal
    draft.unlink()
