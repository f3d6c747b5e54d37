"""The web process: granian with its own worker processes. Run as ``python -m chuangcheng.worker.web``."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import signal
import threading
from pathlib import Path

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from chuangcheng.kernel.settings import load
from chuangcheng.worker import watch

APPLICATION = "chuangcheng.config.wsgi:application"
STOP_SECONDS = 10


def main() -> None:
    """Serve until told to stop, or until the parent is gone."""
    parser = argparse.ArgumentParser(prog="web")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--tls-cert", type=Path)
    parser.add_argument("--tls-key", type=Path)
    options = parser.parse_args()
    settings = load()
    # Forking a process that has threads is unsafe, and newer Pythons refuse to.
    multiprocessing.set_start_method("spawn")
    os.environ[watch.MARK] = "1"
    watch.until_input_ends(_stop)
    Server(
        APPLICATION,
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        workers=settings.processes,
        blocking_threads=settings.blocking_threads,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        ssl_cert=options.tls_cert,
        ssl_key=options.tls_key,
        log_level=LogLevels.warning,
    ).serve()


def _stop() -> None:
    if os.name == "nt":
        os._exit(1)
    # To the main thread itself: it sleeps in a lock, and a signal taken by another thread would not wake it.
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)


if __name__ == "__main__":
    main()
