"""Writes docs/states.md from the state tables: ``.venv/bin/python -m tests.meta.write_states``."""

from __future__ import annotations

from importlib import import_module

from chuangcheng.kernel.states import StateTable
from tests.meta.sources import ROOT, sources

PAGE = ROOT / "docs" / "states.md"
TABLES = {
    f"{source.room}.{name}": value
    for source in sources()
    if source.path.name == "states.py" and source.room not in {"kernel", ""}
    for name, value in vars(import_module(f"chuangcheng.{source.room}.states")).items()
    if isinstance(value, StateTable)
}


def _section(name: str, table: StateTable) -> str:
    rows = [
        f"| `{move.name}` | {move.label.zh} / {move.label.en} | {', '.join(move.sources)} | {move.target or '(stays)'} "
        f"| `{move.permission}` | {', '.join(move.needs) or '–'} |"
        for move in table.moves
    ]
    head = "| move | label | from | to | permission | must be filled |\n|---|---|---|---|---|---|"
    return f"## {name}\n\n```mermaid\n{table.mermaid()}\n```\n\n{head}\n" + "\n".join(rows) + "\n"


def page() -> str:
    """The whole page."""
    intro = (
        "# Life cycles\n\nWritten from the tables in each room's `states.py`; a test keeps this page equal to them.\n"
    )
    return "\n".join([intro, *(_section(name, table) for name, table in sorted(TABLES.items()))])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
