"""Two deliberations of the demo city: one carried out, one whose notice is still up."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from chuangcheng.demo.pictures import picture
from chuangcheng.demo.registers import Registers, paper
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.sites.compounds.models import Committee, Compound, Property
from chuangcheng.sites.deliberations import actions, work
from chuangcheng.sites.deliberations.models import Deliberation, Party

_SIGNERS = {
    Party.BRANCH: "党支部书记", Party.RESIDENTS: "居委会主任", Party.OWNERS: "业委会主任", Party.PROPERTY: "项目经理",
    Party.REPRESENTATIVES: "居民代表",
}  # fmt: skip


class Talks:
    """Schedules both, by the community that each compound lies in."""

    def __init__(self, registers: Registers) -> None:
        self._at, self._registers = registers.at, registers
        self._rows: dict[int, Deliberation] = {}
        self._rng = random.Random(f"talks/{registers.stage.end:%Y%m%d}")

    def schedule(self) -> None:
        """The first began forty days before the end, the second six."""
        whole = [row for row in self._registers.compounds if row.committee == Committee.YES]
        cared = [row for row in whole if row.property_kind == Property.COMPANY]
        first, second = (cared or whole)[0], next(row for row in self._registers.compounds if row.committee == "no")
        if self._registers.stage.end - timedelta(days=41) >= self._registers.stage.start:
            self._begin(0, first, 40)
            self._at(26, lambda: self._decide(0))
            self._at(9, lambda: self._finish(0))
        if self._registers.stage.end - timedelta(days=7) >= self._registers.stage.start:
            self._begin(1, second, 6)
            self._at(1.1, lambda: self._object(1))

    def _actor(self, compound: Compound) -> Actor:
        return self._registers.cast.of("community", f"SQ{compound.division.code}")[0]

    def _by(self, number: int) -> dict[str, Any]:
        row = self._rows[number]
        return {"actor": self._actor(row.compound), "deliberation_id": row.pk}

    def _begin(self, number: int, compound: Compound, days: float) -> None:
        self._at(days, lambda: self._convene(number, compound))
        self._at(days - 2, lambda: self._meet(number))
        self._at(days - 2.8, lambda: actions.put_up_notice(**self._by(number)))

    def _convene(self, number: int, compound: Compound) -> None:
        talk = self._registers.texts["talks"][number]
        items = [actions.ItemInput(title) for title in talk["items"]]
        self._rows[number] = actions.convene(
            actor=self._actor(compound), compound_id=compound.pk, title=talk["title"], items=items
        )

    def _meet(self, number: int) -> None:
        by, row = self._by(number), self._rows[number]
        actions.record_meeting(**by, held_on=clock.today().date(), minutes="五方逐项发表意见，形成表决结果。")
        for party, capacity in _SIGNERS.items():
            missing = (party == Party.OWNERS and row.compound.committee != Committee.YES) or (
                party == Party.PROPERTY and row.compound.property_kind != Property.COMPANY
            )
            if missing:
                actions.note_absence(**by, party=party, absence="not_there")
            else:
                signer = self._rng.choice("王李张刘陈") + "某某"
                actions.enter_signature(**by, party=party, capacity=capacity, signer=signer, scan=paper(self._rng))
        for item in row.items.all():
            yes = item.order < 3
            actions.record_vote(
                actor=by["actor"], item_id=item.pk, votes_for=self._rng.randrange(40, 80) if yes else 11,
                votes_against=self._rng.randrange(2, 12) if yes else 37, abstentions=self._rng.randrange(6),
                adopted=yes,
            )  # fmt: skip

    def _decide(self, number: int) -> None:
        by = self._by(number)
        actions.decide(**by)
        street = self._registers.cast.units[f"JD{self._rows[number].compound.division.code[:9]}"]
        due = clock.today().date() + timedelta(days=21)
        for item in self._rows[number].items.filter(adopted=True):
            work.assign_item(actor=by["actor"], item_id=item.pk, unit=street, due_on=due)
        work.begin(**by)

    def _finish(self, number: int) -> None:
        by = self._by(number)
        for item in self._rows[number].items.filter(adopted=True):
            work.finish_item(actor=by["actor"], item_id=item.pk, shots=(picture(self._rng, "after"),))
        work.finish(**by)

    def _object(self, number: int) -> None:
        actions.record_objection(**self._by(number), text="并点后离三号楼太远，老人不方便。")
