"""What a command says: results on stdout, everything else on stderr, in the reader's language."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused

OK, PROBLEM, USAGE = 0, 1, 2
LINE_EVERY = 5.0  # seconds between lines of progress where no bar can be drawn
Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class Result:
    """A command's result: ``data`` for ``--json``, ``lines`` for people, and the exit code."""

    data: dict[str, Any]
    lines: Sequence[str] = field(default_factory=list)
    code: int = OK

    def show(self, *, as_json: bool) -> None:
        """Print it on stdout: one JSON object, or lines."""
        if as_json:
            print(json.dumps(self.data, ensure_ascii=False, default=str), flush=True)
        else:
            for line in self.lines or _plain(self.data):
                print(line, flush=True)


def _plain(data: Mapping[str, Any]) -> list[str]:
    return [f"{name}: {value}" for name, value in data.items() if not isinstance(value, list | dict)]


def language() -> str:
    """The reader's language before any home is known: asked for, else an English locale, else Chinese."""
    asked = os.environ.get("CHUANGCHENG_LANGUAGE")
    if asked:
        return asked
    locale = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "en" if locale.startswith("en") else "zh-hans"


def text(zh: str, en: str) -> str:
    """One sentence in the reader's language."""
    return Label(zh, en).text(language())


def say(line: str) -> None:
    """A line for the person at the terminal."""
    print(line, file=sys.stderr, flush=True)


def problem(refused: Refused, spoken: str) -> Result:
    """A refusal as a result; its message stands in ``spoken`` language."""
    fields = [{"row": f.row, "field": f.field, "code": f.code, "message": f.said(spoken)} for f in refused.fields]
    message = refused.message(spoken)
    return Result({"error": {"code": refused.code, "message": message, "fields": fields}}, [], PROBLEM)


@contextmanager
def progress(title: str) -> Iterator[Progress]:
    """A bar on a terminal, a line now and then elsewhere. The block gets ``update(what, done, total)``."""
    if not sys.stderr.isatty():
        yield _Lines(title)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
               TimeRemainingColumn())  # fmt: skip
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(title, total=None)

        def update(what: str, done: int, total: int) -> None:
            bars.update(task, description=f"{title} {what}".strip(), completed=done, total=total or None)

        yield update


class _Lines:
    """Progress for a log: at most one line each five seconds."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._next = time.monotonic() + LINE_EVERY

    def __call__(self, what: str, done: int, total: int) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + LINE_EVERY
            say(f"{self._title} {what} {done}/{total}".replace("  ", " "))
