"""Commands inside commands: each has its help and the options that every command takes."""

from __future__ import annotations

import argparse

import pytest

from chuangcheng.cli.options import add, children
from chuangcheng.kernel.label import Label

KINDS = {"list": Label("列出", "list them"), "send": Label("发送", "send one")}


def parser() -> argparse.ArgumentParser:
    """Two commands, of which one wants a name."""
    root = argparse.ArgumentParser(prog="x")
    for name, child in children(root, "deed", KINDS):
        if name == "send":
            add(child, "--name", "名称", "its name", required=True)
    return root


def test_each_kind_is_a_command_with_the_common_options() -> None:
    found = parser().parse_args(["send", "--name", "a", "--json"])
    assert (found.deed, found.name, found.json) == ("send", "a", True)
    plain = parser().parse_args(["list"])
    assert plain.deed == "list" and not hasattr(plain, "json"), "what the outer command was given stays"


@pytest.mark.parametrize("given", [[], ["other"], ["send"], ["send", "--na", "a"], ["list", "--name", "a"]])
def test_what_is_no_command_is_refused(given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(given)
    assert ended.value.code == 2 and capsys.readouterr().err


def test_its_help_is_in_the_reader_s_language(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["--help"])
    said = capsys.readouterr().out
    assert any(label.zh in said or label.en in said for label in KINDS.values())
