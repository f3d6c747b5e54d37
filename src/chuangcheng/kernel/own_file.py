"""Rules as data: a city's own file in its home, else the one that comes with the program."""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar

from chuangcheng.kernel.problems import Refused

log = logging.getLogger(__name__)
Shape = TypeVar("Shape")


class OwnFile(Generic[Shape]):
    """A TOML file of rules, read by ``parse`` (which refuses what is wrong) and read again when it changes.

    A city's file that is wrong is named in the log and what was in force before it stays: reminders, limits and
    watching must not stop over a slip of the pen.
    """

    def __init__(self, built_in: Path, parse: Callable[[Mapping[str, Any]], Shape], *, name: str = "") -> None:
        """``name`` of the city's file, if it is not that of the built-in one."""
        self.built_in = built_in
        self.name = name or built_in.name
        self._parse = parse
        self._held: dict[Path, tuple[int, Shape]] = {}

    def current(self, home: Path) -> Shape:
        """What is in force in that home."""
        own = home / self.name
        if not own.exists():
            return self._read(self.built_in)
        try:
            return self._read(own)
        except (Refused, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            log.error("%s is not used: %s", own.name, error)  # noqa: TRY400 - the reason is all there is to say
            before = self._held[own][1] if own in self._held else self._read(self.built_in)
            self._held[own] = (own.stat().st_mtime_ns, before)
            return before

    def _read(self, path: Path) -> Shape:
        stamp = path.stat().st_mtime_ns
        held = self._held.get(path)
        if held is None or held[0] != stamp:
            held = self._held[path] = (stamp, self._parse(tomllib.loads(path.read_text(encoding="utf-8"))))
        return held[1]
