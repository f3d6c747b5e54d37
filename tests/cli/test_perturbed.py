"""A figure changed behind the system's back is found by name, and made good from the facts where facts remain."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.town import run
from tests.homes import Home

#: The words by which a difference is told → the check that must find it, and what somebody did by SQL.
CHANGED = {
    "state is 'void'": ("cases.case", "UPDATE cases_case SET state = 'void' WHERE external_number = '4'"),
    "due_at is": ("cases.case", "UPDATE cases_case SET due_at = '2030-01-01' WHERE external_number = '1'"),
    "holder_id is None": ("cases.case", "UPDATE cases_case SET holder_id = NULL WHERE external_number = '2'"),
    "state is 'withdrawn'": ("cases.report", "UPDATE cases_report SET state = 'withdrawn' WHERE external_number = '101'"),
    "U-HD: official_order": ("people", "UPDATE people_unit SET official_order = 77 WHERE code = 'U-HD'"),
    "WC-1": ("sites", "UPDATE sites_site SET state = 'closed' WHERE code = 'WC-1'"),
}  # fmt: skip
#: The same for what no rebuild can bring back: the chain of facts itself.
BROKEN = {
    "who did it": "UPDATE history_event SET actor_label = '别人' WHERE action = 'site.created'",
    "what it was": "UPDATE history_event SET after = '{}' WHERE action = 'site.created'",
    "when it happened": "UPDATE history_event SET happened_at = '2020-01-01' WHERE action = 'site.created'",
    "a row that is gone": "DELETE FROM history_event WHERE id = (SELECT min(id) FROM history_event)",
    "a head that lies": "UPDATE sites_site SET chain_head = '00' WHERE code = 'WC-1'",
}


def by_sql(home: Home, statement: str) -> None:
    """Change the database as somebody with the file could."""
    with closing(sqlite3.connect(home.folder / "chuangcheng.sqlite3")) as database:
        assert database.execute(statement).rowcount >= 1
        database.commit()


@pytest.mark.full
def test_changed_figures_are_named_one_by_one_and_made_good(hall: Home, tmp_path: Path) -> None:
    home = hall.copy_to(tmp_path / "home")
    for _check, statement in CHANGED.values():
        by_sql(home, statement)
    done = home.command("rebuild", "--check", "--json")
    assert (done.code, done.json["differences"] >= len(CHANGED)) == (1, True)
    for words, (check, _statement) in CHANGED.items():
        assert any(words in line for line in done.json["named"][check]), (words, done.json["named"])
    run(home, "rebuild", *dict.fromkeys(check for check, _ in CHANGED.values()))
    assert run(home, "rebuild", "--check")["differences"] == 0


@pytest.mark.full
@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_chain_is_named(hall: Home, tmp_path: Path, what: str) -> None:
    home = hall.copy_to(tmp_path / "home")
    by_sql(home, BROKEN[what])
    done = home.command("rebuild", "--check", "--json")
    assert done.code == 1
    assert done.json["named"]["chains"]


@pytest.mark.full
def test_facts_are_not_made_up(hall: Home, tmp_path: Path) -> None:
    home = hall.copy_to(tmp_path / "home")
    by_sql(home, BROKEN["what it was"])
    home.command("rebuild")
    assert home.command("rebuild", "--check").code == 1


@pytest.mark.full
def test_people_read_the_difference_too(hall: Home, tmp_path: Path) -> None:
    home = hall.copy_to(tmp_path / "home")
    by_sql(home, BROKEN["who did it"])
    done = home.command("rebuild", "--check")
    assert done.code == 1
    assert any(line.startswith("  chains: site WC-") for line in done.out.splitlines()), done.out
    english = home.command("rebuild", "--check", CHUANGCHENG_LANGUAGE="en")
    assert "differences" in english.out.splitlines()[0]


@pytest.mark.full
def test_a_photo_that_rotted_is_named(hall: Home, tmp_path: Path) -> None:
    home = hall.copy_to(tmp_path / "home")
    home.django(
        "from chuangcheng.cases.models import Case\nfrom chuangcheng.photos.actions import add\n"
        "from tests.cases.play import picture\n"
        "add(owner=('case', Case.objects.first().pk), role='after', data=picture())"
    )
    assert run(home, "rebuild", "--check", "--photos")["checks"]["photos"] == 0
    for stored in (home.folder / "media").rglob("*.jpg"):
        stored.write_bytes(stored.read_bytes()[:-9])
    done = home.command("rebuild", "--check", "--photos", "--json")
    assert done.code == 1
    assert done.json["named"]["photos"]
    assert run(home, "rebuild", "--check")["differences"] == 0, "files are read only when asked"


@pytest.mark.full
def test_the_doctor_in_two_languages_and_two_forms(hall: Home, tmp_path: Path) -> None:
    said = hall.command("doctor")
    assert said.code == 0, said.out
    assert "数据库可用（sqlite）" in said.out
    english = hall.command("doctor", CHUANGCHENG_LANGUAGE="en")
    assert "the database answers (sqlite)" in english.out
    assert [row["level"] for row in run(hall, "doctor")["checks"]].count("bad") == 0


def test_the_doctor_warns_of_a_home_without_a_database_and_makes_none(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    levels = {row["name"]: row["level"] for row in run(home, "doctor")["checks"]}
    assert levels["database"] == "warn"
    assert not (home.folder / "chuangcheng.sqlite3").exists()


@pytest.mark.full
def test_the_doctor_tells_of_effects_that_keep_failing(hall: Home, tmp_path: Path) -> None:
    home = hall.copy_to(tmp_path / "home")
    home.django(
        "from chuangcheng.history import outbox\nfrom chuangcheng.kernel.ids import new_id\n"
        "from chuangcheng.history.models import Outbox\nfrom django.db import transaction\n"
        "with transaction.atomic():\n    outbox.emit('case.filed', ('case', new_id()), {})\n"
        "Outbox.objects.filter(done_at=None).update(attempts=5)"
    )
    levels = {row["name"]: row["level"] for row in run(home, "doctor")["checks"]}
    assert levels["outbox"] == "warn"


@pytest.mark.full
def test_pending_migrations_are_listed_and_end_with_1(home: Home, tmp_path: Path) -> None:
    done = Home(tmp_path / "empty").command("migrate", "--check", "--json")
    assert done.code == 1
    assert {"cases.0001_initial", "mfa.0003_authenticator_type_uniq"} <= set(done.json["pending"])
    home.django("from django.core.management import call_command; call_command('migrate', 'mfa', '0002', verbosity=0)")
    assert home.command("migrate", "--check", "--json").json == {"pending": ["mfa.0003_authenticator_type_uniq"]}
    assert run(home, "migrate")["applied"] == ["mfa.0003_authenticator_type_uniq"]
    assert home.command("migrate", "--check", "--json").json == {"pending": []}
    assert run(home, "migrate")["applied"] == []


@pytest.mark.parametrize("command", [["seal"], ["rebuild", "--check"], ["backup"], ["export", "cases", "x.csv"],
                                     ["token", "wang"], ["import", "hotline", __file__]])  # fmt: skip
def test_an_empty_home_is_told_to_migrate_first(tmp_path: Path, command: list[str]) -> None:
    done = Home(tmp_path / "home").command(*command, "--json")
    assert (done.code, done.json["error"]["code"]) == (1, "operations.pending_migrations")
    assert "migrate" in done.err
