"""From a filed case to its closure, as units of different zeal do it."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from uuid import UUID

from chuangcheng.cases import actions as cases
from chuangcheng.cases.models import Case
from chuangcheng.cases.routing import suggest
from chuangcheng.demo.darkroom import Darkroom
from chuangcheng.demo.found import Cast
from chuangcheng.demo.orders import Orders
from chuangcheng.demo.plan import words
from chuangcheng.demo.stage import Stage
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.people.models import Unit

#: Which role of person acts for a kind of unit.
_ROLES = {
    "street": "street", "department": "department", "company": "department", "outside": "department",
    "district": "district", "subcommand": "subcommand", "community": "community",
}  # fmt: skip


class Handling:
    """Dispatches, handles, verifies and closes cases. ``zeal`` of a unit lies between 0.6 (late) and 1.3 (early)."""

    def __init__(self, stage: Stage, cast: Cast, darkroom: Darkroom, orders: Orders) -> None:
        self.stage = stage
        self.rng: random.Random = stage.rng
        self.cast = cast
        self.darkroom = darkroom
        self.orders = orders
        self.zeal = {code: self.rng.uniform(0.6, 1.3) for code in sorted(cast.units)}
        self.community: dict[UUID, str] = {}
        self._seen: dict[UUID, Case] = {}
        self._units = {unit.pk: unit for unit in cast.units.values()}
        self._sites = {site.pk: site for site in cast.sites}

    def take(self, case: Case, community: str = "") -> None:
        """Let a freshly filed case take its way; ``community`` is the unit whose grid workers verify it."""
        self.community[case.id] = community
        self._seen[case.id] = case
        self.stage.after(0.03, 0.4, lambda: self._dispatch(case.id))

    def _case(self, case_id: UUID) -> Case:
        """The case as the one who did the last step saw it; its units and sites are those of the cast. The actions
        look again, under the lock."""
        case = self._seen[case_id]
        case.holder = self._units[case.holder_id] if case.holder_id else None
        case.site = self._sites[case.site_id] if case.site_id else None
        return case

    def state_of(self, case_id: UUID) -> str:
        """The state that the last step left."""
        return self._seen[case_id].state

    def _did(self, case: Case) -> Case:
        self._seen[case.id] = case
        return case

    def _office(self) -> Actor:
        return self.rng.choice(self.cast.of("office", "CCB"))

    def _person_of(self, unit: Unit) -> Actor:
        return self.rng.choice(self.cast.of(_ROLES[unit.kind], unit.code))

    def _dispatch(self, case_id: UUID) -> None:
        case = self._case(case_id)
        if self.rng.random() < 0.012:
            reason = self.rng.choice(("duplicate", "mistake"))
            self._did(cases.void_case(actor=self._office(), case_id=case_id, reason_code=reason))
            return
        target = case.site.unit if case.site else self._routed(case)
        if target.kind == "street" and target.parent and self.rng.random() < 0.5:
            self._did(cases.dispatch_case(actor=self._office(), case_id=case_id, unit_id=target.parent.id))
            self.stage.after(0.05, 0.4, lambda: self._pass_on(case_id, target))
        else:
            self._did(cases.dispatch_case(actor=self._office(), case_id=case_id, unit_id=target.id))
            self.stage.after(0.05, 0.5, lambda: self._accept(case_id))

    def _routed(self, case: Case) -> Unit:
        suggestion = suggest(case.category.code if case.category else "", case.division_path, case.source)
        return suggestion.unit if suggestion else self.cast.units["BM09"]

    def _pass_on(self, case_id: UUID, target: Unit) -> None:
        case = self._case(case_id)
        if case.holder:
            self._did(cases.pass_on(actor=self._person_of(case.holder), case_id=case_id, unit_id=target.id))
            self.stage.after(0.05, 0.5, lambda: self._accept(case_id))

    def _accept(self, case_id: UUID) -> None:
        case = self._case(case_id)
        if case.holder is None or case.state != "dispatched":
            return
        actor = self._person_of(case.holder)
        if case.return_count == 0 and case.site is None and self.rng.random() < 0.04:
            self._did(cases.return_case(actor=actor, case_id=case_id, reason_code="not_ours"))
            again = self._case(case_id)
            step = self._dispatch if again.state == "filed" else self._accept
            self.stage.after(0.3, 2, lambda: step(case_id))
            return
        self._did(cases.accept_case(actor=actor, case_id=case_id))
        if self.rng.random() < 0.03 and case.due_at and clock.now() < case.due_at:
            self._did(cases.ask_extension(actor=actor, case_id=case_id, reason="需协调专业队伍施工"))
            self.stage.after(0.3, 2, lambda: self._decide(case_id))
        self._plan_handling(case)

    def _decide(self, case_id: UUID) -> None:
        petition = self._case(case_id).petitions.filter(state="asked").first()
        if petition:
            self._did(
                cases.decide_petition(actor=self._office(), petition_id=petition.id, granted=self.rng.random() < 0.8)
            )

    def _plan_handling(self, case: Case) -> None:
        """Handle some time before the deadline, or after it where zeal is low."""
        now = clock.now()
        zeal = self.zeal[case.holder.code] if case.holder else 1.0
        late = self.rng.random() < 0.06 / zeal**2
        left = max((case.due_at - now) if case.due_at else timedelta(hours=8), timedelta(hours=2))
        share = self.rng.uniform(1.05, 2.2) if late else self.rng.triangular(0.1, 0.95, 0.45)
        self.stage.at(_daylight(now + left * share, self.rng), lambda: self._handle(case.id))

    def _handle(self, case_id: UUID) -> None:
        case = self._case(case_id)
        if case.state != "handling" or case.holder is None:
            return
        actor = self._person_of(case.holder)
        outcome = "fixed" if self.rng.random() < 0.965 else "not_reproducible"
        photo = self.darkroom.take("after")
        cases.add_after_photo(actor=actor, case_id=case_id, data=photo, in_camera=self.rng.random() < 0.6)
        note = self.rng.choice(words()["answers"]["handled"])
        self._did(cases.handle_case(actor=actor, case_id=case_id, outcome=outcome, note=note))
        self.stage.after(0.3, 7, lambda: self._verify(case_id))

    def _verify(self, case_id: UUID) -> None:
        case = self._case(case_id)
        verifiers = self.cast.of("grid", self.community.get(case_id, ""))
        if case.found_from_above or case.relapse_of_id or not verifiers:
            verifiers = self.cast.of("inspector", "CCB")
        actor = self.rng.choice([one for one in verifiers if one.person_id != case.handled_by_id])
        if case.rework_count == 0 and self.rng.random() < 0.07:
            self._did(
                cases.rework_case(actor=actor, case_id=case_id, note=self.rng.choice(words()["answers"]["rework"]))
            )
            self.stage.after(2, 6, lambda: self._handle(case_id))
            return
        self._did(cases.verify_case(actor=actor, case_id=case_id))
        self.stage.after(0.1, 4, lambda: self._close(case_id))

    def _close(self, case_id: UUID) -> None:
        self.orders.answer(case_id)
        self._did(cases.close_case(actor=self._office(), case_id=case_id))
        if self.rng.random() < 0.012:
            self.stage.after(4, 30, lambda: self._reopen(case_id))

    def _reopen(self, case_id: UUID) -> None:
        self._did(
            cases.reopen_case(
                actor=self._office(), case_id=case_id, reason_code=self.rng.choice(("relapse", "not_fixed"))
            )
        )
        self.stage.after(0.3, 2, lambda: self._dispatch(case_id))


def _daylight(moment: datetime, rng: random.Random) -> datetime:
    """The same moment if it lies between 07:00 and 19:00 in the city, else some time the next morning."""
    local = moment.astimezone(CITY_ZONE)
    if 7 <= local.hour < 19:
        return moment
    morning = local.replace(hour=8, minute=rng.randrange(60), second=rng.randrange(60))
    return morning if local.hour < 7 else morning + timedelta(days=1)
