"""The plan of the demo city: divisions, grids, units, people and sites as plain values, decided by the seed alone."""

from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from shapely.geometry import Polygon, mapping
from shapely.ops import unary_union

CITY_CODE = "990100"
CITY_NAME = "云岭市"
# 25 × 20 cells of a jittered mesh: 5 × 5 streets, each of 4 communities, each of 5 grids.
COLUMNS, ROWS = 25, 20
WEST, SOUTH = 118.02, 35.91  # an arbitrary corner: the city is fictional
CELL_LON, CELL_LAT = 0.0066, 0.0054  # about 600 m


@dataclass(frozen=True, slots=True)
class Area:
    """A division or grid with its GeoJSON geometry (WGS-84)."""

    code: str
    name: str
    level: str
    parent: str
    geometry: dict[str, Any]


@dataclass(frozen=True, slots=True)
class UnitPlan:
    """A unit to make; ``parent`` and ``division`` are codes."""

    code: str
    name: str
    short_name: str
    kind: str
    group: str
    order: int
    role_code: str = ""
    parent: str = ""
    division: str = ""
    line_parent: str = ""  # the sub-command it answers to in its line


@dataclass(frozen=True, slots=True)
class PersonPlan:
    """A person with one post."""

    username: str
    name: str
    role: str
    unit: str
    division: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class SitePlan:
    """A site to register."""

    code: str
    name: str
    kind: str
    unit: str
    lon: float
    lat: float
    address: str


@dataclass
class Plan:
    """The whole city."""

    areas: list[Area] = field(default_factory=list)
    grids: list[Area] = field(default_factory=list)
    units: list[UnitPlan] = field(default_factory=list)
    people: list[PersonPlan] = field(default_factory=list)
    sites: list[SitePlan] = field(default_factory=list)


@cache
def words() -> dict[str, Any]:
    """The word lists of the fictional city."""
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))


def make(seed: int) -> Plan:
    """The city of ``seed``: the same seed gives the same plan."""
    rng = random.Random(seed)
    plan = Plan()
    _divisions(plan, rng)
    _units(plan)
    _people(plan, rng)
    _sites(plan, rng)
    return plan


def _mesh(rng: random.Random) -> list[list[tuple[float, float]]]:
    """Corner points of the cells; inner corners are moved a little, so neighbours still share them."""

    def corner(column: int, row: int) -> tuple[float, float]:
        inner = 0 < column < COLUMNS and 0 < row < ROWS
        shift_x, shift_y = (rng.uniform(-0.3, 0.3), rng.uniform(-0.3, 0.3)) if inner else (0.0, 0.0)
        return round(WEST + (column + shift_x) * CELL_LON, 6), round(SOUTH + (row + shift_y) * CELL_LAT, 6)

    return [[corner(column, row) for column in range(COLUMNS + 1)] for row in range(ROWS + 1)]


def _cell(mesh: list[list[tuple[float, float]]], column: int, row: int) -> Polygon:
    return Polygon(
        [mesh[row][column], mesh[row][column + 1], mesh[row + 1][column + 1], mesh[row + 1][column], mesh[row][column]]
    )


def _divisions(plan: Plan, rng: random.Random) -> None:
    mesh = _mesh(rng)
    texts = words()
    street_names = list(texts["streets"])
    rng.shuffle(street_names)
    shapes: dict[str, list[Polygon]] = {CITY_CODE: []}
    plan.areas.append(Area(CITY_CODE, CITY_NAME, "city", "", {}))
    number = 0
    for district_number, district in enumerate(texts["districts"], 1):
        district_code = f"9901{district_number:02d}"
        plan.areas.append(Area(district_code, district["name"], "district", CITY_CODE, {}))
        for street_number in range(1, district["streets"] + 1):
            block_column, block_row = divmod(number, 5)
            street_code = f"{district_code}{street_number:03d}"
            suffix = "街道" if number % 6 else "镇"
            plan.areas.append(Area(street_code, street_names[number] + suffix, "street", district_code, {}))
            for row in range(4):
                community = f"{street_code}{row + 1:03d}"
                name = texts["communities"][(number * 4 + row) % len(texts["communities"])]
                plan.areas.append(Area(community, f"{street_names[number]}{name}社区", "community", street_code, {}))
                for column in range(5):
                    cell = _cell(mesh, block_column * 5 + column, block_row * 4 + row)
                    for code in (CITY_CODE, district_code, street_code, community):
                        shapes.setdefault(code, []).append(cell)
                    grid_code = f"{community}{column + 1:03d}"
                    grid_name = f"{name}社区第{column + 1}网格"
                    plan.grids.append(Area(grid_code, grid_name, "grid", community, _geojson(cell)))
            number += 1
    plan.areas = [
        Area(area.code, area.name, area.level, area.parent, _geojson(unary_union(shapes[area.code])))
        for area in plan.areas
    ]


