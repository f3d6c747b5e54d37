"""``chuangcheng import``: the system itself imports, so that a city can be set up before anybody can sign in."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chuangcheng.cli import home, output
from chuangcheng.cli.options import add, children
from chuangcheng.cli.output import Progress, Result, text
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.reporting import ImportReport, RowProblem

if TYPE_CHECKING:
    from chuangcheng.kernel.editions import Side

Import = Callable[[argparse.Namespace, Progress], "ImportReport | dict[str, Any]"]


@dataclass(frozen=True, slots=True)
class Kind:
    """Something that can be imported: what it is, and what its file is."""

    about: Label
    file: Label
    run: Import
    preview: bool = True


def arguments(parser: argparse.ArgumentParser) -> None:
    """One command a kind."""
    for name, child in children(parser, "kind", {name: kind.about for name, kind in KINDS.items()}):
        kind = KINDS[name]
        optional = {"nargs": "?"} if name == "framework" else {}
        add(child, "file", kind.file.zh, kind.file.en, type=Path, **optional)
        if kind.preview:
            add(child, "--preview", "只试读，不保存", "try it all and keep nothing", action="store_true")
        if name == "framework":
            add(child, "--sample", "导入内置样本", "load the built-in sample edition", action="store_true")
            add(child, "--publish", "导入后发布", "publish it afterwards", action="store_true")
            _shapes(child)
        if name == "requests311":
            add(child, "--zone", "文件中时间的时区", "zone of the file's times", default="America/New_York")
        if name == "divisions":
            add(child, "--datum", "边界坐标系（默认 gcj02）", "datum of the boundaries (default: gcj02)",
                default="gcj02", choices=("wgs84", "cgcs2000", "gcj02", "bd09"))  # fmt: skip


def run(options: argparse.Namespace) -> Result:
    """Import one file; code 1 when any row was rejected and nothing was imported."""
    if options.file is not None and not options.file.exists():
        raise Refused("operations.file_not_found", path=options.file)
    home.open_ready_home()
    began = time.monotonic()
    with output.progress(text("导入", "import")) as progress:
        done = KINDS[options.kind].run(options, progress)
    result = report(done) if isinstance(done, ImportReport) else Result(done)
    seconds = time.monotonic() - began
    if rows := result.data.get("rows"):
        result.data |= {"seconds": round(seconds, 1), "per_second": round(rows / seconds)}
        result.lines = [*result.lines, text(f"{seconds:.1f} 秒，每秒 {rows / seconds:.0f} 行",
                                            f"{seconds:.1f} s, {rows / seconds:.0f} rows a second")]  # fmt: skip
    return result


def report(done: ImportReport) -> Result:
    """The report as a result: figures, then the problems row by row."""
    data = done.as_json(language=output.language())
    figures = text(
        f"共 {done.rows} 行：导入 {done.imported}，未变 {done.unchanged}，退回 {done.rejected}",
        f"{done.rows} rows: {done.imported} imported, {done.unchanged} unchanged, {done.rejected} rejected",
    )
    extra = [f"  {name}: {value}" for name, value in done.extra.items() if not isinstance(value, list | dict)]
    problems = [f"  {p['row'] or ''} {p['field']} {p['message']} [{p['code']}]" for p in data["problems"]]
    failed = bool(done.rejected) and not (done.imported or done.unchanged)
    return Result(data, [figures, *extra, *problems], output.PROBLEM if failed else output.OK)


def _shapes(child: argparse.ArgumentParser) -> None:
    """How a city's own text, in whatever shape, is read."""
    add(child, "--code", "版本编码", "code of the edition")
    add(child, "--name", "版本名称", "name of the edition")
    add(child, "--family", "类别", "family of the edition", choices=("national", "district", "own", "minors"))
    add(child, "--sums", "权重合计不符时", "when weights miss their sum", choices=("refuse", "scale"))
    add(child, "--missing", "缺少权重时", "when weights are left out", choices=("refuse", "equal"))
    add(child, "--hidden", "隐藏行", "hidden rows", choices=("take", "skip"))


