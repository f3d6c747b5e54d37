"""The smallest OLE compound file with named streams (MS-CFB, version 3), for tests of protected workbooks."""

from __future__ import annotations

import struct

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def compound(streams: dict[str, bytes]) -> bytes:
    """Streams of at least 4096 bytes each, in sectors of 512 bytes: FAT in sector 0, directory in sector 1."""
    fat, body, entries, start = [FAT, END], b"", [], 2
    for name, data in streams.items():
        count = -(-len(data) // SECTOR)
        entries.append(_entry(name, 2, start, len(data)))
        fat += [*range(start + 1, start + count), END]
        body += data.ljust(count * SECTOR, b"\0")
        start += count
    directory = _entry("Root Entry", 5, END, 0, child=1) + b"".join(entries)
    fat += [FREE] * (SECTOR // 4 - len(fat))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, END, 0, END, 0)
    header += struct.pack("<109I", 0, *[FREE] * 108)
    return header + struct.pack(f"<{SECTOR // 4}I", *fat) + directory.ljust(SECTOR, b"\0") + body


def _entry(name: str, kind: int, start: int, size: int, child: int = FREE) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    entry = text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1) + struct.pack("<III", FREE, FREE, child)
    return entry + b"\0" * 36 + struct.pack("<IQ", start, size)