def _geojson(shape: Any) -> dict[str, Any]:
    plain: dict[str, Any] = mapping(shape)
    return {"type": plain["type"], "coordinates": _lists(plain["coordinates"])}


def _lists(value: Any) -> Any:
    return [_lists(part) for part in value] if isinstance(value, tuple | list) else value


def _short(name: str) -> str:
    """市公安局交警支队 → 交警支队, 市委宣传部 → 宣传部, 团市委 stays."""
    for prefix in ("市公安局", "市委市政府", "市委", "市"):
        if name.startswith(prefix) and len(name) > len(prefix) + 1:
            return name.removeprefix(prefix)
    return name


def _units(plan: Plan) -> None:
    texts = words()
    add = plan.units.append
    headquarters = f"{CITY_NAME}创建全国文明城市指挥部"
    add(UnitPlan("ZHB", headquarters, "市指挥部", "headquarters", "none", 1, division=CITY_CODE))
    add(
        UnitPlan("CCB", f"{headquarters}办公室", "市创城办", "office", "none", 2,
                 role_code="civilization_office", parent="ZHB", division=CITY_CODE)
    )  # fmt: skip
    for number, name in enumerate(texts["subcommands"]["names"], 1):
        code = f"FZH{number:02d}"
        add(UnitPlan(code, f"{name}分指挥部", f"{name}分指", "subcommand", "none", 10 + number, parent="ZHB"))
    for number, area in enumerate((area for area in plan.areas if area.level == "district"), 1):
        add(
            UnitPlan(f"QX{number:02d}", f"{area.name}创建全国文明城市工作办公室", f"{area.name}创城办", "district",
                     "district", 100 + number, parent="CCB", division=area.code)
        )  # fmt: skip
    for number, row in enumerate(texts["departments"], 1):
        code = f"BM{number:02d}"
        line = f"FZH{texts['lines'].get(row['role'], 1):02d}"
        add(
            UnitPlan(code, row["name"], _short(row["name"]), "department", "city", 200 + number, row["role"], "CCB",
                     line_parent=line)
        )  # fmt: skip
    _territory_units(plan)
    for number, row in enumerate(texts["companies"], 1):
        add(UnitPlan(f"QY{number:02d}", row["name"], row["name"], "company", "city", 600 + number, "window_industry"))
    for number, row in enumerate(texts["outside"], 1):
        add(UnitPlan(f"ZD{number:02d}", row["name"], row["name"], "outside", "vertical", 700 + number))


def _territory_units(plan: Plan) -> None:
    districts = {unit.division: unit.code for unit in plan.units if unit.kind == "district"}
    order = 300
    for area in plan.areas:
        if area.level == "street":
            order += 1
            role = "township" if area.name.endswith("镇") else "subdistrict"
            name = area.name + ("人民政府" if role == "township" else "办事处")
            plan.units.append(
                UnitPlan(f"JD{area.code}", name, area.name, "street", "street", order, role, districts[area.parent],
                         area.code)
            )  # fmt: skip
        elif area.level == "community":
            order += 1
            plan.units.append(
                UnitPlan(f"SQ{area.code}", f"{area.name}居民委员会", area.name, "community", "none", 400 + order,
                         "community", f"JD{area.parent}", area.code)
            )  # fmt: skip


#: The logins the demo prints: user name → (role, code of the unit, title).
LOGINS = ("office", "leader", "subcommand", "department", "street", "community", "grid", "inspector", "auditor")


