#!/usr/bin/env python3
"""Everything a developer needs, with nothing but Python: set up, show, serve, check, measure, build.

python3 dev.py demo      make the demo city and serve it
python3 dev.py test      run every check (--full: the slow ones and PostgreSQL too)
"""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):  # noqa: UP036 — said here in words, before newer syntax fails
    sys.exit("chuangcheng needs Python 3.11 or newer; this is " + sys.version.split()[0])

import argparse
import contextlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from devtools import checks
from devtools.environment import PYTHON, ROOT, install, lock_file, make_venv, prepare, script
from devtools.steps import run, say

TRIAL = ROOT.parent / "shared" / "data"
LOCKED = ("base", "build", "postgres", "node", "dev")


def demo(options: argparse.Namespace, rest: list[str]) -> int:
    """Make the demo city (fictional, from a seed) and serve it; all other options go to `chuangcheng demo`."""
    trial = ["--trial", str(TRIAL)] if TRIAL.is_dir() and "--trial" not in rest else []
    return product("demo", options, [*trial, *rest])


def serve(options: argparse.Namespace, rest: list[str]) -> int:
    """Serve a home; all options go to `chuangcheng serve`."""
    return product("serve", options, rest)


def product(command: str, options: argparse.Namespace, rest: list[str]) -> int:
    """Set up what the product needs to run and hand over to its own command line."""
    on_postgres = bool(os.environ.get("CHUANGCHENG_DATABASE_URL")) or any(
        option.startswith("--database") for option in rest
    )
    prepare("base", "build", *(["postgres"] if on_postgres else []))
    arguments = [script("chuangcheng"), command, *rest, *(["--json"] if options.json else [])]
    if os.name != "nt":  # the product takes this process's place, so that signals reach it and not us
        os.execv(arguments[0], arguments)
    return subprocess.call(arguments)


def test(options: argparse.Namespace, rest: list[str]) -> int:
    """Run every check; the last line sums them. Further arguments go to pytest."""
    prepare("dev")
    tally = checks.Tally()
    with checks.tables():
        checks.lint(tally)
    checks.tests(tally, full=options.full, extra=rest)
    return report(tally, as_json=options.json)


def lint(options: argparse.Namespace, rest: list[str]) -> int:
    """Style, types and floors only. `--fix` mends what can be mended."""
    prepare("dev", front_end=False)
    if "--fix" in rest:
        subprocess.call([script("ruff"), "check", "--fix", "--quiet", "."], cwd=ROOT, stdout=sys.stderr)
        subprocess.call([script("ruff"), "format", "--quiet", "."], cwd=ROOT, stdout=sys.stderr)
    tally = checks.Tally()
    checks.lint(tally)
    return report(tally, as_json=options.json)


def report(tally: checks.Tally, *, as_json: bool) -> int:
    """Name what failed and print the sum."""
    for failure in tally.failures:
        say(f"failed: {failure}")
    print(json.dumps(tally.as_json(), ensure_ascii=False) if as_json else tally.line(), flush=True)
    return 1 if tally.failed or not tally.passed else 0


def bench(options: argparse.Namespace, rest: list[str]) -> int:
    """Measure against the database's own limit; options go to `chuangcheng bench`."""
    prepare("dev")
    return subprocess.call([script("chuangcheng"), "bench", *rest, *(["--json"] if options.json else [])], cwd=ROOT)


def build(options: argparse.Namespace, rest: list[str]) -> int:
    """Make the wheel in dist/, with assets and translations inside."""
    if rest:
        raise SystemExit(f"build takes no {rest[0]}")
    prepare("base", "build")
    shutil.rmtree(ROOT / "dist", ignore_errors=True)
    command = [str(PYTHON), "-m", "hatchling", "build", "-t", "wheel"]
    run("wheel", command, log=ROOT / ".venv" / "logs" / "wheel.log", cwd=ROOT)
    wheel = next((ROOT / "dist").glob("*.whl"))
    print(json.dumps({"wheel": str(wheel)}) if options.json else wheel, flush=True)
    return 0


def lock(options: argparse.Namespace, rest: list[str]) -> int:
    """Write requirements/*.lock anew from *.in (`--upgrade` takes newer versions)."""
    make_venv()
    install("dev")
    for name in LOCKED:
        source, target = ROOT / "requirements" / f"{name}.in", lock_file(name)
        command = [
            script("uv"), "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-emit-index-url",
            "--no-header", "--python-version", "3.11", str(source.relative_to(ROOT)), "-o",
            str(target.relative_to(ROOT)), *rest,
        ]  # fmt: skip
        run(f"locking {source.name}", command, log=ROOT / ".venv" / "logs" / "lock.log", cwd=ROOT)
    if options.json:
        print(json.dumps({"locked": list(LOCKED)}))
    return 0


EPILOGS = {
    "demo": "further options: --no-serve --port N --seed N --as-of DATE --database URL --home DIR --trial DIR",
    "serve": "further options: --host H --port N --no-worker --tls-cert FILE --tls-key FILE --home DIR",
    "test": "further arguments go to pytest, e.g. tests/cases -k dispatch",
    "bench": "further options: --postgres --sqlite --cases N --database URL",
    "lint": "--fix mends what can be mended",
    "lock": "--upgrade takes newer versions",
}
COMMANDS: dict[str, Callable[[argparse.Namespace, list[str]], int]] = {
    "demo": demo, "serve": serve, "test": test, "lint": lint, "bench": bench, "build": build, "lock": lock,
}  # fmt: skip


def main() -> int:
    """Parse the command; what it does not know itself is passed on."""
    parser = argparse.ArgumentParser(prog="dev.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, function in COMMANDS.items():
        about = (function.__doc__ or "").strip()
        command = commands.add_parser(name, help=about, description=about, epilog=EPILOGS.get(name), allow_abbrev=False)
        command.add_argument("--json", action="store_true", help="print exactly one JSON object on stdout")
        if name == "test":
            command.add_argument("--full", action="store_true", help="the slow tests and PostgreSQL too, no skips")
    options, rest = parser.parse_known_args()
    with contextlib.suppress(KeyboardInterrupt):
        return COMMANDS[options.command](options, rest)
    return 130


if __name__ == "__main__":
    sys.exit(main())
