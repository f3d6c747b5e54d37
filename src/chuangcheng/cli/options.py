"""Options of commands, described in the reader's language."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from chuangcheng.cli import output
from chuangcheng.cli.output import text
from chuangcheng.kernel.label import Label


def add(parser: argparse.ArgumentParser, name: str, zh: str, en: str, **more: Any) -> None:
    """``add_argument`` with its help in both languages."""
    parser.add_argument(name, help=text(zh, en), **more)


def common(**defaults: Any) -> argparse.ArgumentParser:
    """The options of every command, as a parent parser. ``default=argparse.SUPPRESS`` for a command inside a command,
    so that it does not undo what the outer one was given."""
    parser = argparse.ArgumentParser(add_help=False)
    add(parser, "--home", "数据目录", "folder of the city's data", type=Path, metavar="DIR", **defaults)
    add(parser, "--json", "输出一个 JSON 对象", "print one JSON object", action="store_true", **defaults)
    return parser


def children(
    parser: argparse.ArgumentParser, dest: str, kinds: Mapping[str, Label]
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """A command inside a command for each kind, with what it is about and the options of every command."""
    inner = parser.add_subparsers(dest=dest, required=True, metavar=dest.upper())
    for name, about in kinds.items():
        said = about.text(output.language())
        options = [common(default=argparse.SUPPRESS)]
        yield name, inner.add_parser(name, help=said, description=said, parents=options, allow_abbrev=False)
