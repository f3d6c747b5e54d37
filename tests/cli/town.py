"""The files that a city hall brings along on its first day: divisions, units, sites, a hotline, another system."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl

from tests.cases.test_hotline import ROWS as MESSAGES
from tests.cases.test_hotline import workbook
from tests.cases.test_replay import GOOD as REQUESTS
from tests.cases.test_replay import write
from tests.homes import Home
from tests.sites.test_imports import HEADERS

UNITS = [
    {"code": "U-CCB", "name": "市创城办", "kind": "创城办", "division": "990100"},
    {
        "code": "U-HD",
        "name": "河东街道办事处",
        "short_name": "河东街道",
        "kind": "街道（乡镇）",
        "division": "990101001",
    },
]
POSTS = [
    {"username": "wang", "name": "王一", "role": "创城办", "unit": "U-CCB"},
    {"username": "zhao", "name": "赵二", "phone": "13912345678", "role": "街道（乡镇）", "unit": "U-HD"},
]
SITES: list[list[Any]] = [
    ["WC-1", "永安公共厕所", "公共厕所", "U-HD", 120.005, 30.005, "wgs84", "永安路1号"],
    ["WC-2", "长乐公共厕所", "public_toilet", "河东街道", 120.006, 30.006, "wgs84", None],
]


def _square(lon: float, lat: float, size: float) -> dict[str, Any]:
    ring = [[lon, lat], [lon + size, lat], [lon + size, lat + size], [lon, lat + size], [lon, lat]]
    return {"type": "Polygon", "coordinates": [ring]}


def divisions(folder: Path) -> Path:
    """One city with a district, a street and two communities; the district and the street have a boundary."""
    folder.mkdir()
    (folder / "cities.csv").write_text("code,name,provinceCode\n9901,云岭市,99\n", encoding="utf-8")
    (folder / "areas.csv").write_text("code,name,cityCode\n990101,东山区,9901\n", encoding="utf-8")
    (folder / "streets.csv").write_text("code,name,areaCode\n990101001,河东街道,990101\n", encoding="utf-8")
    (folder / "communities.csv").write_text(
        "code,name,streetCode\n990101001001,永安社区,990101001\n990101001002,长乐社区,990101001\n", encoding="utf-8"
    )
    features = [
        {"type": "Feature", "properties": {"adcode": code}, "geometry": _square(120.0, 30.0, size)}
        for code, size in ((990101, 0.04), (990101001, 0.02))
    ]
    collection = {"type": "FeatureCollection", "features": features}
    (folder / "boundary_990100.geojson").write_text(json.dumps(collection), encoding="utf-8")
    return folder


def units(path: Path) -> Path:
    """The template of units and posts, filled in."""
    from chuangcheng.people import sheets

    sheets.write_template(path)
    book = openpyxl.load_workbook(path)
    for name, rows in ((sheets.UNITS, UNITS), (sheets.POSTS, POSTS)):
        fields = [column.field for column in sheets.SHEETS[name]]
        for number, row in enumerate(rows, 2):
            for field, value in row.items():
                book[name].cell(number, fields.index(field) + 1, value)
    book.save(path)
    book.close()
    return path


def sites(path: Path, rows: list[list[Any]] = SITES, headers: list[str] = HEADERS) -> Path:
    """A workbook of sites as a department keeps it."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in [headers, *rows]:
        page.append(row)
    book.save(path)
    book.close()
    return path


def hotline(path: Path) -> Path:
    """Three messages of a hotline, their dates written in three ways, below a title across all columns."""
    return workbook(path, MESSAGES, above=1)


def requests(path: Path) -> Path:
    """The history of another city's system."""
    return write(path, REQUESTS)


#: Kind of import → name of its file, who writes it, and its rows.
FILES = {
    "divisions": ("divisions", divisions, 4),
    "units": ("units.xlsx", units, 4),
    "sites": ("sites.xlsx", sites, 2),
    "hotline": ("messages.xlsx", hotline, 3),
}


def run(home: Home, *arguments: str) -> Any:
    """What a command that must end well prints as JSON."""
    done = home.command(*arguments, "--json")
    assert done.code == 0, done.out + done.err
    return done.json
