"""A child must not outlive its parent: an orphan would keep the port and the database's lock."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable

#: Set for the processes of one server; a web process started by hand or by another manager is left alone.
MARK = "CHUANGCHENG_SERVED"
POLL = 0.5


def until_input_ends(then: Callable[[], None]) -> threading.Thread:
    """Call ``then`` when standard input ends. The parent holds its other end, so that happens when the parent dies,
    however it dies, on every system."""

    descriptor = sys.stdin.fileno()

    def wait() -> None:
        # The bare descriptor: a reader blocked inside Python's buffer would break the interpreter's end.
        while os.read(descriptor, 1024):
            continue
        then()

    thread = threading.Thread(target=wait, name="watch-input", daemon=True)
    thread.start()
    return thread


def until_parent_is_gone(then: Callable[[], None]) -> threading.Thread | None:
    """Call ``then`` when this process's parent has died, for processes whose standard input is taken. None where the
    mark is not set, and on Windows, which does not give an orphan a new parent."""
    if os.environ.get(MARK) != "1" or os.name == "nt":
        return None
    parent = os.getppid()

    def wait() -> None:
        while os.getppid() == parent:
            time.sleep(POLL)
        then()

    thread = threading.Thread(target=wait, name="watch-parent", daemon=True)
    thread.start()
    return thread
