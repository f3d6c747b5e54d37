"""``chuangcheng export``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from chuangcheng.cli import home, output, sheet
from chuangcheng.cli.options import add, children
from chuangcheng.cli.output import Result, text
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused

#: What a template is for → the module that writes it.
TEMPLATES = {
    "framework": "chuangcheng.framework.workbook",
    "units": "chuangcheng.people.sheets",
    "sites": "chuangcheng.sites.imports",
    "time-rules": "chuangcheng.framework.time_sheets",
    "compounds": "chuangcheng.sites.compounds.imports",
    "shops": "chuangcheng.sites.shops.imports",
    "sponsorships": "chuangcheng.sites.sponsorship.imports",
}
KINDS: dict[str, Label] = {
    "framework": Label("测评体系（.xlsx 或 .json）", "an edition of the framework (.xlsx or .json)"),
    "template": Label("导入用的空白工作簿", "an empty workbook for an import"),
    "units": Label("单位、人员、岗位与名片（.xlsx，可传回）", "units, persons, posts and cards (.xlsx, may come back)"),
    "sites": Label("点位（.xlsx 或 .csv）", "sites (.xlsx or .csv)"),
    "cases": Label("案件（.xlsx 或 .csv）", "cases (.xlsx or .csv)"),
    "time-rules": Label("现行处置时限（.xlsx）", "the time limits in force (.xlsx)"),
    "tasks": Label("任务台账（.xlsx，可传回）", "a ledger of tasks (.xlsx, may come back)"),
    "reports": Label("上报（.xlsx 或 .csv，不含联系方式）", "reports (.xlsx or .csv, without contact data)"),
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """One command a kind."""
    for name, child in children(parser, "kind", KINDS):
        add(child, "file", "写入的文件", "file to write", type=Path)
        if name == "template":
            add(child, "--of", "用于导入什么", "what it is for", choices=TEMPLATES,
                default="framework")  # fmt: skip
        if name == "tasks":
            add(child, "--unit", "牵头单位编码（默认全部）", "code of the lead unit (default: all)")
        if name == "framework":
            add(child, "--edition", "版本编码（默认现行版本）", "code of the edition (default: the published one)")


def run(options: argparse.Namespace) -> Result:
    """Write one file."""
    home.open_ready_home()
    options.file.parent.mkdir(parents=True, exist_ok=True)
    if options.kind == "framework":
        rows = _framework(options)
    elif options.kind == "template":
        rows = _template(options)
    elif options.kind == "time-rules":
        from chuangcheng.framework import time_sheets

        rows = time_sheets.write_workbook(options.file)
    elif options.kind == "units":
        from chuangcheng.people.sheets import write_filled

        rows = write_filled(options.file)
    elif options.kind == "tasks":
        from chuangcheng.tasks.ledger.command import send_out

        rows = send_out(actor=SYSTEM, path=options.file, unit_code=options.unit or "")
    else:
        from chuangcheng.cli import exported

        columns, source = exported.TABLES[options.kind]
        with output.progress(text("导出", "export")) as progress:
            rows = sheet.write(options.file, columns, _counted(source(), progress))
    said = text(f"已写入 {options.file}（{rows} 行）", f"wrote {options.file} ({rows} rows)")
    return Result({"file": str(options.file), "rows": rows}, [said])


def _counted(rows: Any, progress: output.Progress) -> Iterator[tuple[Any, ...]]:
    total, values = rows
    for number, row in enumerate(values, 1):
        if number % 500 == 0:
            progress("", number, total)
        yield row


def _template(options: argparse.Namespace) -> int:
    write_template = import_module(TEMPLATES[options.of]).write_template
    write_template(options.file)
    return 0


def _framework(options: argparse.Namespace) -> int:
    from chuangcheng.framework import documents, selectors, workbook

    edition = selectors.edition_by_code(options.edition) if options.edition else selectors.current_edition()
    if edition is None:
        raise Refused("operations.edition_missing", edition=options.edition or "—")
    if options.file.suffix.lower() == ".json":
        document = json.dumps(documents.dump_edition(edition), ensure_ascii=False, indent=1)
        options.file.write_text(document, encoding="utf-8")
    else:
        workbook.write_workbook(edition, options.file)
    return selectors.standards_of(edition).count()
