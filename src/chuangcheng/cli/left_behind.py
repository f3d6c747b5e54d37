"""The check of ``doctor`` for what still hangs on persons and units that left: counts and codes, no names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chuangcheng.cli.inspection import Finding
from chuangcheng.cli.output import text
from chuangcheng.kernel.label import Label


def left_behind() -> Iterator[Finding]:
    """One finding for persons, one for units."""
    from chuangcheng.people import handover, successors

    labels, held = handover.labels(), handover.left_behind()
    yield _found(
        "persons_left", len({one.person_id for rows in held.values() for one in rows}),
        _said((labels[name], len(rows)) for name, rows in held.items()),
        Label("离岗人员名下没有未交接的事项", "nothing hangs on a person who left"),
        Label("名离岗人员名下有未交接的事项（{kinds}），请在“人员”中交接",
              "persons who left still hold something ({kinds}); hand it over on the list of persons"),
    )  # fmt: skip
    stays = successors.left_with_units()
    codes = sorted({unit.code for unit, _one in stays})
    kinds: dict[Label, int] = {}
    for _unit, one in stays:
        kinds[one.label] = kinds.get(one.label, 0) + one.count
    listed = "、".join(codes[:10]) + ("…" if len(codes) > 10 else "")
    yield _found(
        "units_left", len(codes), _said(kinds.items()),
        Label("已撤销单位名下没有未移交的工作", "nothing is open with a unit that ended"),
        Label(f"个已撤销单位名下有未移交的工作（{{kinds}}）：{listed}",
              f"units that ended still hold open work ({{kinds}}): {listed}"),
    )  # fmt: skip


def _said(counts: Iterable[tuple[Label, int]]) -> Label:
    pairs = sorted(counts, key=str)
    return Label(
        "、".join(f"{label.zh} {count}" for label, count in pairs),
        ", ".join(f"{label.en}: {count}" for label, count in pairs),
    )


def _found(name: str, count: int, kinds: Label, well: Label, amiss: Label) -> Finding:
    if not count:
        return Finding(name, "ok", text(well.zh, well.en))
    said = text(f"{count} " + amiss.zh.format(kinds=kinds.zh), f"{count} " + amiss.en.format(kinds=kinds.en))
    return Finding(name, "warn", said)
