"""即知即改: one screen, no case; a few looked at again; what comes back within 7 days is told."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from django.conf import settings

from chuangcheng.cases import actions, projections, quickfixes, rates
from chuangcheng.cases.models import Case, QuickFix
from chuangcheng.cases.quickfix_effects import end_looks
from chuangcheng.cases.sampling import is_drawn, lot
from chuangcheng.history.selectors import events_of
from chuangcheng.history.sweep import drain
from chuangcheng.kernel import clock
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.photos import selectors as photos
from chuangcheng.photos.actions import Declaration
from tests.cases.play import LITTER, OTHER_STREET, POINT, Play, picture
from tests.conftest import NOON

if TYPE_CHECKING:
    from chuangcheng.sites.models import Site

Share = Callable[[int], None]


@pytest.fixture
def share(monkeypatch: pytest.MonkeyPatch) -> Iterator[Share]:
    """Sets how many of a hundred are drawn."""

    def put(percent: int, rate: int = 5) -> None:
        monkeypatch.setattr(settings, "CITY", replace(settings.CITY, quickfix_share=percent, quickfix_rate=rate))

    put(0)
    yield put


def fix(**more: object) -> actions.QuickFixInput:
    values: dict[str, object] = {"id": new_id(), "category_code": LITTER, **POINT, **more}
    return actions.QuickFixInput(**values)  # type: ignore[arg-type]


def record(play: Play, by: str = "grid", **more: object) -> QuickFix:
    return actions.record_quickfix(actor=play.by[by], given=fix(**more))[0]


def refused(call: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as refusal:
        call()
    return refusal.value


def drawn(play: Play, share: Share, **more: object) -> QuickFix:
    share(100)
    row = record(play, **more)
    share(0)
    return row


# recording


def test_it_is_recorded_where_it_was_and_nothing_else_happens(play: Play, share: Share) -> None:
    row = record(play, text=" 顺手清掉 ", fixed_at=NOON - timedelta(hours=2))
    assert (row.state, row.unit_id, row.fixed_by_id) == ("recorded", play.unit("street"), play.by["grid"].person_id)
    assert row.number.startswith("JZ20260915-") and row.text == "顺手清掉"
    assert row.grid is not None and row.division_path.endswith("990101001001/")
    assert (row.fixed_at, row.received_at) == (NOON - timedelta(hours=2), NOON)
    assert not Case.objects.exists()
    assert list(events_of("quickfix", row.pk).values_list("action", flat=True)) == ["quickfix.recorded"]


def test_it_stands_in_no_rate(play: Play, share: Share) -> None:
    before = {name: (rate.numerator, rate.denominator) for name, rate in rates.rates(Case.objects.all(), NOON).items()}
    record(play)
    drain()
    after = {name: (rate.numerator, rate.denominator) for name, rate in rates.rates(Case.objects.all(), NOON).items()}
    assert before == after


def test_words_never_enter_history(play: Play, share: Share) -> None:
    row = record(play, text="张三家门口", address="永安路 9 号")
    assert "张三" not in str(events_of("quickfix", row.pk).get().after)
    assert "永安路" not in str(events_of("quickfix", row.pk).get().after)


def test_the_same_again_is_the_same(play: Play, share: Share) -> None:
    given = fix()
    first, created = actions.record_quickfix(actor=play.by["grid"], given=given)
    again, repeated = actions.record_quickfix(actor=play.by["grid"], given=given)
    assert (created, repeated, again.pk, again.number) == (True, False, first.pk, first.number)
    other = replace(given, text="别的")
    assert refused(lambda: actions.record_quickfix(actor=play.by["grid"], given=other)).code == "common.different_body"
    somebody = lambda: actions.record_quickfix(actor=play.by["street"], given=given)  # noqa: E731
    assert refused(somebody).code == "common.different_body"
    assert QuickFix.objects.count() == 1


@pytest.mark.parametrize("persona", ["leader", "subcommand", "department", "auditor", "office", "inspector"])
def test_who_does_not_work_out_there_records_nothing(play: Play, share: Share, persona: str) -> None:
    assert refused(lambda: record(play, persona)).code == "common.not_allowed"


@pytest.mark.parametrize("persona", ["grid", "community", "street", "district"])
def test_who_works_out_there_does(play: Play, share: Share, persona: str) -> None:
    assert record(play, persona).state == "recorded"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"category_code": ""}, "category"),
        ({"category_code": "99999"}, "category"),
        ({"lat": None, "lon": None}, "address"),
        ({"lat": 91.0}, "lat"),
        ({"lat": None}, "lat"),
        ({"text": "长" * 201}, "text"),
        ({"fixed_at": NOON - timedelta(days=31)}, "fixed_at"),
        ({"fixed_at": NOON + timedelta(hours=1)}, "fixed_at"),
        ({"fixed_at": datetime(2026, 9, 15, 12)}, "fixed_at"),
        ({"photos": tuple(Declaration(f"{n:064x}", "after") for n in range(3))}, "photos"),
        ({"photos": (Declaration("0" * 64, "near"),)}, "photos"),
        ({"photos": (Declaration("x", "after"),)}, "photos.0.sha256"),
    ],
)
def test_what_is_wrong_is_named(play: Play, share: Share, more: dict[str, object], field: str) -> None:
    refusal = refused(lambda: record(play, **more))
    assert refusal.code == "common.invalid" and field in {problem.field for problem in refusal.fields}
    assert not QuickFix.objects.exists()


def test_a_clock_a_little_fast_is_now(play: Play, share: Share) -> None:
    assert record(play, fixed_at=NOON + timedelta(minutes=10)).fixed_at == NOON


def test_an_address_alone_will_do(play: Play, share: Share) -> None:
    row = record(play, lat=None, lon=None, address="永安路 1 号")
    assert (row.lat, row.division_path) == (None, "")
    assert quickfixes.visible_to(play.by["grid"]).get() == row, "one sees one's own"


def test_a_site_gives_the_place(play: Play, share: Share, make_site: Callable[[str], Site]) -> None:
    site = make_site("street")
    row = record(play, by="street", lat=None, lon=None, site_id=site.pk)
    assert (row.site_id, row.lat, row.division_path) == (site.pk, site.lat, site.division_path)
    assert refused(lambda: record(play, site_id=new_id())).code == "common.not_found"


def test_its_photos_come_after_it(play: Play, share: Share) -> None:
    data = picture()
    sha = hashlib.sha256(data).hexdigest()
    row = record(play, photos=(Declaration(sha, "after"),))
    assert (row.photos_declared, row.photos_missing) == (1, 1)
    for _ in range(2):
        row = actions.ingest_quickfix_photo(actor=play.by["grid"], fix_id=row.pk, sha256=sha, data=data)
        assert row.photos_missing == 0
    assert events_of("quickfix", row.pk).filter(action="quickfix.photo_stored").count() == 1
    for who in ("street", "community"):
        call = lambda who=who: actions.ingest_quickfix_photo(  # noqa: E731
            actor=play.by[who], fix_id=row.pk, sha256=sha, data=data
        )
        assert refused(call).code == "common.not_found"


# the draw


def test_the_lot_is_even_and_the_key_decides_it(db: None) -> None:
    ids = [UUID(int=number) for number in range(4000)]
    hit = sum(is_drawn("quickfix", one, 5) for one in ids)
    assert 140 <= hit <= 260
    assert [is_drawn("quickfix", one, 0) for one in ids[:50]] == [False] * 50
    assert [is_drawn("quickfix", one, 100) for one in ids[:50]] == [True] * 50
    assert lot("quickfix", ids[0]) == lot("quickfix", ids[0]) != lot("recheck", ids[0])
    wide = {one for one in ids if is_drawn("quickfix", one, 10)}
    assert {one for one in ids if is_drawn("quickfix", one, 5)} < wide, "a larger share keeps who was in"


def test_who_is_drawn_has_seven_days(play: Play, share: Share) -> None:
    row = drawn(play, share)
    assert (row.state, row.sampled, row.look_due_at) == ("sampled", "share", NOON + timedelta(days=7))


def test_too_many_too_fast_are_looked_at_and_none_is_refused(play: Play, share: Share) -> None:
    share(0, 3)
    at = [NOON - timedelta(minutes=5 * n) for n in range(5)]
    states = [record(play, fixed_at=moment).sampled for moment in at]
    assert states == ["", "", "", "rate", "rate"]
    far = record(play, **OTHER_STREET)
    earlier = record(play, fixed_at=NOON - timedelta(hours=9))
    colleague = record(play, by="street")
    assert (far.sampled, earlier.sampled, colleague.sampled) == ("", "", "")


# the second look


def test_somebody_else_finds_it_still_fixed(play: Play, share: Share) -> None:
    row = drawn(play, share)
    assert [one.pk for one in quickfixes.to_look_at(play.by["inspector"])] == [row.pk]
    row = actions.look_again(actor=play.by["inspector"], fix_id=row.pk, held=True)
    assert (row.state, row.looked_by_id, row.looked_at) == ("held", play.by["inspector"].person_id, NOON)
    assert not quickfixes.to_look_at(play.by["inspector"]).exists()
    again = lambda: actions.look_again(actor=play.by["inspector"], fix_id=row.pk, held=True)  # noqa: E731
    assert refused(again).code == "state.move_refused"


def test_back_again_becomes_a_case_that_points_to_it(play: Play, share: Share) -> None:
    row = drawn(play, share, address="永安路 1 号")
    blind = lambda: actions.look_again(actor=play.by["inspector"], fix_id=row.pk, held=False)  # noqa: E731
    assert refused(blind).code == "quickfix.photo_missing"
    row = actions.look_again(actor=play.by["inspector"], fix_id=row.pk, held=False, photo=picture(), note="又堆上了")
    case = Case.objects.get()
    assert (row.state, row.relapse_id) == ("relapsed", case.pk)
    assert (case.origin_kind, case.origin_id, case.text) == ("quickfix", row.pk, "又堆上了")
    assert (case.category_id, case.address, case.found_from_above) == (row.category_id, "永安路 1 号", True)
    assert photos.of(("quickfix", row.pk)).filter(role="evidence", stored_at__isnull=False).count() == 1
    assert [one.pk for one in quickfixes.behind(case)] == [row.pk]
    drain()
    assert QuickFix.objects.get().relapse_id == case.pk


def test_nobody_looks_at_their_own(play: Play, share: Share) -> None:
    mine = drawn(play, share, by="district")
    look = lambda who, row: actions.look_again(actor=play.by[who], fix_id=row.pk, held=True)  # noqa: E731
    assert refused(lambda: look("district", mine)).code == "quickfix.own_work"
    assert not quickfixes.to_look_at(play.by["district"]).exists()
    QuickFix.objects.update(fixed_by=play.by["grid"].person_id)
    assert refused(lambda: look("district", mine)).code == "quickfix.own_unit"
    for persona in ("grid", "street", "community", "leader", "auditor", "department"):
        assert refused(lambda who=persona: look(who, mine)).code == "common.not_allowed"


def test_only_what_was_drawn_is_looked_at(play: Play, share: Share) -> None:
    row = record(play)
    look = lambda: actions.look_again(actor=play.by["inspector"], fix_id=row.pk, held=True)  # noqa: E731
    assert refused(look).code == "state.move_refused"


def test_a_look_that_nobody_took_is_said_to_be_so(play: Play, share: Share) -> None:
    row = drawn(play, share)
    with clock.at(NOON + timedelta(days=7)):
        assert end_looks() == 0
    with clock.at(NOON + timedelta(days=7, seconds=1)):
        assert end_looks() == 1 and end_looks() == 0
    row.refresh_from_db()
    assert (row.state, row.looked_at) == ("missed", None)


def test_the_unit_does_not_learn_what_was_drawn(play: Play, share: Share) -> None:
    row = drawn(play, share)
    for persona, knows in (
        ("grid", False),
        ("street", False),
        ("inspector", True),
        ("office", True),
        ("auditor", True),
    ):
        assert quickfixes.knows_draw(play.by[persona], row) is knows


# relapse


@pytest.mark.parametrize(
    ("days", "where", "category", "relapsed"),
    [
        (6.9, POINT, LITTER, True),
        (7.1, POINT, LITTER, False),
        (1, OTHER_STREET, LITTER, False),
        (1, {"lat": 30.0023, "lon": 120.0022}, LITTER, True),  # 38 m off
        (1, {"lat": 30.0026, "lon": 120.002}, LITTER, False),  # 67 m off
        (1, POINT, "07003", False),
    ],
)
def test_a_case_at_the_same_place_within_seven_days(
    play: Play, share: Share, days: float, where: dict[str, float], category: str, relapsed: bool
) -> None:
    row = record(play)
    with clock.at(NOON + timedelta(days=days)):
        case = play.filed(category_code=category, **where)
        drain()
    row.refresh_from_db()
    assert (row.state, row.relapse_id) == (("relapsed", case.pk) if relapsed else ("recorded", None))


def test_a_report_that_is_filed_counts_too(play: Play, share: Share) -> None:
    row = record(play)
    with clock.at(NOON + timedelta(days=2)):
        report = play.report()
        case = actions.file_report(actor=play.by["office"], report_id=report.pk, category_code=LITTER)
        drain()
    row.refresh_from_db()
    assert row.relapse_id == case.pk
    assert quickfixes.of_unit(play.unit("street"), NOON) == {"fixed": 1, "relapsed": 1}


def test_the_newest_fix_is_the_one_that_did_not_last(play: Play, share: Share) -> None:
    older = record(play, fixed_at=NOON - timedelta(days=3))
    newer = record(play, fixed_at=NOON - timedelta(days=1))
    first, _second = play.filed(), play.filed()
    drain()
    assert QuickFix.objects.get(pk=newer.pk).relapse_id == first.pk
    play.filed()
    drain()
    assert QuickFix.objects.get(pk=older.pk).state == "recorded", "what came after it was fixed in between"


def test_a_fix_after_the_case_is_no_relapse(play: Play, share: Share) -> None:
    play.filed()
    with clock.at(NOON + timedelta(hours=1)):
        row = record(play)
        drain()
    row.refresh_from_db()
    assert row.state == "recorded"


def test_noting_it_twice_changes_nothing(play: Play, share: Share) -> None:
    record(play)
    case = play.filed()
    assert [actions.note_relapses(cases=[case]) for _ in range(2)] == [1, 0]


# reading


def test_who_sees_which(play: Play, share: Share) -> None:
    here, there = record(play), record(play, by="street2", **OTHER_STREET)
    seen = {
        name: {row.pk for row in quickfixes.visible_to(play.by[name])}
        for name in ("office", "leader", "inspector", "auditor", "district", "street", "street2", "community", "grid",
                     "department")
    }  # fmt: skip
    both = {here.pk, there.pk}
    assert all(seen[name] == both for name in ("office", "leader", "inspector", "auditor", "district"))
    assert seen["street"] == seen["community"] == seen["grid"] == {here.pk}
    assert seen["street2"] == {there.pk} and seen["department"] == set()
    assert refused(lambda: quickfixes.get_for(play.by["street2"], here.pk)).code == "common.not_found"


def test_counts_by_unit_and_by_grid(play: Play, share: Share) -> None:
    for _ in range(3):
        record(play)
    record(play, by="street2", **OTHER_STREET)
    play.filed()
    drain()
    by_unit = quickfixes.tallies(QuickFix.objects.all(), "unit")
    assert [(line.name, line.fixed, line.looked, line.relapsed) for line in by_unit] == [
        ("河东街道", 3, 1, 1), ("河西街道", 1, 0, 0),
    ]  # fmt: skip
    assert by_unit[0].interval and by_unit[0].interval.share == 1 and by_unit[1].interval is None
    assert [line.fixed for line in quickfixes.tallies(QuickFix.objects.all(), "grid")] == [3, 1]


def test_history_tells_it_all(play: Play, share: Share) -> None:
    data = picture()
    sha = hashlib.sha256(data).hexdigest()
    row = drawn(play, share, photos=(Declaration(sha, "after"),))
    actions.ingest_quickfix_photo(actor=play.by["grid"], fix_id=row.pk, sha256=sha, data=data)
    actions.look_again(actor=play.by["inspector"], fix_id=row.pk, held=False, photo=picture())
    check = lambda: [str(one) for one in projections._check(QuickFix)]  # noqa: E731
    assert check() == []
    QuickFix.objects.update(state="held", looked_at=None, received_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert len(check()) == 3
    assert projections._rebuild(QuickFix) == 1 and check() == []
    row.refresh_from_db()
    assert (row.state, row.received_at) == ("relapsed", NOON)
