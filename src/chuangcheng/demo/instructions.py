"""领导批示 in the demo: eight of them, each somewhere else on its way, entered and answered by the real actions."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from chuangcheng.cases import actions as cases
from chuangcheng.cases.models import Case, Instruction
from chuangcheng.demo.found import Cast
from chuangcheng.demo.pictures import picture
from chuangcheng.demo.stage import Stage
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.ids import new_id, seeded
from chuangcheng.people.rights import post_of

#: The smallest file that is a PDF: an empty page.
PAPER = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


@dataclass(frozen=True, slots=True)
class Plot:
    """One instruction: so many days before the end, due after so many; ``then`` are the steps, a day each: ``r`` and
    ``R`` the first or second unit replies, ``a`` ``A`` its reply is accepted, ``s`` sent back, ``o`` denied, ``w``
    withdrawn, ``-`` a day passes. ``held`` links it to a case in the hands of the first unit."""

    days: int
    due: int
    words: str
    then: str
    both: bool = False
    held: bool = False
    scan: str = ""
    form: str = "written"


PLOTS = (
    Plot(40, 7, "农贸市场周边秩序差，请限期整治，举一反三。", "-ra-RA", both=True, scan="pdf"),
    Plot(26, 5, "背街小巷保洁不到位的问题，请研究长效办法。", "------ra", form="spoken"),
    Plot(17, 6, "群众来信反映路面破损，请抓紧修复并答复来信人。", "--ra", both=True, scan="image"),
    Plot(12, 5, "公益广告破损要及时更换，请开展一次排查。", "-o"),
    Plot(10, 7, "窗口服务要再优化，请拿出清单。", "-w"),
    Plot(8, 6, "老旧小区楼道堆物有安全隐患，请逐栋清理。", "-r-s", held=True),
    Plot(5, 9, "网格员反映的问题要当天有回音，请督促落实。", "--r", both=True),
    Plot(2, 6, "此件请阅处，并于期限内报结果。", "", held=True, scan="pdf"),
)
_ANSWERS = (
    "已现场整治完毕，安排专人每日巡查。",
    "已完成排查，问题清单和整改时限附后。",
    "已落实到人，本周内全部完成。",
)


class Instructions:
    """With dice of their own: the rest of the city is the same with and without them."""

    def __init__(self, stage: Stage, cast: Cast, seed: int) -> None:
        self.stage = stage
        self.cast = cast
        self.rng = random.Random(f"instructions/{seed}")
        self.units = [cast.named["street"], cast.named["department"]]

    def schedule(self) -> None:
        """Each in the morning of its day, and a step every day after."""
        for number, plot in enumerate(PLOTS):
            morning = self.stage.end - timedelta(days=plot.days)
            if morning >= self.stage.start:
                self._play(plot, number, new := _Entered(), morning - timedelta(minutes=40 - number))
                for day, step in enumerate(plot.then, 1):
                    self.stage.at(morning + timedelta(days=day, minutes=number), self._step(step, new))

    def _play(self, plot: Plot, number: int, new: _Entered, moment: datetime) -> None:
        def scene() -> None:
            with seeded(self.rng):
                new.row = self._enter(plot, self.units if plot.both else [self.units[number % 2]], number)

        self.stage.at(moment, scene)

    def _enter(self, plot: Plot, addressed: list[Actor], number: int) -> Instruction:
        today = clock.now().astimezone(CITY_ZONE).date()
        leader = self.cast.named["leader"].person_id
        units = tuple(post.unit_id for actor in addressed if (post := post_of(actor)))
        assert leader is not None
        given = cases.InstructionInput(
            id=new_id(), leader_id=leader, text=plot.words, unit_ids=units, given_on=today - timedelta(days=1),
            due_on=today + timedelta(days=plot.due), form=plot.form, link=_held(units[0]) if plot.held else "",
        )  # fmt: skip
        scan = {"pdf": lambda: PAPER, "image": lambda: picture(self.rng, "before")}.get(plot.scan, lambda: None)()
        row, _ = cases.enter_instruction(actor=self.cast.named["office"], given=given, scan=scan)
        if number < len(PLOTS) - 1:
            for actor in addressed:
                cases.note_read(actor=actor, instruction_id=row.pk)
        return row

    def _step(self, step: str, new: _Entered) -> Callable[[], None]:
        office, leader = self.cast.named["office"], self.cast.named["leader"]

        def scene() -> None:
            row = new.row
            if row is None or step == "-":
                return
            with seeded(self.rng):
                if step in "rR":
                    self._reply(row, second=step == "R")
                elif step in "aAs":
                    waiting = row.replies.get(state="replied")
                    note = "没有写明责任人和完成时间，请重报。" if step == "s" else ""
                    judge = leader if step == "A" else office
                    cases.judge_reply(actor=judge, reply_id=waiting.pk, accepted=step != "s", note=note)
                elif step == "o":
                    cases.object_to_instruction(
                        actor=leader, instruction_id=row.pk, note="这不是我的意见，应是会议纪要。"
                    )
                else:
                    cases.withdraw_instruction(actor=office, instruction_id=row.pk, note="与上件重复录入。")

        return scene

    def _reply(self, row: Instruction, *, second: bool) -> None:
        units = set(row.replies.values_list("unit", flat=True))
        mine = [actor for actor in self.units if (post := post_of(actor)) and post.unit_id in units]
        actor = mine[-1 if second else 0]
        cases.reply_instruction(actor=actor, instruction_id=row.pk, text=self.rng.choice(_ANSWERS))


@dataclass
class _Entered:
    """The row once it was entered."""

    row: Instruction | None = None


def _held(unit: UUID) -> str:
    """The number of an open case in the hands of the unit, "" if there is none."""
    open_case = Case.objects.filter(holder=unit, state__in=("dispatched", "handling")).order_by("pk").first()
    return open_case.number if open_case else ""
