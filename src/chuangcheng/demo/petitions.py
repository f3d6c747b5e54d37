"""A handful of petitions for more time on the demo city's tasks: waiting, granted, declined, taken back, and twice."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from chuangcheng.demo.tasks import Tasks
from chuangcheng.kernel import ids
from chuangcheng.tasks import actions

#: Number of the task, days before the end, move, days after the end that are asked for or granted (None: as asked),
#: words.
SCENES: tuple[tuple[int, float, str, int | None, str], ...] = (
    (9, 5.2, "ask", 30, "管线迁改单位排期推迟，申请顺延。"),
    (17, 8.4, "ask", 45, "招标流标一次，重新挂网需二十天。"),
    (17, 6.3, "endorse", None, "情况属实，建议给予延期。"),
    (17, 5.1, "grant", 35, "先批准十二天，倒排工期、按周报进展。"),
    (25, 7.4, "ask", 60, "人手紧张，申请延期。"),
    (25, 4.2, "decline", None, "理由不充分，请统筹力量按期完成。"),
    (33, 3.3, "ask", 40, "等待设计变更批复。"),
    (33, 2.1, "retract", None, ""),
    (14, 2.4, "ask", 12, "连续降雨影响铺装，超期后补报。"),
    (14, 1.2, "endorse", None, "属实。"),
    (38, 15.4, "ask", -1, "居民楼加装管道意见未统一。"),
    (38, 14.3, "endorse", None, "已现场了解，情况属实。"),
    (38, 12.1, "grant", None, "同意。"),
    (38, 4.3, "ask", 15, "仍有三户未签字，社区正在逐户做工作。"),
    (38, 3.6, "endorse", None, "属实。"),
    (38, 3.1, "grant", 9, "最后一次延期。"),
)
_ACTIONS: dict[str, Callable[..., object]] = {
    "ask": actions.ask_extension, "endorse": actions.endorse_petition, "grant": actions.grant_petition,
    "decline": actions.decline_petition, "retract": actions.retract_petition,
}  # fmt: skip


class Petitions:
    """Takes the tasks as they were set, and draws by its own dice."""

    def __init__(self, tasks: Tasks, seed: int) -> None:
        self.tasks, self.rng = tasks, random.Random(f"petitions {seed}")

    def schedule(self) -> None:
        """Each scene at its hour; an endorsement only where a sub-command stands above the unit."""
        for scene in SCENES:
            moment = self.tasks.stage.end - timedelta(days=scene[1])
            if moment >= self.tasks.stage.start:
                self.tasks.stage.at(moment, lambda scene=scene: self._play(*scene))  # type: ignore[misc]

    def _play(self, number: int, _days: float, move: str, due: int | None, words: str) -> None:
        task_id = self.tasks.id_of(number)
        actor, unit = self.tasks.doers[number]
        office = self.tasks.cast.named["office"]
        above = self.tasks.cast.of("subcommand", unit.line_parent.code)[:1] if unit.line_parent else []
        if task_id is None or (move == "endorse" and not above):
            return
        by = {"endorse": above[0] if above else office, "grant": office, "decline": office}.get(move, actor)
        given: dict[str, Any] = {"words": words} if words else {}
        if due is not None:
            given["due_on"] = self.tasks.today + timedelta(days=due)
        with ids.seeded(self.rng):
            _ACTIONS[move](actor=by, task_id=task_id, **given)
