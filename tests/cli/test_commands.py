"""The commands on a real home: what they do, what they print, what they refuse."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest

from tests.homes import Home


@pytest.fixture(scope="module")
def city(migrated_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with the sample edition published and one office user. Only read, or add to, by the tests."""
    home = migrated_home.copy_to(tmp_path_factory.mktemp("city") / "home")
    done = home.command("import", "framework", "--sample", "--publish", "--json")
    assert done.code == 0, done.err
    assert done.json == {"edition": "SAMPLE-2026", "state": "published", "standards": 155}
    done = home.command("createuser", "wang", "--name", "王一", "--unit", "U-CCB", "--unit-name", "创城办",
                        "--password-file", "-", "--json", given="a-long-password-26\n")  # fmt: skip
    assert done.code == 0, done.err
    return home


def test_a_token_is_issued_for_a_post_and_for_nobody_else(city: Home) -> None:
    done = city.command("token", "wang", "--days", "7", "--json")
    assert done.code == 0, done.err
    assert (done.json["role"], done.json["days"]) == ("office", 7)
    assert done.json["token"].count(":") == 1
    assert city.command("token", "wang").out.strip().count(":") == 1
    for refused in (["nobody"], ["wang", "--role", "grid"], ["wang", "--days", "0"]):
        assert city.command("token", *refused).code != 0, refused


def test_the_sample_edition_twice_is_the_same(city: Home) -> None:
    assert city.command("import", "framework", "--sample", "--json").json["standards"] == 155


@pytest.mark.parametrize("name", ["edition.json", "edition.xlsx"])
def test_an_edition_goes_out_and_comes_back(city: Home, migrated_home: Home, tmp_path: Path, name: str) -> None:
    done = city.command("export", "framework", str(tmp_path / name), "--json")
    assert done.json == {"file": str(tmp_path / name), "rows": 155}
    other = migrated_home.copy_to(tmp_path / "other")
    assert other.command("import", "framework", str(tmp_path / name), "--json").json["standards"] == 155


def test_two_editions_are_compared(city: Home, tmp_path: Path) -> None:
    """By code or file: nothing changed against itself, one standard reworded against the file of next year's."""
    done = city.command("diff", "SAMPLE-2026", "SAMPLE-2026", "--json")
    assert (done.code, done.json["same"], done.json["carried_share"], done.json["unsure"]) == (0, 155, 1.0, 0)
    city.command("export", "framework", str(tmp_path / "next.json"))
    document = json.loads((tmp_path / "next.json").read_text(encoding="utf-8"))
    standards = document["frameworks"][0]["projects"][0]["contents"][0]["standards"]
    standards[0]["zh"] += "，并长期坚持"
    (tmp_path / "next.json").write_text(json.dumps({**document, "code": "NEXT"}), encoding="utf-8")
    done = city.command("diff", "SAMPLE-2026", str(tmp_path / "next.json"), "--json")
    assert (done.json["new"], done.json["same"], done.json["reworded"]) == ("NEXT", 154, 1)
    assert done.json["changes"][0]["old"] == standards[0]["code"]
    assert "SAMPLE-2026 → NEXT" in city.command("diff", "SAMPLE-2026", str(tmp_path / "next.json")).out
    assert city.command("diff", "SAMPLE-2026", "NONE", "--json").json["error"]["code"] == "operations.edition_missing"


