"""What a seal is: a file outside the database that fixes the heads of all chains at one moment.

Seal *n* covers the history rows after those of seal *n-1*: for every subject with rows among them, the sequence
number and digest of its last one. A digest commits to the whole chain before it, so all seals together fix all rows,
while each costs only what is new. Subjects fall into 256 buckets by the last byte of their id; the root is the Merkle
root over the buckets' digests, and each seal holds the digest of the file before it.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from chuangcheng.kernel.digest import GENESIS, merkle_root, sha256

BUCKETS = 256


@dataclass(frozen=True, slots=True)
class Head:
    """Where a subject's chain stood: its last row and how many ``rows`` it had among those covered."""

    kind: str
    subject_id: UUID
    seq: int
    digest: str
    rows: int

    @property
    def bucket(self) -> int:
        """0 … 255. The last byte, because the first ones of a UUIDv7 are the time."""
        return self.subject_id.int & 0xFF

    def line(self) -> str:
        """One line of the list of heads."""
        return f"{self.kind} {self.subject_id.hex} {self.seq} {self.digest} {self.rows}\n"

    @classmethod
    def read(cls, line: str) -> Head:
        """The head of a :meth:`line`; ValueError if it is none."""
        kind, subject_id, seq, digest, rows = line.split()
        return cls(kind, UUID(subject_id), int(seq), digest, int(rows))


class Bucket:
    """Digest and counts over the heads of one bucket, given in the order of kind and id."""

    def __init__(self) -> None:
        self.subjects = 0
        self.rows = 0
        self._hash = hashlib.sha256()

    def add(self, head: Head) -> None:
        """Take one head in."""
        self.subjects += 1
        self.rows += head.rows
        self._hash.update(head.line().encode())

    def as_json(self) -> dict[str, Any]:
        """As written into the file."""
        return {"subjects": self.subjects, "rows": self.rows, "digest": self._hash.hexdigest()}


@dataclass
class Buckets:
    """The buckets of one seal; empty ones do not exist."""

    held: dict[int, Bucket] = field(default_factory=dict)

    def add(self, head: Head) -> None:
        """Take one head into its bucket."""
        self.held.setdefault(head.bucket, Bucket()).add(head)

    def as_json(self) -> dict[str, dict[str, Any]]:
        """By two hex digits."""
        return {f"{number:02x}": self.held[number].as_json() for number in sorted(self.held)}


def root_of(buckets: dict[str, dict[str, Any]]) -> str:
    """The Merkle root over the 256 buckets' digests; :data:`GENESIS` stands for an empty one."""
    return merkle_root([buckets.get(f"{number:02x}", {}).get("digest", GENESIS) for number in range(BUCKETS)])


@dataclass(frozen=True)
class Seal:
    """A seal as read from its file. It covers rows with ``after`` < id ≤ ``until``."""

    serial: int
    path: Path
    after: int
    until: int
    root: str
    previous: str
    buckets: dict[str, dict[str, Any]]
    digest: str

    @classmethod
    def read(cls, path: Path) -> Seal:
        """Read a file; ValueError if it is not a seal or contradicts itself."""
        data = path.read_bytes()
        try:
            stored = json.loads(data)
            seal = cls(
                stored["serial"], path, stored["after"], stored["until"], stored["root"], stored["previous"],
                stored["buckets"], sha256(data),
            )  # fmt: skip
        except (KeyError, TypeError) as error:
            raise ValueError(f"{path.name} is not a seal") from error
        if seal.serial != serial_of(path) or root_of(seal.buckets) != seal.root:
            raise ValueError(f"{path.name} contradicts itself")
        return seal

    def heads(self, bucket: str) -> Iterator[Head]:
        """The sealed heads of a bucket, from the list beside the seal; nothing if the list was lost or changed."""
        try:
            with gzip.open(heads_path(self.path), "rt", encoding="ascii") as file:
                found = [Head.read(line) for line in file]
        except (OSError, EOFError, ValueError):
            return
        wanted, check = [head for head in found if f"{head.bucket:02x}" == bucket], Bucket()
        for head in wanted:
            check.add(head)
        if check.as_json() == self.buckets.get(bucket):
            yield from wanted


def paths(folder: Path) -> list[Path]:
    """The seals of a folder, oldest first."""
    return sorted(folder.glob("[0-9]*.json"), key=serial_of) if folder.is_dir() else []


def serial_of(path: Path) -> int:
    """The number in a seal's file name."""
    return int(path.stem)


def heads_path(path: Path) -> Path:
    """The list of heads beside a seal: it only helps to name what differs, the seal holds without it."""
    return path.with_suffix(".heads.gz")
