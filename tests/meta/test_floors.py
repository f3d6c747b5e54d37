"""The house: imports go down, rooms are called through their actions and selectors, one clock, one id source."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

from tests.meta.sources import ROOT, Source, sources

ROOMS = {
    "history", "places", "people", "photos", "notices", "framework", "sites", "cases", "indicators", "tasks", "patrols",
    "scoring", "bulletins", "cycle", "campaigns", "meetings", "risks", "library",
}  # fmt: skip


def test_imports_go_down_only() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "NO_COLOR": "1"})
    assert done.returncode == 0, done.stdout + done.stderr


def _imports(source: Source) -> list[tuple[str, str, int]]:
    return [
        (node.module, name.name, node.lineno)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for name in node.names
    ]


def _calls_manager(source: Source, name: str) -> list[int]:
    """Lines on which ``name.objects`` is used to write."""
    writes = {"create", "bulk_create", "update", "delete", "get_or_create", "update_or_create", "bulk_update"}
    return [
        node.lineno
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute)
        and node.attr in writes
        and name in {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
        and any(isinstance(inner, ast.Attribute) and inner.attr == "objects" for inner in ast.walk(node))
    ]


def test_no_room_writes_another_rooms_rows() -> None:
    """Another room's models serve foreign keys, types and reading; rows are written by its own actions."""
    wrong = []
    for source in sources():
        for module, name, _ in _imports(source):
            parts = module.split(".")
            foreign = parts[:1] == ["chuangcheng"] and len(parts) > 2 and parts[1] in ROOMS - {source.room}
            if foreign and name[:1].isupper():
                wrong += [f"{source.name}:{line} writes {name}" for line in _calls_manager(source, name)]
    assert wrong == []


def test_time_comes_from_the_injected_clock() -> None:
    wrong = [
        f"{source.name}:{node.lineno}"
        for source in sources()
        if source.name != "src/chuangcheng/kernel/clock.py"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute)
        and node.attr in {"now", "utcnow", "today"}
        and isinstance(node.value, ast.Name)
        and node.value.id in {"datetime", "timezone", "date"}
    ]
    wrong += [
        f"{source.name}:{node.value.lineno} {node.arg}"
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.keyword) and node.arg in {"auto_now", "auto_now_add"}
    ]
    assert wrong == []


def test_every_action_takes_keywords_only() -> None:
    wrong = []
    for source in sources():
        if source.path.name != "actions.py" and source.path.parent.name != "actions":
            continue
        if source.room == "history":
            continue  # the ground's own verbs take their subject first
        wrong += [
            f"{source.name}:{node.name}"
            for node in source.tree.body
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and node.args.args
        ]
    assert wrong == []
