"""Runs one step of the set-up: its noise goes to a log, a person sees a bar with the seconds it took."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

LOG_LINES_ON_FAILURE = 40
BAR_WIDTH = 24


class StepFailed(SystemExit):
    """A step ended with an error; its last lines have been shown. Ends the program with code 1."""

    def __init__(self, title: str) -> None:
        super().__init__(1)
        self.title = title


def say(text: str) -> None:
    """One line for the person at the terminal; stdout stays free for results."""
    print(text, file=sys.stderr, flush=True)


def run(
    title: str,
    command: Sequence[str],
    *,
    log: Path,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    mark: str = "",
    total: int = 0,
) -> None:
    """Run ``command`` quietly and show how far it is.

    ``mark`` is a regular expression whose matching output lines count towards ``total``; without them only the
    seconds are shown. Raises :class:`StepFailed` after printing the end of the log.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    meter = _Meter(title, total)
    with log.open("w", encoding="utf-8") as file, meter:
        process = subprocess.Popen(
            list(command), cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace",
        )  # fmt: skip
        with process:
            for line in process.stdout or ():
                file.write(line)
                if mark and re.search(mark, line):
                    meter.count += 1
        meter.failed = process.returncode != 0
    if meter.failed:
        tail = log.read_text(encoding="utf-8").splitlines()[-LOG_LINES_ON_FAILURE:]
        say("\n".join(f"    {line}" for line in tail))
        say(f"failed: {title} (all of it: {log})")
        raise StepFailed(title)


class _Meter:
    """A bar that moves on a terminal; elsewhere one line when the step begins and one when it is done."""

    def __init__(self, title: str, total: int) -> None:
        self.title, self.total, self.count, self.failed = title, total, 0, False
        self._moves = sys.stderr.isatty()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._draw, daemon=True)

    def __enter__(self) -> _Meter:
        self._began = time.monotonic()
        if self._moves:
            self._thread.start()
        else:
            say(f"… {self.title}")
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        if self._moves:
            self._thread.join()
            print("\r\033[K", end="", file=sys.stderr)
        ok = not self.failed and not any(exc)
        say(f"{'✓' if ok else '✗'} {self.title} ({time.monotonic() - self._began:.1f} s)")

    def _draw(self) -> None:
        tick = 0
        while not self._stop.wait(0.1):
            tick += 1
            seconds = time.monotonic() - self._began
            print(f"\r\033[K{self._bar(tick)} {self.title} {seconds:.0f} s", end="", file=sys.stderr, flush=True)

    def _bar(self, tick: int) -> str:
        if not self.total:
            place = tick % (2 * BAR_WIDTH)
            place = min(place, 2 * BAR_WIDTH - 1 - place)
            return "[" + "·" * place + "■" + "·" * (BAR_WIDTH - 1 - place) + "]"
        done = min(BAR_WIDTH, BAR_WIDTH * self.count // self.total)
        return "[" + "■" * done + "·" * (BAR_WIDTH - done) + "]"