@pytest.mark.parametrize("kind", ["framework", "units", "sites"])
def test_there_is_a_template_for_every_workbook(city: Home, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"{kind}.xlsx"
    assert city.command("export", "template", str(path), "--of", kind).code == 0
    book = openpyxl.load_workbook(path)
    assert book.active.max_column > 2
    book.close()


def test_without_an_edition_there_is_nothing_to_export(migrated_home: Home, tmp_path: Path) -> None:
    done = migrated_home.command("export", "framework", str(tmp_path / "x.xlsx"), "--json")
    assert (done.code, done.json["error"]["code"]) == (1, "operations.edition_missing")


@pytest.mark.parametrize("kind", ["sites", "cases", "reports"])
def test_an_empty_city_exports_headers(city: Home, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"{kind}.csv"
    assert city.command("export", kind, str(path), "--json").json["rows"] == 0
    assert len(path.read_text(encoding="utf-8-sig").splitlines()) == 1


def test_a_missing_file_is_named(city: Home, tmp_path: Path) -> None:
    for kind in ("framework", "divisions", "units", "sites"):
        done = city.command("import", kind, str(tmp_path / "none.xlsx"), "--json")
        assert (done.code, done.json["error"]["code"]) == (1, "operations.file_not_found")


def test_a_broken_document_is_refused(city: Home, tmp_path: Path) -> None:
    path = tmp_path / "edition.json"
    path.write_text("{", encoding="utf-8")
    assert city.command("import", "framework", str(path), "--json").json["error"]["code"] == "operations.bad_setting"


def test_an_import_that_rejects_everything_ends_with_1(city: Home, tmp_path: Path) -> None:
    path = tmp_path / "units.xlsx"
    city.command("export", "template", str(path), "--of", "units")
    book = openpyxl.load_workbook(path)
    page = book["单位"]
    page.cell(2, 1, "U-1")  # a code without a name and a kind
    book.save(path)
    book.close()
    done = city.command("import", "units", str(path), "--json")
    assert done.code == 1
    assert done.json["imported"] == 0
    assert done.json["problems"][0]["row"] == 2


def test_history_agrees_until_somebody_changes_a_row(city: Home, tmp_path: Path) -> None:
    home = city.copy_to(tmp_path / "home")
    assert home.command("seal", "--json").code == 0
    done = home.command("rebuild", "--check", "--json")
    assert done.code == 0, done.out
    assert done.json["differences"] == 0
    with closing(sqlite3.connect(home.folder / "chuangcheng.sqlite3")) as database:
        database.execute("UPDATE history_event SET actor_label = '别人' WHERE action = 'unit.created'")
        database.commit()
    done = home.command("rebuild", "--check", "--json")
    assert done.code == 1
    assert done.json["differences"] >= 1
    (named,) = done.json["named"]["chains"]
    assert named.startswith("unit U-CCB row 1: ")


@pytest.mark.full
def test_a_cut_tail_is_caught_by_the_seal(city: Home, tmp_path: Path) -> None:
    home = city.copy_to(tmp_path / "home")
    home.command("seal")
    home.django(
        "from chuangcheng.history.models import Event\nfrom chuangcheng.people.models import Unit\n"
        "unit = Unit.objects.get(code='U-CCB')\n"
        "last, before = Event.objects.filter(subject_id=unit.id).order_by('-seq')[:2]\n"
        "last.delete()\n"
        "Unit.objects.filter(pk=unit.pk).update(chain_seq=before.seq, chain_head=before.digest)"
    )
    done = home.command("rebuild", "--check", "--json")
    assert done.code == 1
    assert any("unit" in line for line in done.json["named"]["chains"])


def test_projections_are_rebuilt_by_name(city: Home) -> None:
    assert city.command("rebuild", "--json").code == 0
    assert city.command("rebuild", "nonsense", "--json").json["error"]["code"] == "operations.bad_setting"


def test_a_backup_is_restored_and_verified_elsewhere(city: Home, tmp_path: Path) -> None:
    done = city.command("backup", str(tmp_path / "backups"), "--json")
    assert done.code == 0, done.err
    other = Home(tmp_path / "elsewhere")
    restored = other.command("restore", done.json["backup"], "--json")
    assert restored.code == 0, restored.out + restored.err
    assert restored.json["differences"] == 0
    assert {"chains", "photos"} <= set(restored.json["checks"])
    assert other.command("rebuild", "--check", "--photos", "--json").code == 0
    again = other.command("restore", done.json["backup"], "--json")
    assert (again.code, again.json["error"]["code"]) == (1, "operations.home_not_empty")


def test_the_doctor_finds_a_good_home_good(city: Home) -> None:
    done = city.command("doctor", "--json")
    names = {row["name"]: row["level"] for row in done.json["checks"]}
    assert names["keys"] == names["database"] == names["migrations"] == names["font"] == names["outbox"] == "ok"
    assert names["https"] == names["limits"] == "warn"
    assert done.json["settings"]["rate_limits"] == {"value": "off", "source": "environment"}
    assert done.json["settings"]["debug"]["source"] == "default"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_the_doctor_names_what_is_wrong(city: Home, tmp_path: Path) -> None:
    home = city.copy_to(tmp_path / "home")
    (home.folder / "keys" / "secret").chmod(0o644)
    (home.folder / "config.toml").write_text("debug = true\n", encoding="utf-8")
    done = home.command("doctor", "--json", CHUANGCHENG_DATABASE_URL="")
    levels = {row["name"]: row["level"] for row in done.json["checks"]}
    assert (levels["keys"], levels["debug"], done.code) == ("bad", "bad", 1)
    assert done.json["settings"]["debug"] == {"value": "True", "source": "config.toml"}


def test_the_doctor_tells_no_password_and_that_nobody_answers(tmp_path: Path) -> None:
    url = "postgresql://city:top-secret@127.0.0.1:1/none"
    done = Home(tmp_path / "home").command("doctor", "--json", CHUANGCHENG_DATABASE_URL=url)
    assert "top-secret" not in done.out + done.err
    assert {row["name"]: row["level"] for row in done.json["checks"]}["database"] == "bad"
    assert done.code == 1


def test_the_first_user_can_sign_in(city: Home) -> None:
    assert city.django(
        "from chuangcheng.people.models import Person, Post\n"
        "person = Person.objects.get(username='wang')\n"
        "print(person.check_password('a-long-password-26'), person.posts.get().role, person.posts.get().unit.code)"
    ) == "True office U-CCB"  # fmt: skip


@pytest.mark.full
def test_a_weak_password_or_unknown_unit_makes_nobody(city: Home) -> None:
    given = ("--name", "李二", "--password-file", "-", "--json")
    weak = city.command("createuser", "li", "--unit", "U-CCB", *given, given="12345\n")
    assert (weak.code, weak.json["error"]["code"]) == (1, "people.weak_password")
    nowhere = city.command("createuser", "li", "--unit", "U-NONE", *given, given="a-long-password-26\n")
    assert (nowhere.code, nowhere.json["error"]["code"]) == (1, "common.not_found")
    assert city.django(
        "from chuangcheng.people.models import Person; print(Person.objects.filter(username='li').exists())"
    ) == "False"  # fmt: skip


@pytest.mark.full
@pytest.mark.shared
def test_real_divisions_come_in_and_change_nothing_twice(city: Home, shared: Path, tmp_path: Path) -> None:
    home = city.copy_to(tmp_path / "home")
    first = home.command("import", "divisions", str(shared / "divisions"), "--json").json
    assert first["rows"] == first["imported"] == 4385
    second = home.command("import", "divisions", str(shared / "divisions"), "--json").json
    assert (second["imported"], second["unchanged"]) == (0, 4385)


@pytest.mark.shared
def test_a_real_hotline_is_shown_then_imported_then_unchanged(city: Home, shared: Path, tmp_path: Path) -> None:
    home = city.copy_to(tmp_path / "home")
    path = str(shared / "hotline" / "messages.xlsx")
    preview = home.command("import", "hotline", path, "--preview", "--json").json
    assert preview["rows"] == 4326
    assert {column["field"] for column in preview["columns"]} >= {"number"}
    first = home.command("import", "hotline", path, "--json").json
    assert (first["rows"], first["imported"], first["rejected"]) == (4326, 4326, 0)
    second = home.command("import", "hotline", path, "--json").json
    assert (second["imported"], second["unchanged"]) == (0, 4326)
    assert home.command("export", "reports", str(tmp_path / "reports.xlsx"), "--json").json["rows"] == 4326
