"""What starting a web process must not load: learning is for commands."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("loaded", "absent"),
    [
        ("import chuangcheng.kernel.triage.model, chuangcheng.kernel.triage.learning", "scipy"),
        ("import django; django.setup(); import chuangcheng.config.urls", "sklearn"),
    ],
)
def test_learning_is_not_loaded_to_ask(loaded: str, absent: str) -> None:
    code = f"{loaded}; import sys; print([name for name in sys.modules if name.split('.')[0] == '{absent}'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == "[]"
