"""``chuangcheng doctor``: what is missing or misconfigured, and where each setting comes from."""

from __future__ import annotations

import argparse

from chuangcheng.cli import home, inspection, output
from chuangcheng.cli.output import Result, text

SIGNS = {"ok": "✓", "warn": "!", "bad": "✗"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command has no options of its own."""


def run(options: argparse.Namespace) -> Result:  # noqa: ARG001
    """Look at everything; code 1 when something would not work."""
    settings = home.settings()
    findings = inspection.look(settings)
    told = inspection.told_settings(settings.home)
    lines = [text("设置：", "Settings:")]
    lines += [f"  {name} = {row['value']}  ({row['source']})" for name, row in told.items()]
    lines.append(text("检查：", "Checks:"))
    lines += [f"  {SIGNS[finding.level]} {finding.said}" for finding in findings]
    bad = [finding for finding in findings if finding.level == "bad"]
    data = {
        "settings": told,
        "checks": [finding.as_json() for finding in findings],
        "bad": len(bad),
        "warnings": sum(finding.level == "warn" for finding in findings),
    }
    return Result(data, lines, output.PROBLEM if bad else output.OK)
