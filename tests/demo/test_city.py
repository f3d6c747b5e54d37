"""Two days of the demo city: real actions, nothing inserted, nobody told, everything consistent, the same each time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.db.models import Count, F

from chuangcheng.cases.models import Assignment, Case, Report
from chuangcheng.cases.states import CASE, REPORT
from chuangcheng.demo import indicators, patrol, quarter
from chuangcheng.demo import run as demo
from chuangcheng.demo.plan import LOGINS
from chuangcheng.framework.models import Duty, Edition, Standard
from chuangcheng.history import projections
from chuangcheng.history.models import Event, Outbox
from chuangcheng.history.verify import verify
from chuangcheng.indicators.models import Indicator, Reading
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.notices.models import Notice
from chuangcheng.patrols.models import Check, Visit
from chuangcheng.people import handover
from chuangcheng.people.models import Person, Post
from chuangcheng.photos.models import Photo
from chuangcheng.places.models import Division, Grid
from chuangcheng.sites.models import Site

AS_OF = date(2026, 9, 17)
END = demo.ending(AS_OF)


def play(monkeypatch: pytest.MonkeyPatch, seed: int = 7) -> dict[str, Any]:
    monkeypatch.setattr(demo, "DAYS", 2)
    monkeypatch.setattr(quarter, "INCIDENTS", 40)
    monkeypatch.setattr(patrol, "VISITS", 25)
    return demo.run(seed=seed, as_of=AS_OF, progress=lambda _share, _text: None)


@pytest.fixture
def summary(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    yield play(monkeypatch)


def test_two_days_of_the_city(summary: dict[str, Any]) -> None:
    """One long story, because the city takes seconds to found."""
    _it_is_founded()
    _its_rows_tell_the_summary(summary)
    _its_history_is_whole()
    _its_people_kept_the_rules()
    _its_checks_lead_to_cases()
    _every_login_finds_work()
    assert summary["refused"] == {}, "the demo's people know the rules"
    assert not Notice.objects.exists(), "the demo's history is no news"
    assert not Outbox.objects.filter(done_at=None).exists()


def _it_is_founded() -> None:
    assert Division.objects.count() == 129
    assert Grid.objects.count() == 500
    assert Site.objects.count() == 155
    states = dict(Edition.objects.values_list("code", "state"))
    editions = {"SAMPLE-2026": "published", "MINORS-2026": "published", "SAMPLE-2027": "draft"}
    assert states == editions, "this year's, the minors' own, and the draft of next year's"
    current = Standard.objects.filter(edition__code="SAMPLE-2026")
    assert current.count() == 155
    assert not current.annotate(n=Count("duties")).filter(n=0).exists(), "no standard is without an owner"
    leads = Duty.objects.filter(kind="lead", standard__edition__state="published")
    minors = Standard.objects.filter(edition__code="MINORS-2026").count()
    assert leads.values("standard").distinct().count() == leads.count() == 155 + minors, "one lead unit a standard"
    assert {row.username for row in Person.objects.filter(username__in=LOGINS)} == set(LOGINS)
    assert all(Person.objects.get(username=name).has_usable_password() for name in LOGINS)
    assert not Person.objects.exclude(username__in=LOGINS).filter(password__startswith="argon2").exists()
    assert Post.objects.values("person").distinct().count() == Post.objects.count(), "one post a person"
    bare = Person.objects.filter(posts=None)
    assert not bare.filter(charges=None).exists(), "who signs in nowhere stands on a unit's card"
    assert not bare.filter(username__in=LOGINS).exists() and handover.left_behind() == {}
    nine = Indicator.objects.filter(code__in=[wanted.code for wanted in indicators.WANTED])
    assert nine.count() == 9 and not nine.filter(source_unit=None).exists()
    assert all(row.has_parts and row.readings.filter(channel="import").count() >= indicators.MONTHS for row in nine)
    assert Reading.objects.exclude(division=None).exists()


def _its_rows_tell_the_summary(summary: dict[str, Any]) -> None:
    assert summary["units"] == 99
    assert summary["sites"] == 155
    assert summary["reports"] == Report.objects.count() >= 40
    assert summary["cases"] == Case.objects.count() > 0
    assert summary["closed"] == Case.objects.filter(state="closed").count()
    assert summary["visits"] == Visit.objects.count() == 25
    assert summary["standards"] == 155
    assert 0 <= summary["coverage"] <= 1
    assert 0 < summary["score"] <= 100
    assert [login["username"] for login in summary["logins"]] == list(LOGINS)


def _its_history_is_whole() -> None:
    assert verify(settings.CITY.seals) == []
    for name, projection in projections.registered().items():
        assert list(projection.check()) == [], name
    late = Event.objects.filter(happened_at__gt=END) | Event.objects.filter(recorded_at__gt=END)
    assert not late.exists(), "no row lies in the future"
    assert Event.objects.filter(subject_kind="case", action="case.filed").count() == Case.objects.count()
    assert Event.objects.filter(subject_kind="report", action="report.created").count() == Report.objects.count()


def _its_people_kept_the_rules() -> None:
    states = Counter(Case.objects.values_list("state", flat=True))
    assert set(states) <= {state.code for state in CASE.states}
    assert set(Report.objects.values_list("state", flat=True)) <= {state.code for state in REPORT.states}
    verified = Case.objects.exclude(verified_by=None)
    assert not verified.filter(verified_by=F("handled_by")).exists(), "nobody verifies the own work"
    assert not Assignment.objects.filter(parent__due_at__lt=F("due_at")).exists(), "a part lies within its whole"
    assert not Report.objects.filter(state__in=("filed", "linked"), case=None).exists()
    hours = {moment.astimezone(CITY_ZONE).hour for moment in Report.objects.values_list("observed_at", flat=True)}
    assert hours <= set(range(5, 24)), "citizens sleep"


def _every_login_finds_work() -> None:
    community = Post.objects.get(person__username="community").unit
    street = Post.objects.get(person__username="street").unit
    path = Post.objects.get(person__username="grid").division.path
    assert Report.objects.filter(state="pending_confirm", division_path__startswith=path).exists()
    assert Case.objects.filter(state="handled", division_path__startswith=path).exists()
    assert Case.objects.filter(state="dispatched", holder=community).exists()
    assert Case.objects.filter(state="dispatched", holder=street).exists()
    department = Post.objects.get(person__username="department").unit
    assert Case.objects.filter(state="dispatched", holder=department).exists()
    assert department.line_parent == Post.objects.get(person__username="subcommand").unit


def _its_checks_lead_to_cases() -> None:
    failed = Check.objects.exclude(grade__in=("A", "NA"))
    assert failed.exists()
    assert not failed.filter(case=None).exists()
    assert not Check.objects.filter(grade="A").exclude(case=None).exists()
    assert not Case.objects.filter(origin_kind="check", site=None).exists()
    pictures = Photo.objects.filter(owner_kind="check")
    assert pictures.exists() and not pictures.filter(stored_at=None).exists(), "what was promised came"
    assert set(pictures.values_list("owner_id", flat=True)) <= set(failed.values_list("pk", flat=True))
    assert set(pictures.values_list("grade", flat=True)) == {"A"}


def _dump() -> dict[str, list[Any]]:
    """Everything that the seed decides; ciphers and keyed digests differ from home to home."""
    return {
        "reports": list(Report.objects.order_by("id").values_list("id", "number", "state", "text", "lat", "received_at")),
        "cases": list(Case.objects.order_by("id").values_list("id", "number", "state", "holder__code", "due_at", "on_time")),
        "visits": list(Visit.objects.order_by("id").values_list("id", "site__code", "score", "failed")),
        "people": list(Person.objects.order_by("id").values_list("id", "username", "name")),
        "events": list(Event.objects.order_by("id").values_list("subject_id", "seq", "action", "happened_at")),
    }  # fmt: skip


@pytest.mark.full
def test_the_seed_decides_every_row(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same seed, the same city; another seed, another city."""
    from django.core.management import call_command

    dumps = []
    for seed in (7, 7, 8):
        call_command("flush", verbosity=0, interactive=False)
        _forget_caches()
        play(monkeypatch, seed)
        dumps.append(_dump())
    assert dumps[0] == dumps[1] != dumps[2]


def _forget_caches() -> None:
    from chuangcheng.history import numbers, versions
    from chuangcheng.people import rights

    numbers.forget()
    versions.forget()
    rights.forget_posts()
