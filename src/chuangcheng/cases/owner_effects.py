"""What follows in a search for an owner: it begins by itself where no rule fits, whoever owes the next word is told,
and the ladder climbs while it runs past its limit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from chuangcheng.cases import dispatching, ladder, routing
from chuangcheng.cases.actions.owners import seek_unrouted
from chuangcheng.cases.escalation import recipients
from chuangcheng.cases.ladder import Ring
from chuangcheng.cases.models import Case, OwnerAsk, OwnerSearch
from chuangcheng.history.duties import periodic
from chuangcheng.history.models import Outbox
from chuangcheng.history.outbox import on, on_many
from chuangcheng.kernel import clock
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.label import Label
from chuangcheng.notices import alarms
from chuangcheng.notices.actions import notify, sunk
from chuangcheng.notices.models import Alarm
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Person, Unit
from chuangcheng.people.selectors import holding

KIND = "owner_search"
TOPIC = "case.owner_reminder"
SEEDED = 1000


@on_many("case.filed")
def seek_where_no_rule_fits(rows: Sequence[Outbox]) -> None:
    """A new case that no rule of routing and no site knows a unit for goes to the street of its place at once. A city
    without rules dispatches by hand, and there it says nothing."""
    if not routing.is_set_up():
        return
    new = Case.objects.filter(pk__in=[row.subject_id for row in rows], state="filed", responsible=None)
    placed = list(new.exclude(division_path="").select_related("category"))
    asked = [(case.category.code if case.category else "", case.division_path, case.source) for case in placed]
    for case, suggestion in zip(placed, routing.suggest_each(asked) if asked else (), strict=True):
        if suggestion is None:
            seek_unrouted(case_id=case.pk)


@on("case.owner_sought", "case.owner_asked", "case.owner_answered", "case.owner_named", "case.owner_ruled",
    "case.owner_denied")  # fmt: skip
def tell(row: Outbox) -> None:
    """The street that keeps it, the units that are asked, and the one that it came to, each what is theirs to do; and
    the alarm is set anew."""
    case = None if sunk() else Case.objects.select_related("category").filter(pk=row.subject_id).first()
    if case is None:
        return
    told, word = _WORDS[row.topic]
    units = row.payload["units"] if "units" in row.payload else [row.payload["unit"]]
    if told == "street":
        said = people.units().filter(pk=units[0]).first()
        if row.payload.get("answer") and said:
            ours = row.payload["answer"] == "yes"
            word = Label(
                f"{said.short_name}答复权属：{'是' if ours else '不是'}本单位的",
                f"{said.short_name} says that it is {'theirs' if ours else 'not theirs'}",
            )
        units = [one.street_id for one in _searches().filter(case=case)[:1]]
    permission = "owners.answer" if told == "asked" else "cases.handle"
    for unit in people.units().filter(pk__in=units):
        _say(f"outbox:{row.pk}:{unit.pk.hex}", row.topic, case, holding(permission, unit), word)
    for search in _searches().filter(case=case, state="open"):
        _set(search, clock.now())


_WORDS = {
    "case.owner_sought": (
        "street",
        Label("权属不明，请先行处置并找主人", "Owner unknown: act and look for it"),
    ),
    "case.owner_asked": ("asked", Label("请答复是不是本单位的", "Please answer whether this is yours")),
    "case.owner_answered": ("street", Label("权属询问有答复", "An answer came")),
    "case.owner_named": ("owner", Label("权属认定为本单位，不可退回", "Found to be yours, not to be returned")),
    "case.owner_ruled": ("owner", Label("裁定权属为本单位，不可退回", "Ruled to be yours, not to be returned")),
    "case.owner_denied": ("street", Label("认定无主，由街道办理、市级统筹", "Nobody's: the street does it")),
}


@periodic("cases.owners", 60, needed=lambda: alarms.rings(KIND))
def climb() -> int:
    """Answer the alarms of searches that ring; how many spoke."""
    return sum(_answer(alarm) for alarm in alarms.due(KIND))


@periodic("cases.owners_seed", 3600)
def seed() -> int:
    """Give an alarm to open searches that have none: those that a demo or a restore brought without a word."""
    now = clock.now()
    silent = _searches().filter(state="open").exclude(pk__in=alarms.subjects(KIND)).order_by("-started_at")[:SEEDED]
    return sum(_set(search, now) for search in silent)


def _answer(alarm: Alarm) -> bool:
    with transaction.atomic():
        search = _searches().filter(pk=alarm.subject_id).first()
        if not alarms.still(alarm):
            return False
        if search is None or search.state != "open":
            alarms.clear(KIND, alarm.subject_id)
            return False
        now = clock.now()
        rings = [ring for ring in _rings(search) if alarm.due_at <= ring.at <= now]
        silent = [ask for ask in _unanswered(search) if alarm.due_at <= ask.due_at <= now]
        _set(search, now)
        for ask in silent:
            _tell_silence(search.case, search.street, ask)
        if rings:  # after a stop of the worker several may have passed: the highest speaks for all
            _remind(search, rings[-1])
        return bool(rings or silent)


def _tell_silence(case: Case, street: Unit, ask: OwnerAsk) -> None:
    """No answer is not a no: the unit is reminded, and the street knows that it has none."""
    persons = [*holding("owners.answer", ask.unit), *holding("owners.seek", street)]
    word = Label(f"{ask.unit.short_name}逾期未答复权属询问", f"{ask.unit.short_name} has not answered in time")
    _say(f"owner-ask:{ask.pk.hex}", TOPIC, case, {one.pk: one for one in persons}.values(), word)


def _remind(search: OwnerSearch, ring: Ring) -> None:
    case, due = search.case, search.due_at.astimezone(CITY_ZONE)
    word = Label(
        f"找主人：{ring.rung.label.zh}，应于 {due.month}月{due.day}日 {due:%H:%M} 前有结果",
        f"Search for the owner: {ring.rung.label.en.lower()}, due {due:%Y-%m-%d %H:%M}",
    )
    to = recipients(case, ring.rung.to, ladder.current().heads)
    _say(f"owner-search:{search.pk.hex}:{ring.name}", TOPIC, case, to, word, urgent=ring.rung.urgent)


def _say(key: str, topic: str, case: Case, persons: Iterable[Person], word: Label, *, urgent: bool = False) -> None:
    what = f"{case.number} {case.category.zh if case.category else ''}".strip()
    notify(
        key=key, persons=persons, topic=topic, subject=("case", case.pk), url=f"/desk/cases/{case.pk}/",
        text=Label(f"{word.zh}：{what}", f"{word.en}: {what}"), urgent=urgent,
    )  # fmt: skip


def _set(search: OwnerSearch, now: datetime) -> bool:
    """The next moment at which it has something to say."""
    moments = [ring.at for ring in _rings(search)] + [ask.due_at for ask in _unanswered(search)]
    ahead = min((moment for moment in moments if moment > now), default=None)
    if ahead is None:
        alarms.clear(KIND, search.pk)
        return False
    alarms.put(KIND, search.pk, ahead)
    return True


def _rings(search: OwnerSearch) -> list[Ring]:
    return ladder.rings(ladder.current(), search.started_at, search.due_at, dispatching.current().owner.unit)


def _unanswered(search: OwnerSearch) -> list[OwnerAsk]:
    return list(search.asks.filter(answer="").select_related("unit"))


def _searches() -> QuerySet[OwnerSearch]:
    return OwnerSearch.objects.select_related("case__category", "case__holder", "street").order_by("-started_at")
