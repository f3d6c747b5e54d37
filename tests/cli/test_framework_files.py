"""``chuangcheng import framework`` with a city's own text in a shape of its own."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pytest

from chuangcheng.cli.commands import imports
from chuangcheng.framework.models import Edition
from tests.framework import shapes

pytestmark = pytest.mark.django_db


def run(path: Path, *options: str) -> Any:
    """The command's own work on an open home, so that no process is started for it."""
    parser = argparse.ArgumentParser()
    imports.arguments(parser)
    return imports._framework(parser.parse_args(["framework", str(path), *options]), lambda *_: None)


def test_a_preview_keeps_nothing_and_an_import_makes_a_draft(tmp_path: Path) -> None:
    path = shapes.two(tmp_path / "two.xlsx", shapes.system(7, 53, 110), shapes.system(5, 35, 70, seed=2))
    told = run(path, "--preview").as_json()
    assert (told["levels"], told["standards"], told["frameworks"], told["state"]) == ([12, 88, 180], 180, 2, "preview")
    assert (told["rows"], told["imported"], told["rejected"], Edition.objects.count()) == (280, 280, 0, 0)
    told = run(path, "--code", "CITY-1", "--name", "本市体系", "--publish").as_json()
    assert (told["edition"], told["state"]) == ("CITY-1", "published")
    assert Edition.objects.get().name_zh == "本市体系"


def test_every_problem_is_told_and_nothing_is_loaded(tmp_path: Path) -> None:
    rows: list[list[object]] = [["项目", "项目分值", "内容", "标准"], ["甲", 60, "a", "子"], ["乙", 30, "b", "丑"]]
    path = shapes.sheet(tmp_path / "x.xlsx", rows)
    done = run(path)
    result = imports.report(done)
    assert (result.code, result.data["problems"]) == (1, [
        {"row": 2, "field": "表.项目分值", "code": "wrong_sum", "message": "各项目的权重合计为90，应为100"}
    ])  # fmt: skip
    assert not Edition.objects.exists()
    assert run(path, "--sums", "scale").as_json()["remarks"][0]["code"] == "scaled"
