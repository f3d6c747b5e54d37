"""``chuangcheng triage``: learn the suggestion of categories, measure it, show what is in force."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from chuangcheng.cli import home, output
from chuangcheng.cli.options import add, children
from chuangcheng.cli.output import Result, text
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused

DEEDS: dict[str, Label] = {
    "train": Label("由已确认的案件、更正和体系学习", "learn from confirmed cases, corrections and the framework"),
    "evaluate": Label("嵌套交叉验证，只测不改", "measure by nested cross-validation, change nothing"),
    "show": Label("查看现用模型，或试一段文字", "show the model in force, or try a text"),
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """One command a deed."""
    for name, child in children(parser, "deed", DEEDS):
        if name == "show":
            add(child, "--text", "试一段文字", "a text to try")
            continue
        many = "*" if name == "train" else "?"
        add(child, "file", "带类别的热线工作簿", "a hotline workbook with categories", type=Path, nargs=many)
        if name == "evaluate":
            add(
                child,
                "--plain",
                "不用词典，只用字的 n 元",
                "plain n-grams, without the dictionary",
                action="store_true",
            )
            add(child, "--seed", "随机种子", "seed of folds and bootstrap", type=int)


def run(options: argparse.Namespace) -> Result:
    """Do one deed."""
    named = options.file if options.deed == "train" else [getattr(options, "file", None)]
    for file in filter(None, named):
        if not file.exists():
            raise Refused("operations.file_not_found", path=file)
    return {"train": _train, "evaluate": _evaluate, "show": _show}[options.deed](options)


def _train(options: argparse.Namespace) -> Result:
    home.open_ready_home()
    from chuangcheng.cases.triage import training

    with output.progress(text("学习", "learning")) as progress:
        learned = training.train(actor=SYSTEM, files=tuple(options.file),
                                 progress=lambda done, total: progress("", done, total))  # fmt: skip
    about = learned.about
    data = {**about, "labels": len(learned.labels), "terms": len(learned.terms), "threshold": learned.threshold}
    return Result(data, [_headline(about, len(learned.labels)), *_quality(about["quality"])])


def _headline(about: dict[str, Any], labels: int) -> str:
    return text(
        f"第 {about['version']} 版：{about['rows']} 条上报、{about['definitions']} 条体系文字，{labels} 个类别",
        f"version {about['version']}: {about['rows']} reports, {about['definitions']} definitions, {labels} categories",
    )


def _quality(found: dict[str, Any] | None) -> list[str]:
    if found is None:
        return [text("已确认的上报太少，尚不能评估", "too few confirmed reports to say how good it is")]
    low, high = found["interval"]
    return [
        text(f"宏平均 F1 {found['macro_f1']:.3f}（95 % 区间 {low:.3f}–{high:.3f}），{found['rows']} 条",
             f"macro-F1 {found['macro_f1']:.3f} (95 %: {low:.3f}–{high:.3f}), {found['rows']} rows"),
        text(f"给出建议 {found['coverage']:.1%}，其中正确 {found['accuracy']:.1%}",
             f"suggests for {found['coverage']:.1%}, of which {found['accuracy']:.1%} are right"),
    ]  # fmt: skip


def _evaluate(options: argparse.Namespace) -> Result:
    if options.file:
        home.open_home()
    else:
        home.open_ready_home()
    from chuangcheng.cases.triage import training, workbook
    from chuangcheng.kernel.triage.evaluation import evaluate
    from chuangcheng.kernel.triage.learning import GRID, PLAIN_GRID, SEED, TooFew

    examples = workbook.examples(options.file) if options.file else training.material()[0]
    began = time.monotonic()
    with output.progress(text("评估", "evaluate")) as progress:
        try:
            found = evaluate(
                examples, seed=SEED if options.seed is None else options.seed,
                grid=PLAIN_GRID if options.plain else GRID,
                progress=lambda done, total: progress("", done, total),
            )  # fmt: skip
        except TooFew as error:
            raise Refused("triage.too_few", rows=len(examples)) from error
    data = {**found.as_json(), "features": "n-grams" if options.plain else "n-grams and dictionary",
            "seconds": round(time.monotonic() - began, 1)}  # fmt: skip
    return Result(data, [*_quality(data), *_curve(data), *_confusion(data)])


def _curve(data: dict[str, Any]) -> list[str]:
    head = text("校准（承诺的概率 → 实际正确率）", "calibration (promised → right)")
    return [head, *(f"  {one['promised']:.2f} → {one['right']:.2f} ({one['rows']})" for one in data["calibration"])]


def _confusion(data: dict[str, Any]) -> list[str]:
    lines = [text("混淆表（行：真实类别；列：同序）", "confusion (row: true category; columns in the same order)")]
    for label, row in zip(data["labels"], data["confusion"], strict=True):
        lines.append(f"  {' '.join(f'{count:4d}' for count in row)}  {label}")
    return lines


def _show(options: argparse.Namespace) -> Result:
    home.open_ready_home()
    from chuangcheng.cases.triage import advice, store

    try:
        found = store.current()
    except ValueError as error:
        raise Refused("triage.bad_model", reason=str(error)) from error
    if found is None:
        raise Refused("triage.no_model")
    if options.text is None:
        return Result({**found.about, "labels": len(found.labels)}, [_headline(found.about, len(found.labels))])
    told = advice.advise_text(options.text)
    if told is None:
        return Result({"category": None}, [text("没有把握，不建议", "not sure enough to suggest anything")])
    data = {
        "category": told.category.code, "name": told.category.zh, "probability": told.probability,
        "words": list(told.words), "reason": told.reason.text(output.language()) if told.reason else "",
        "unit": told.unit.unit.name if told.unit else "",
    }  # fmt: skip
    return Result(data, [f"{data['category']} {data['name']}", *filter(None, (str(data["reason"]), *told.words))])
