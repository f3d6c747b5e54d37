"""Where a server listens."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Place:
    """Where to listen, and with which certificate."""

    host: str = "127.0.0.1"
    port: int = 8000
    tls_cert: Path | None = None
    tls_key: Path | None = None

    @property
    def address(self) -> str:
        """What to type into a browser on this machine."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::", ""} else self.host  # noqa: S104 - compared, not bound
        return f"{'https' if self.tls_cert else 'http'}://{host}:{self.port}/"

    def command(self) -> list[str]:
        """The command of the web process."""
        parts = [sys.executable, "-m", "chuangcheng.worker.web", "--host", self.host, "--port", str(self.port)]
        if self.tls_cert:
            parts += ["--tls-cert", str(self.tls_cert), "--tls-key", str(self.tls_key)]
        return parts