def _framework(options: argparse.Namespace, _progress: Progress) -> ImportReport | dict[str, Any]:
    from chuangcheng.framework import actions, documents, workbook
    from chuangcheng.framework.uploads import is_own
    from chuangcheng.kernel.outline.grids import open_grids

    if options.sample or options.file is None:
        edition = actions.load_sample(actor=SYSTEM)
    elif options.file.suffix.lower() == ".json":
        document = documents.normalise(read_json(options.file))
        if options.preview:
            return _foreseen(document)
        edition = documents.load_edition(actor=SYSTEM, document=document)
    elif is_own(open_grids(options.file, options.file.name)):
        document = workbook.read_workbook(options.file)
        if options.preview:
            return _foreseen(document)
        edition = documents.load_edition(actor=SYSTEM, document=document)
    else:
        return _shaped(options)
    if options.publish:
        edition = actions.publish_edition(actor=SYSTEM, edition=edition)
    return {"edition": edition.code, "state": edition.state, "standards": edition.standards.count()}


def _foreseen(document: dict[str, Any]) -> dict[str, Any]:
    from chuangcheng.framework.comparing import side_of_document

    return {"edition": document["code"], "state": "preview", "standards": len(side_of_document(document).clauses)}


def _shaped(options: argparse.Namespace) -> ImportReport:
    """A file in a shape of its own: every line is a row of the report, every problem stands in the way of all."""
    from chuangcheng.framework import actions
    from chuangcheng.framework.uploads import load_file, read_file

    names = ("code", "name", "family", "sums", "missing", "hidden")
    choices = {name: getattr(options, name) for name in names if getattr(options, name)}
    shaped = read_file(options.file, options.file.name, **choices)
    done = ImportReport(rows=sum(shaped.counts))
    done.extra = {"levels": shaped.counts, "frameworks": shaped.frameworks, "state": "preview",
                  "standards": len(side.clauses) if (side := _side(shaped.document)) else 0,
                  "remarks": [remark.as_json(output.language()) for remark in shaped.remarks[:50]]}  # fmt: skip
    for problem in shaped.problems:
        done.note(RowProblem(problem.row or 0, problem.field, problem.code, problem.text))
    if shaped.document is None:
        done.rejected = max(done.rows, 1)  # all or nothing
    else:
        done.imported = done.rows
        done.extra["edition"] = shaped.document["code"]
        if not options.preview:
            edition = load_file(actor=SYSTEM, shaped=shaped)
            edition = actions.publish_edition(actor=SYSTEM, edition=edition) if options.publish else edition
            done.extra["state"] = edition.state
    return done


def _side(document: dict[str, Any] | None) -> Side | None:
    from chuangcheng.framework.comparing import side_of_document

    return side_of_document(document) if document else None


def read_json(path: Path) -> dict[str, Any]:
    """The document in a JSON file. Refused: ``operations.bad_setting``."""
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise Refused("operations.bad_setting", reason=f"{path.name}: {error}") from error
    return document


def _divisions(options: argparse.Namespace, progress: Progress) -> ImportReport:
    from chuangcheng.places.imports import import_divisions

    return import_divisions(options.file, datum=options.datum, preview=options.preview,
                            progress=lambda done, total: progress("", done, total))  # fmt: skip


def _units(options: argparse.Namespace, _progress: Progress) -> ImportReport:
    from chuangcheng.people.imports import import_units

    return import_units(SYSTEM, options.file, preview=options.preview)


def _sites(options: argparse.Namespace, _progress: Progress) -> ImportReport:
    from chuangcheng.sites.imports import import_sites

    return import_sites(SYSTEM, options.file, preview=options.preview)


def _compounds(options: argparse.Namespace, _progress: Progress) -> ImportReport:
    from chuangcheng.sites.compounds.imports import import_compounds

    return import_compounds(SYSTEM, options.file, preview=options.preview)


