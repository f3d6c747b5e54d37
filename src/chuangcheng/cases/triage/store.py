"""Where a home keeps its model, and the process cache of it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from django.conf import settings

from chuangcheng.history.versions import Cached, bump
from chuangcheng.kernel.triage import model
from chuangcheng.kernel.triage.model import Model

_CACHE = "triage"


def path() -> Path:
    """Where the home keeps its model."""
    return Path(settings.CITY.home) / "models" / "triage.npz"


def _load() -> Model | None:
    try:
        return model.load(path().read_bytes())
    except FileNotFoundError:
        return None


_model = Cached(_CACHE, _load)


def current() -> Model | None:
    """The model in force, None before the first training. Raises ValueError where the file is damaged."""
    return _model.get()


def put(learned: Model) -> None:
    """Put a model into force: beside the old file, then over it, so that whoever reads finds one or the other and never
    half of one; every process notices within two seconds."""
    path().parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path().parent, prefix=".triage-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(learned.dump())
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path())
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    bump(_CACHE)
