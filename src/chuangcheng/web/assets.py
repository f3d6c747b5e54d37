"""Addresses of the built front end: stable names in templates, hashed names on the wire."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from django.templatetags.static import static

BUILD = Path(__file__).with_name("static") / "build"


@cache
def _manifest(stamp: float) -> dict[str, str]:  # noqa: ARG001 - the stamp is the key of the cache
    """Entry file name (``desk.ts``) → path below ``static/build``."""
    entries = json.loads((BUILD / "manifest.json").read_text(encoding="utf-8"))
    return {Path(source).name: entry["file"] for source, entry in entries.items() if entry.get("isEntry")}


@cache
def _parts(stamp: float, entries: tuple[str, ...]) -> tuple[str, ...]:  # noqa: ARG001 - as above
    manifest = json.loads((BUILD / "manifest.json").read_text(encoding="utf-8"))
    waiting = [source for source, entry in manifest.items() if entry.get("isEntry") and Path(source).name in entries]
    found: dict[str, None] = {}
    while waiting:
        entry = manifest[waiting.pop()]
        if entry["file"] not in found:
            found |= dict.fromkeys([entry["file"], *entry.get("css", [])])
            waiting += entry.get("imports", [])
    return tuple(sorted(found))


def parts(*entries: str) -> tuple[str, ...]:
    """Every file below ``static/build`` that the entries (``portal.ts``) need at once; nothing without a build."""
    path = BUILD / "manifest.json"
    return _parts(path.stat().st_mtime, entries) if path.exists() else ()


def asset(name: str) -> str:
    """The address of an entry: ``desk.js`` or ``desk.css``. Without a build the plain name is answered, so that
    tests of pages need no Node; ``doctor`` and the browser tests notice a missing build."""
    source = name.replace(".js", ".ts").replace(".css", ".scss")
    path = BUILD / "manifest.json"
    if not path.exists():
        return static(f"build/{name}")
    return static("build/" + _manifest(path.stat().st_mtime).get(source, name))