def _shops(options: argparse.Namespace, _progress: Progress) -> ImportReport:
    from chuangcheng.sites.shops.imports import import_shops

    return import_shops(SYSTEM, options.file, preview=options.preview)


def _sponsorships(options: argparse.Namespace, _progress: Progress) -> ImportReport:
    from chuangcheng.sites.sponsorship.imports import import_sponsorships

    return import_sponsorships(SYSTEM, options.file, preview=options.preview)


def _hotline(options: argparse.Namespace, progress: Progress) -> ImportReport | dict[str, Any]:
    from chuangcheng.cases import hotline

    if options.preview:
        return asdict(hotline.preview_hotline(options.file))
    return hotline.import_hotline(actor=SYSTEM, path=options.file,
                                  progress=lambda done, total: progress("", done, total))  # fmt: skip


def _callbacks(options: argparse.Namespace, progress: Progress) -> ImportReport:
    from chuangcheng.cases.callbacks import import_callbacks

    return import_callbacks(actor=SYSTEM, path=options.file,
                            progress=lambda done, total: progress("", done, total))  # fmt: skip


def _requests311(options: argparse.Namespace, progress: Progress) -> ImportReport:
    from chuangcheng.cases import replay

    return replay.import_requests311(actor=SYSTEM, path=options.file, zone=options.zone,
                                     progress=lambda done, total: progress("", done, total))  # fmt: skip


def _time_rules(options: argparse.Namespace, _progress: Progress) -> ImportReport:
    from chuangcheng.framework import time_rules, time_sheets

    found = time_sheets.read_workbook(options.file)
    done = ImportReport(rows=found.count)
    for problem in found.problems:
        done.reject(problem)
    if found.problems:
        done.rejected = found.count  # all or nothing
        return done
    if options.preview:
        counts = time_rules.counts(time_rules.compare(found.rows))
    else:
        counts = time_rules.replace_rules(actor=SYSTEM, rows=found.rows)
    done.imported, done.unchanged = counts["added"] + counts["changed"], counts["unchanged"]
    done.extra = {**counts, "applied": not options.preview}
    return done


def _tasks(options: argparse.Namespace, _progress: Progress) -> ImportReport:
    from chuangcheng.tasks.ledger.command import bring_in

    return bring_in(actor=SYSTEM, path=options.file, preview=options.preview)


WORKBOOK = Label("工作簿（xlsx、xls、ods、csv）", "workbook (xlsx, xls, ods, csv)")
KINDS: dict[str, Kind] = {
    "framework": Kind(
        Label("测评体系", "an assessment framework"),
        Label("工作簿、Word 表格或 JSON", "workbook, Word table or JSON"),
        _framework,
    ),
    "divisions": Kind(
        Label("行政区划与边界", "divisions and boundaries"),
        Label("目录或一张表", "folder of the tables, or one table"),
        _divisions,
    ),
    "units": Kind(Label("单位、人员与岗位", "units, persons and posts"), WORKBOOK, _units),
    "hotline": Kind(Label("热线留言", "messages of a hotline"), WORKBOOK, _hotline),
    "callbacks": Kind(Label("热线工单的回访结果", "results of call-backs to orders"), WORKBOOK, _callbacks, False),
    "requests311": Kind(
        Label("其他城市 311 系统的历史", "the history of another city's 311 system"),
        Label("CSV、gz", "CSV, gz"),
        _requests311,
        False,
    ),
    "sites": Kind(Label("点位", "sites"), WORKBOOK, _sites),
    "compounds": Kind(Label("小区", "residential compounds"), WORKBOOK, _compounds),
    "shops": Kind(Label("门前三包门店", "shops under front-door responsibility"), WORKBOOK, _shops),
    "sponsorships": Kind(Label("包联", "sponsorships"), WORKBOOK, _sponsorships),
    "tasks": Kind(Label("任务台账（传回的）", "a ledger of tasks that came back"), WORKBOOK, _tasks),
    "time-rules": Kind(Label("处置时限（整套）", "time limits (the whole set)"), WORKBOOK, _time_rules),
}