def _people(plan: Plan, rng: random.Random) -> None:
    texts = words()

    def name() -> str:
        given = "".join(rng.choice(texts["given"]) for _ in range(rng.choice((1, 2, 2))))
        return str(rng.choice(texts["surnames"])) + given

    def add(username: str, role: str, unit: str, division: str = "", title: str = "") -> None:
        plan.people.append(PersonPlan(username, name(), role, unit, division, title))

    first_street = next(area for area in plan.areas if area.level == "street")
    first_community = next(area for area in plan.areas if area.level == "community")
    management = next(unit.code for unit in plan.units if unit.role_code == "urban_management")
    add("office", "office", "CCB", CITY_CODE, "综合科科长")
    add("leader", "leader", "ZHB", CITY_CODE, "指挥长")
    add("subcommand", "subcommand", "FZH03", "", "联络员")
    add("department", "department", management, "", "创城专班联络员")
    add("street", "street", f"JD{first_street.code}", first_street.code, "创城专干")
    add("community", "community", f"SQ{first_community.code}", first_community.code, "社区书记")
    add("grid", "grid", f"SQ{first_community.code}", first_community.code, "网格员")
    add("inspector", "inspector", "CCB", CITY_CODE, "督查员")
    add("auditor", "auditor", "CCB", CITY_CODE, "审计监督")
    for number in range(1, 7):
        add(f"dispatcher{number}", "office", "CCB", CITY_CODE, "派遣员")
    for number in range(1, 25):
        add(f"inspector{number:02d}", "inspector", "CCB", CITY_CODE, "督查员")
    roles = {
        "subcommand": "subcommand", "district": "district", "department": "department", "company": "department",
        "outside": "department", "street": "street", "community": "community",
    }  # fmt: skip
    for unit in plan.units:
        role = roles.get(unit.kind)
        if role is None:
            continue
        title = "分指挥长" if role == "subcommand" else "负责人"
        add(f"u-{unit.code.lower()}", role, unit.code, unit.division, title)
        if unit.kind in {"department", "street", "district"}:
            add(f"v-{unit.code.lower()}", role, unit.code, unit.division, "联络员")
        for number in range(1, 4 if unit.kind == "community" else 1):
            add(f"g{unit.division[4:]}{number}", "grid", unit.code, unit.division, "网格员")


def _sites(plan: Plan, rng: random.Random) -> None:
    texts = words()
    by_role = {unit.role_code: unit.code for unit in plan.units if unit.role_code and unit.kind != "street"}
    streets = {area.code: area for area in plan.areas if area.level == "street"}
    taken: dict[str, int] = {}
    number = 0
    for kind, count in texts["sites"].items():
        for position in range(1, count + 1):
            grid = plan.grids[(number * 37 + 11) % len(plan.grids)]
            number += 1
            lon, lat = inside(grid, rng)
            road, other = rng.sample(texts["roads"], 2)
            place = texts["communities"][(number * 7) % len(texts["communities"])]
            street = streets[grid.code[:9]]
            name = texts["site_names"][kind].format(
                road=road, other=other, place=place, street=street.name, n=_chinese(position)
            )
            taken[name] = taken.get(name, 0) + 1
            name += f"（{_chinese(taken[name])}）" if taken[name] > 1 else ""
            role = texts["site_owners"].get(kind)
            unit = by_role[role] if role else f"JD{street.code}"
            code = f"DW{number:03d}"
            plan.sites.append(SitePlan(code, name, kind, unit, lon, lat, f"{street.name}{road}{rng.randint(1, 200)}号"))


def _chinese(number: int) -> str:
    return "一二三四五六七八九十"[number - 1] if number <= 10 else str(number)


def inside(grid: Area, rng: random.Random) -> tuple[float, float]:
    """A point well inside a grid (lon, lat): between its corners, never on an edge."""
    corners = grid.geometry["coordinates"][0][:-1]
    weights = [rng.uniform(0.2, 1.0) for _ in corners]
    total = sum(weights)
    lon = sum(weight * corner[0] for weight, corner in zip(weights, corners, strict=True)) / total
    lat = sum(weight * corner[1] for weight, corner in zip(weights, corners, strict=True)) / total
    return round(lon, 6), round(lat, 6)
