"""Everything that can be recomputed or verified, and how its differences are told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice

from chuangcheng.cli.output import OK, PROBLEM, Progress, Result, text
from chuangcheng.history.projections import Difference
from chuangcheng.kernel.settings import Settings

SHOWN = 50
Check = Callable[[], Iterable[Difference]]
Findings = dict[str, list[Difference]]
#: Differences of one kind that are gathered; more of the same would only fill the memory.
GATHERED = 10_000


def everything(settings: Settings, *, photos: bool, progress: Progress) -> Findings:
    """Chains and seals, all projections, and the photos' files when asked. Name → differences."""
    from chuangcheng.history import projections, verify
    from chuangcheng.photos.verify import verify as verify_photos

    checks: dict[str, Check] = {"chains": lambda: verify.verify(settings.seals)}
    checks |= {name: projection.check for name, projection in projections.registered().items()}
    if photos:
        checks["photos"] = verify_photos
    found: Findings = {}
    for number, (name, check) in enumerate(checks.items()):
        progress(name, number, len(checks))
        found[name] = list(islice(check(), GATHERED))
    progress("", len(checks), len(checks))
    return found


def result(found: Findings) -> Result:
    """Code 0 without differences, else 1 and each of them named (the first fifty of a kind)."""
    total = sum(len(differences) for differences in found.values())
    named = {name: [str(d) for d in differences[:SHOWN]] for name, differences in found.items() if differences}
    counted = text(f"核对 {len(found)} 项，差异 {total} 处", f"{len(found)} checks, {total} differences")
    lines = [counted, *[f"  {name}: {line}" for name, rows in named.items() for line in rows]]
    data = {"checks": {name: len(rows) for name, rows in found.items()}, "differences": total, "named": named}
    return Result(data, lines, PROBLEM if total else OK)
