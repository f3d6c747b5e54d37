"""The wheel carries everything and runs from an environment of its own, outside the source tree."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.full
NEEDED = (
    "chuangcheng/web/static/build/",
    "chuangcheng/web/templates/",
    "chuangcheng/desk/templates/",
    "chuangcheng/web/locale/en/LC_MESSAGES/django.mo",
    "chuangcheng/people/roles.toml",
    "chuangcheng/kernel/problem_texts/operations.toml",
    "chuangcheng/framework/data/",
    "chuangcheng/cases/migrations/0001_initial.py",
    "chuangcheng/bulletins/weekly.typ",
)
OURS = ("CHUANGCHENG_", "DJANGO_", "PYTHON")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as ``dev.py build`` makes it."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts of a fresh environment with the wheel; its dependencies are borrowed from ours, nothing is fetched."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / ("python.exe" if os.name == "nt" else "python")
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index",
               "--disable-pip-version-check", str(wheel)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    purelib = subprocess.run(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    # Named in a .pth, our folder is searched after the wheel's own; its .pth files (the editable project) are not read.
    Path(purelib, "borrowed.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return scripts


def test_the_wheel_contains_what_is_not_python(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert [part for part in NEEDED if not any(name.startswith(part) for name in names)] == []
    assert not any("tests/" in name or "node_modules" in name or name.endswith(".pyc") for name in names)


def test_the_installed_command_runs_from_nowhere_near_the_source(installed: Path, tmp_path: Path) -> None:
    # As from a shell that knows nothing of us.
    env = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(installed / "chuangcheng"), *arguments, "--home", str(tmp_path / "home")]
        return subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)

    assert "migrate" in run("migrate", "--help").stdout
    migrated = run("migrate", "--json")
    assert migrated.returncode == 0, migrated.stderr
    assert "cases.0001_initial" in json.loads(migrated.stdout)["applied"]
    loaded = run("import", "framework", "--sample", "--json")
    assert json.loads(loaded.stdout)["standards"] == 155
    levels = {row["name"]: row["level"] for row in json.loads(run("doctor", "--json").stdout)["checks"]}
    assert levels["front_end"] == levels["translations"] == levels["font"] == levels["database"] == "ok"
    where = subprocess.run([str(installed / "python"), "-c", "import chuangcheng; print(chuangcheng.__file__)"],
                           cwd=tmp_path, env=env, capture_output=True, text=True)  # fmt: skip
    assert str(ROOT / "src") not in where.stdout
