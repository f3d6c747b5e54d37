"""A folder of divisions comes in whole, comes in twice without a change, and names every row that does not fit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chuangcheng.kernel.problems import Refused
from chuangcheng.places.imports import import_divisions
from chuangcheng.places.locator import locate
from chuangcheng.places.models import Division, Grid
from tests.conftest import square

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two cities, three districts, two streets, two communities, a boundary each for two districts."""
    (tmp_path / "areas.csv").write_text(
        "code,name,cityCode\n990201,城区,9902\n990202,郊区,9902\n990301,南区,9903\n", encoding="utf-8"
    )
    (tmp_path / "streets.csv").write_text(
        "code,name,areaCode\n990201001,一街道,990201\n990301001,二街道,990301\n", encoding="utf-8"
    )
    (tmp_path / "communities.csv").write_text(
        "code,name,streetCode\n990201001001,一社区,990201001\n990301001001,二社区,990301001\n", encoding="utf-8"
    )
    write_boundaries(tmp_path, {"990201": square(121.0, 31.0, 0.1), "990301": square(122.0, 31.0, 0.1)})
    return tmp_path


def write_boundaries(folder: Path, shapes: dict[str, Any]) -> None:
    features = [
        {"type": "Feature", "properties": {"adcode": int(code)}, "geometry": shape} for code, shape in shapes.items()
    ]
    (folder / "boundary_990200.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))


def append(path: Path, *lines: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)


def counts(folder: Path, **options: Any) -> tuple[int, int, int, int]:
    report = import_divisions(folder, **options)
    assert report.unaccounted == 0
    return report.rows, report.imported, report.unchanged, report.rejected


def test_two_cities_make_two_trees(folder: Path) -> None:
    assert counts(folder) == (7, 7, 0, 0)
    assert sorted(Division.objects.filter(parent=None).values_list("code", flat=True)) == ["990200", "990300"]
    assert Division.objects.get(code="990301001001").path == "990300/990301/990301001/990301001001/"


def test_a_second_import_changes_nothing(folder: Path) -> None:
    counts(folder)
    before = list(Division.objects.values())
    assert counts(folder) == (7, 0, 7, 0)
    assert list(Division.objects.values()) == before


def test_a_preview_tells_all_and_keeps_nothing(folder: Path) -> None:
    assert counts(folder, preview=True) == (7, 7, 0, 0)
    assert Division.objects.count() == 0
    assert locate(121.05, 31.05).path == ""
    assert counts(folder) == (7, 7, 0, 0)


def test_published_boundaries_are_shifted_unless_said_otherwise(folder: Path) -> None:
    import_divisions(folder)
    shifted = Division.objects.get(code="990201").boundary
    import_divisions(folder, datum="wgs84")
    plain = Division.objects.get(code="990201").boundary
    assert plain == square(121.0, 31.0, 0.1)
    assert 0.001 < abs(shifted["coordinates"][0][0][0] - 121.0) < 0.02  # type: ignore[index]


def test_a_point_finds_its_district(folder: Path) -> None:
    import_divisions(folder, datum="wgs84")
    assert locate(122.05, 31.05).path == "990300/990301/"
    assert not locate(123.5, 31.05).inside


def test_cities_take_their_names_from_a_file_of_their_own(folder: Path) -> None:
    report = import_divisions(folder)
    assert report.codes() == {"places.unnamed_city": 2}
    (folder / "cities.csv").write_text("code,name\n990200,江口市\n990300,海门市\n", encoding="utf-8")
    assert import_divisions(folder).problems == []
    assert Division.objects.get(code="990300").name == "海门市"


def test_one_row_that_does_not_fit_and_nothing_is_kept(folder: Path) -> None:
    append(folder / "areas.csv", "99020,短码,9902")
    append(folder / "streets.csv", "990209001,无主街道,990209", "990201001,又一次,990201", "990201000,零街道,990201")
    append(folder / "communities.csv", "301001001002,错位社区,990201001", "990201001002,,990201001",
           "990201001000,零社区,990201001", "990201001003,无上级,")  # fmt: skip
    report = import_divisions(folder)
    assert (report.rows, report.imported, report.unchanged, report.rejected) == (15, 0, 0, 8)
    assert report.extra["applied"] is False
    assert [(one.row, one.field, one.code) for one in report.problems if one.row] == [
        (5, "areas.csv:99020·code", "places.bad_code"),
        (4, "streets.csv:990209001·areacode", "places.no_parent"),
        (5, "streets.csv:990201001·code", "places.duplicate"),
        (6, "streets.csv:990201000·code", "places.bad_structure"),
        (4, "communities.csv:301001001002·code", "places.bad_structure"),
        (5, "communities.csv:990201001002·name", "places.no_name"),
        (6, "communities.csv:990201001000·code", "places.bad_structure"),
        (7, "communities.csv:990201001003·streetcode", "places.no_parent"),
    ]
    assert "第 2 行" in report.problems[4].message
    assert not Division.objects.exists()


def test_a_child_outside_of_its_parent_is_told_to_the_parents_column(folder: Path) -> None:
    append(folder / "communities.csv", "990301001002,错位社区,990201001", "990201001001000,十五位,990201001")
    report = import_divisions(folder)
    told = [(one.row, one.field, one.code) for one in report.problems if one.row]
    assert told == [
        (4, "communities.csv:990301001002·streetcode", "places.foreign_code"),
        (5, "communities.csv:990201001001000·code", "places.bad_code"),
    ]


TABLE = """区划代码,名称,上级代码
990201001001,一社区,990201001
990201001000,一街道,
9902,江口市,
990201,城区,9902
"""


def test_one_table_of_all_levels_comes_in_any_order(tmp_path: Path) -> None:
    path = tmp_path / "区划.csv"
    path.write_text(TABLE, encoding="utf-8")
    assert counts(path) == (4, 4, 0, 0)
    paths = dict(Division.objects.values_list("name", "path"))
    assert paths["一社区"] == "990200/990201/990201001/990201001001/"
    assert paths["江口市"] == "990200/"
    assert counts(path) == (4, 0, 4, 0)


@pytest.mark.parametrize(
    ("line", "field", "code"),
    [
        ("9902010,七位,", "区划.csv:9902010·level", "places.no_level"),
        ("990208001,孤儿,", "区划.csv:990208001·上级代码", "places.no_parent"),
        ("990201001,双码,", "区划.csv:990201001·区划代码", "places.duplicate"),
        ("990201002,外人,990301", "区划.csv:990201002·上级代码", "places.no_parent"),
        ("990201002,下犯上,990201001001", "区划.csv:990201002·上级代码", "places.no_parent"),
        ("160200,无此省,", "区划.csv:160200·区划代码", "places.bad_structure"),
    ],
)
def test_a_table_names_what_is_wrong(tmp_path: Path, line: str, field: str, code: str) -> None:
    path = tmp_path / "区划.csv"
    path.write_text(f"{TABLE}{line}\n", encoding="utf-8")
    report = import_divisions(path)
    found = [(one.field, one.code) for one in report.problems if one.row]
    assert found == [(field, code)]
    assert not Division.objects.exists()


def test_broken_boundaries_are_mended_or_left_out_and_named(folder: Path) -> None:
    bow_tie = {"type": "Polygon", "coordinates": [[[121, 31], [121.1, 31.1], [121.1, 31], [121, 31.2], [121, 31]]]}
    hopeless = {"type": "Polygon", "coordinates": [[[121, 31], [121.1, 31.1], [121, 31]]]}
    write_boundaries(folder, {"990201": bow_tie, "990202": hopeless, "990999": square(121, 31, 0.1)})
    report = import_divisions(folder)
    assert (report.imported, report.rejected) == (7, 0)
    assert (report.extra["boundaries"], report.extra["mended"]) == (1, ["990201"])
    assert {(one.field.split(":")[1], one.code) for one in report.problems if "geojson" in one.field} == {
        ("990201", "places.mended"), ("990202", "places.bad_boundary"), ("990999", "places.boundary_unknown"),
    }  # fmt: skip
    assert Division.objects.get(code="990201").boundary is not None
    assert Division.objects.get(code="990202").boundary is None


@pytest.mark.parametrize("missing", ["areas.csv", "streets.csv", "communities.csv"])
def test_a_missing_file_is_named_and_nothing_kept(folder: Path, missing: str) -> None:
    (folder / missing).unlink()
    with pytest.raises(Refused) as refused:
        import_divisions(folder)
    assert refused.value.code == "places.no_file"
    assert missing in refused.value.message()
    assert Division.objects.count() == 0


def test_a_missing_column_is_named_and_nothing_kept(folder: Path) -> None:
    (folder / "communities.csv").write_text("code,street\n990201001001,990201001\n", encoding="utf-8")
    with pytest.raises(Refused) as refused:
        import_divisions(folder)
    assert refused.value.code == "tables.missing_columns"
    assert Division.objects.count() == 0


@pytest.mark.parametrize(
    "content", ["not json", "[]", '{"features": [{"properties": {}}]}', '{"features": 3}',
                '{"features": [{"properties": {"code": "1"}, "geometry": null}]}'],
)  # fmt: skip
def test_a_file_that_is_no_geojson_is_named(folder: Path, content: str) -> None:
    (folder / "boundary_990200.geojson").write_text(content)
    with pytest.raises(Refused) as refused:
        import_divisions(folder)
    assert refused.value.code == "places.bad_geojson"


def test_an_unknown_datum_is_refused(folder: Path) -> None:
    with pytest.raises(Refused) as refused:
        import_divisions(folder, datum="mars")
    assert refused.value.code == "places.bad_datum"


def test_progress_ends_at_the_number_of_rows(folder: Path) -> None:
    steps: list[tuple[int, int]] = []
    import_divisions(folder, progress=lambda done, total: steps.append((done, total)))
    assert steps[0] == (0, 7)
    assert steps[-1] == (7, 7)


def write_grids(folder: Path, *grids: tuple[str, str, Any]) -> None:
    features = [
        {"type": "Feature", "properties": {"code": code, "name": name}, "geometry": shape}
        for code, name, shape in grids
    ]
    (folder / "grids.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))


def test_grids_come_in_with_their_communities_and_twice_without_a_change(folder: Path) -> None:
    one, two = square(121.0, 31.0, 0.01), square(121.01, 31.0, 0.01)
    write_grids(folder, ("990201001001001", "第一网格", one), ("990201001001002", "第二网格", two))
    assert counts(folder, datum="wgs84") == (9, 9, 0, 0)
    assert counts(folder, datum="wgs84") == (9, 0, 9, 0)
    found = locate(121.015, 31.005)
    assert found.grid_id == Grid.objects.get(name="第二网格").pk
    assert found.path == "990200/990201/990201001/990201001001/"
    write_grids(folder, ("990201001001001", "甲网格", one), ("990201001001002", "第二网格", two))
    assert counts(folder, datum="wgs84") == (9, 1, 8, 0)


def test_grids_that_do_not_fit_are_named(folder: Path) -> None:
    line = {"type": "LineString", "coordinates": [[121, 31], [122, 31]]}
    box = square(121.0, 31.0, 0.01)
    write_grids(
        folder, ("990201001009001", "无社区", box), ("990201001001001", "线", line), ("99020100100100", "短", box),
        ("990201001001002", "", box), ("990201001001003", "好", box), ("990201001001003", "重", box),
    )  # fmt: skip
    report = import_divisions(folder)
    assert (report.rows, report.imported, report.rejected) == (13, 0, 5)
    assert [(one.row, one.code) for one in report.problems if one.field.startswith("grids")] == [
        (1, "places.no_parent"), (2, "places.bad_boundary"), (3, "places.bad_code"), (4, "places.no_name"), (6, "places.duplicate"),
    ]  # fmt: skip
    assert not Grid.objects.exists()


@pytest.mark.full
@pytest.mark.shared
def test_the_real_divisions_of_two_cities(shared: Path) -> None:
    report = import_divisions(shared / "divisions")
    assert (report.rows, report.imported, report.rejected) == (15 + 171 + 4199, 4385, 0)
    levels = {"district": 15, "street": 171, "community": 4199}
    assert report.extra == {"cities": 2, "levels": levels, "boundaries": 14, "mended": ["220422"], "applied": True}
    (mended,) = [one for one in report.problems if one.code == "places.mended"]
    assert mended.field == "boundary_220400.geojson:220422"
    assert Division.objects.filter(level="community").exclude(path__regex=r"^\d{6}/\d{6}/\d{9}/\d{12}/$").count() == 0
    assert locate(125.05, 42.95).path.startswith("220400/220422/")
    again = import_divisions(shared / "divisions")
    assert (again.imported, again.unchanged, again.rejected) == (0, 4385, 0)
