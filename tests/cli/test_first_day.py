"""A city set up by commands alone: each import is tried first, done once, and changes nothing the second time."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import openpyxl
import pytest

from tests.cli import town
from tests.cli.town import FILES, run
from tests.homes import Done, Home


def count(home: Home, room: str, model: str) -> int:
    """How many rows there are."""
    return int(home.django(f"from chuangcheng.{room}.models import {model}; print({model}.objects.count())"))


def refused(done: Done, code: str) -> str:
    """The sentence of a refusal: in the JSON, and on stderr for people; never a traceback."""
    assert (done.code, done.json["error"]["code"]) == (1, code), done.out + done.err
    message = str(done.json["error"]["message"])
    assert message in done.err
    assert "Traceback" not in done.err
    return message


@pytest.mark.full
@pytest.mark.parametrize("kind", FILES)
def test_a_second_import_changes_nothing(hall: Home, files: dict[str, str], tmp_path: Path, kind: str) -> None:
    home = hall.copy_to(tmp_path / "home")
    events = count(home, "history", "Event")
    again = run(home, "import", kind, files[kind])
    rows = FILES[kind][2]
    assert (again["rows"], again["imported"], again["unchanged"], again["rejected"]) == (rows, 0, rows, 0)
    assert count(home, "history", "Event") == events


def test_another_systems_history_is_replayed_once(hall: Home, files: dict[str, str], tmp_path: Path) -> None:
    home = hall.copy_to(tmp_path / "home")
    cases = count(home, "cases", "Case")
    assert cases == len(town.REQUESTS)
    again = run(home, "import", "requests311", files["requests311"])
    assert (again["imported"], again["unchanged"]) == (0, again["rows"] - again["rejected"])
    assert count(home, "cases", "Case") == cases


@pytest.mark.full
@pytest.mark.parametrize(("kind", "room", "model"), [("units", "people", "Unit"), ("divisions", "places", "Division")])
def test_a_preview_keeps_nothing(
    migrated_home: Home, files: dict[str, str], tmp_path: Path, kind: str, room: str, model: str
) -> None:
    home = migrated_home.copy_to(tmp_path / "home")
    tried = run(home, "import", kind, files[kind], "--preview") if kind == "divisions" else None
    if tried is None:  # units name divisions, so these come first
        run(home, "import", "divisions", files["divisions"])
        tried = run(home, "import", kind, files[kind], "--preview")
    before = count(home, room, model)
    assert tried["imported"] == FILES[kind][2]
    assert before == 0
    done = run(home, "import", kind, files[kind])
    assert done["imported"] == tried["imported"]
    assert count(home, room, model) > 0


def test_a_hotlines_columns_are_shown_before_they_are_believed(hall: Home, files: dict[str, str]) -> None:
    tried = run(hall, "import", "hotline", files["hotline"], "--preview")
    guessed = {column["field"]: column["header"] for column in tried["columns"]}
    assert guessed["number"] == "留言编号"
    assert tried["rows"] == 3


def test_people_read_lines_where_programs_read_json(hall: Home, files: dict[str, str], tmp_path: Path) -> None:
    home = hall.copy_to(tmp_path / "home")
    done = home.command("import", "sites", files["sites"])
    assert done.code == 0
    assert done.out.splitlines()[0] == "共 2 行：导入 0，未变 2，退回 0"
    english = home.command("import", "sites", files["sites"], CHUANGCHENG_LANGUAGE="en")
    assert english.out.splitlines()[0] == "2 rows: 0 imported, 2 unchanged, 0 rejected"


def test_the_rate_is_told(hall: Home, files: dict[str, str], tmp_path: Path) -> None:
    done = run(hall.copy_to(tmp_path / "home"), "import", "hotline", files["hotline"])
    assert done["per_second"] > 0
    assert done["seconds"] >= 0


def test_a_row_that_does_not_fit_is_named_and_the_file_as_a_whole_waits(hall: Home, tmp_path: Path) -> None:
    home = hall.copy_to(tmp_path / "home")
    rows = [*town.SITES, ["WC-3", "无名", "公共厕所", "U-NONE", 120.0, 30.0, "wgs84", None]]
    rows[0] = [*rows[0][:1], "改名的公共厕所", *rows[0][2:]]
    done = home.command("import", "sites", str(town.sites(tmp_path / "sites.xlsx", rows)), "--json")
    assert done.json["rejected"] == 1
    (problem,) = done.json["problems"]
    assert (problem["row"], problem["code"]) == (4, "sites.unknown_unit")
    name = home.django("from chuangcheng.sites.models import Site; print(Site.objects.get(code='WC-1').name)")
    assert name == ("改名的公共厕所" if done.json["applied"] else "永安公共厕所"), "either all of it or nothing"


def test_a_missing_column_is_named(hall: Home, tmp_path: Path) -> None:
    path = town.sites(tmp_path / "sites.xlsx", headers=["编码", *["乙", "丙", "丁", "戊", "己", "庚", "辛"]])
    assert "经度" in refused(hall.command("import", "sites", str(path), "--json"), "tables.missing_columns")


@pytest.mark.full
@pytest.mark.parametrize(
    ("name", "data"), [("sites.xlsx", b"no workbook"), ("sites.xlsx", b""), ("sites.pdf", b"%PDF-")]
)
@pytest.mark.parametrize("kind", ["sites", "units", "hotline"])
def test_what_is_no_workbook_is_refused_in_a_sentence(
    hall: Home, tmp_path: Path, kind: str, name: str, data: bytes
) -> None:
    (tmp_path / name).write_bytes(data)
    done = hall.command("import", kind, str(tmp_path / name), "--json")
    assert done.code == 1
    assert done.json["error"]["code"].startswith("tables.")
    assert "Traceback" not in done.err


def test_an_import_on_an_empty_home_says_what_to_do(tmp_path: Path, files: dict[str, str]) -> None:
    done = Home(tmp_path / "home").command("import", "sites", files["sites"], "--json")
    assert "migrate" in refused(done, "operations.pending_migrations")


@pytest.mark.full
@pytest.mark.parametrize(("kind", "rows"), [("sites", 2), ("cases", 8), ("reports", 11)])
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_what_is_there_goes_out(hall: Home, tmp_path: Path, kind: str, rows: int, suffix: str) -> None:
    path = tmp_path / "new folder" / f"{kind}.{suffix}"
    assert run(hall, "export", kind, str(path)) == {"file": str(path), "rows": rows}
    if suffix == "csv":
        assert path.read_bytes().startswith(b"\xef\xbb\xbf"), "Excel needs the mark to read UTF-8"
        with path.open(encoding="utf-8-sig", newline="") as file:
            written = list(csv.reader(file))
    else:
        book = openpyxl.load_workbook(path, read_only=True)
        written = [list(row) for row in book.active.iter_rows(values_only=True)]
        book.close()
    assert len(written) == rows + 1
    assert len({len(row) for row in written}) == 1


def test_no_export_tells_who_wrote(hall: Home, tmp_path: Path) -> None:
    run(hall, "export", "reports", str(tmp_path / "reports.csv"))
    written = (tmp_path / "reports.csv").read_text(encoding="utf-8-sig")
    assert "幸福路" in written
    assert "13812345678" not in written, "a number in the text is masked: the file leaves the house"
    assert "A0001" not in written


def test_an_edition_is_exported_by_its_code(hall: Home, tmp_path: Path) -> None:
    path = tmp_path / "edition.json"
    run(hall, "export", "framework", str(path), "--edition", "SAMPLE-2026")
    assert json.loads(path.read_text(encoding="utf-8"))["code"] == "SAMPLE-2026"
    done = hall.command("export", "framework", str(path), "--edition", "NONE-1", "--json")
    assert "NONE-1" in refused(done, "operations.edition_missing")


def test_everything_agrees_after_the_first_day(hall: Home, tmp_path: Path) -> None:
    home = hall.copy_to(tmp_path / "home")
    run(home, "seal")
    assert run(home, "rebuild", "--check", "--photos")["differences"] == 0
    done = home.command("rebuild", "--check")
    assert "差异 0 处" in done.out
