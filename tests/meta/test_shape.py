"""The shape of the code: functions that read in one breath, files of one concept, typed and tested."""

from __future__ import annotations

import ast
import statistics

from tests.meta.sources import sources


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_functions_are_short() -> None:
    lengths = [_length(node) for source in sources() for node in source.functions()]
    assert statistics.quantiles(lengths, n=20)[18] <= 40
    assert sum(length > 60 for length in lengths) <= len(lengths) * 0.01


def test_files_stay_small() -> None:
    assert {source.name: source.lines for folder in ("src/chuangcheng", "tests") for source in sources(folder)
            if source.lines >= 500} == {}  # fmt: skip


def test_returns_are_typed() -> None:
    functions = [node for source in sources() for node in source.functions()]
    typed = [node for node in functions if node.returns is not None]
    assert len(typed) >= len(functions) * 0.98


def test_there_is_more_test_than_source() -> None:
    written = sum(source.lines for source in sources())
    tested = sum(source.lines for source in sources("tests"))
    assert tested >= written


def test_public_functions_say_what_they_do() -> None:
    silent = [
        f"{source.name}:{node.name}"
        for source in sources()
        for node in source.tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
        if ast.get_docstring(node) is None
    ]
    assert silent == []


def test_no_error_is_swallowed() -> None:
    swallowed = [
        f"{source.name}:{handler.lineno}"
        for source in sources()
        for handler in ast.walk(source.tree)
        if isinstance(handler, ast.ExceptHandler) and all(isinstance(line, ast.Pass) for line in handler.body)
    ]
    assert swallowed == []


def test_nothing_is_left_unfinished() -> None:
    words = ("TODO", "FIXME", "XXX", "NotImplementedError")
    known = {"src/chuangcheng/kernel/calendar.py"}  # catches the holiday package's NotImplementedError
    found = [
        f"{source.name}: {word}"
        for source in sources()
        for word in words
        if word in source.text and source.name not in known
    ]
    assert found == []
