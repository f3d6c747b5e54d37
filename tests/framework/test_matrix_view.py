"""Which part of the matrix a page shows: pages cut at contents, columns by group and line, cells of that part alone."""

from __future__ import annotations

from typing import Any

import pytest

from chuangcheng.framework import matrix_view
from chuangcheng.framework.actions import assign_by_role, assign_duty, load_edition, load_sample
from chuangcheng.framework.matrix_view import PAGE, Asked, Shown, columns, line_of, shown
from chuangcheng.framework.models import Duty, Edition
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.people.models import Unit
from tests.framework.editions import small

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition(small_city: Any) -> Edition:
    edition = load_edition(actor=SYSTEM, document=small())
    assign_by_role(actor=SYSTEM, edition=edition)
    return edition


def codes(view: Shown) -> list[str]:
    return [row.code for block in view.blocks for row in block.standards]


def long_edition(sizes: list[int]) -> Edition:
    """An edition with one content of each size."""
    document = small()
    project = document["frameworks"][0]["projects"][0]
    first = project["contents"][0]["standards"][0]
    document["frameworks"][0]["projects"] = [{**project, "weight": "100"}]
    document |= {"site_kinds": [], "categories": [], "time_rules": []}
    project = document["frameworks"][0]["projects"][0]
    project["contents"] = [
        {**project["contents"][0], "code": f"C{n}", "zh": f"内容{n}",
         "standards": [{**first, "code": f"C{n}-{m:02d}", "site_kinds": []} for m in range(size)]}
        for n, size in enumerate(sizes)
    ]  # fmt: skip
    return load_edition(actor=SYSTEM, document=document)


@pytest.mark.parametrize(
    ("sizes", "pages"),
    [
        ([1], [1]), ([PAGE], [PAGE]), ([PAGE - 1, 1, 1], [PAGE, 1]), ([PAGE, PAGE], [PAGE, PAGE]),
        ([PAGE - 1, PAGE - 1, 3], [2 * PAGE - 2, 3]), ([3 * PAGE, 2], [3 * PAGE, 2]),
        ([5, 5, 5, 5, 5, 5], [PAGE, 10]), ([1, 3 * PAGE, 1], [3 * PAGE + 1, 1]),
    ],
)  # fmt: skip
def test_a_page_ends_with_a_content(small_city: Any, sizes: list[int], pages: list[int]) -> None:
    edition = long_edition(sizes)
    views = [shown(SYSTEM, edition, Asked(page=number)) for number in range(1, len(pages) + 1)]
    assert [len(codes(view)) for view in views] == pages
    assert {view.pages for view in views} == {len(pages)}
    assert {view.standards for view in views} == {sum(sizes)}
    every = [code for view in views for code in codes(view)]
    assert every == list(edition.standards.order_by("order").values_list("code", flat=True))
    contents = [{block.content.code for block in view.blocks} for view in views]
    assert sum(map(len, contents)) == len(set().union(*contents))  # no content is cut in two


@pytest.mark.parametrize(("page", "is_shown"), [(-5, 1), (0, 1), (1, 1), (2, 2), (99, 2)])
def test_a_page_that_is_not_there_is_the_nearest(small_city: Any, page: int, is_shown: int) -> None:
    assert shown(SYSTEM, long_edition([PAGE, 1]), Asked(page=page)).asked.page == is_shown


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (Asked(), ["F-1-1-1", "F-1-1-2", "F-2-1-1"]), (Asked(node="F"), ["F-1-1-1", "F-1-1-2", "F-2-1-1"]),
        (Asked(node="F-1"), ["F-1-1-1", "F-1-1-2"]), (Asked(node="F-2-1"), ["F-2-1-1"]),
        (Asked(node="F-1-1-1"), []), (Asked(node="nothing"), []),
    ],
)  # fmt: skip
def test_below_a_project_or_content(edition: Edition, asked: Asked, expected: list[str]) -> None:
    assert codes(shown(SYSTEM, edition, asked)) == expected


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ("", ["U-990101", "U-CGJ", "U-990101001", "U-990101002", "U-CCB"]), ("district", ["U-990101"]),
        ("city", ["U-CGJ"]), ("street", ["U-990101001", "U-990101002"]), ("vertical", []), ("none", ["U-CCB"]),
        ("wrong", ["U-990101", "U-CGJ", "U-990101001", "U-990101002", "U-CCB"]),
    ],
)  # fmt: skip
def test_units_stand_by_group_then_in_official_order(edition: Edition, group: str, expected: list[str]) -> None:
    assert [unit.code for unit in columns(edition, group)] == expected
    view = shown(SYSTEM, edition, Asked(group=group))
    assert sum(count for _label, count in view.groups) == len(expected)


def test_whoever_has_a_duty_is_a_column_and_communities_where_they_are_asked_for(
    edition: Edition, small_city: Any
) -> None:
    standard = edition.standards.first()
    assign_duty(actor=SYSTEM, standard=standard, unit=small_city.units["subcommand"], kind="support")
    assign_duty(actor=SYSTEM, standard=standard, unit=small_city.units["community"], kind="support")
    assert [unit.code for unit in columns(edition)][-2:] == ["U-CCB", "U-FZH1"]
    assert [unit.code for unit in columns(edition, "none")] == ["U-CCB", "U-FZH1", "U-990101001001"]
    mine = columns(edition, only={small_city.units["community"].pk})
    assert [unit.code for unit in mine] == ["U-990101001001"]


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("office", {"U-CCB", "U-FZH1"}), ("subcommand", {"U-FZH1", "U-CGJ"}), ("department", {"U-CGJ"}),
        ("district", {"U-990101", "U-990101002"}), ("street", {"U-990101001"}), ("community", {"U-990101001001"}),
    ],
)  # fmt: skip
def test_my_line(
    edition: Edition, small_city: Any, personas: dict[str, Actor], role: str, expected: set[str]
) -> None:  # fmt: skip
    Unit.objects.filter(code="U-CGJ").update(line_parent=small_city.units["subcommand"])
    Unit.objects.filter(code="U-990101002").update(parent=small_city.units["district"])
    found = Unit.objects.filter(pk__in=line_of(personas[role]))
    assert {unit.code for unit in found} == expected
    assert line_of(SYSTEM) == set()


def test_in_my_line_only_standards_that_are_somebodys_there(edition: Edition, personas: dict[str, Actor]) -> None:
    Duty.objects.filter(unit__code="U-990101001").exclude(standard__code="F-2-1-1").delete()
    view = shown(personas["street"], edition, Asked(line=True))
    assert (codes(view), [unit.code for unit in view.units]) == (["F-2-1-1"], ["U-990101001"])
    assert list(view.cells.values()) == ["territory"]
    assert set(view.leads.values()) == {1}  # leads are counted over all units, shown or not


def test_cells_show_the_strongest_of_what_stands(edition: Edition, small_city: Any) -> None:
    one = edition.standards.get(code="F-1-1-1")
    street = small_city.units["street"]
    assign_duty(actor=SYSTEM, standard=one, unit=street, kind="lead")
    view = shown(SYSTEM, edition, Asked())
    assert view.cells[one.pk, street.pk] == "lead"
    assert view.leads[one.pk] == 2
    Duty.objects.filter(kind="lead").update(ended_at="2026-01-01T00:00:00Z")
    view = shown(SYSTEM, edition, Asked())
    assert view.cells[one.pk, street.pk] == "territory"
    assert set(view.leads.values()) == {0}


def test_four_queries_however_large(small_city: Any, django_assert_num_queries: Any) -> None:
    Unit.objects.bulk_create(
        Unit(code=f"B{n}", name=f"部门{n}", short_name=f"部门{n}", kind="department", group="city", official_order=n)
        for n in range(60)
    )
    edition = load_sample(actor=SYSTEM)
    assign_by_role(actor=SYSTEM, edition=edition)
    with django_assert_num_queries(4):
        view = shown(SYSTEM, edition, Asked())
    assert len(view.units) == 65
    assert view.pages > 3
    with django_assert_num_queries(4):
        shown(SYSTEM, edition, Asked(node="CIV-01", group="city", page=2))
    assert matrix_view.project_of({node.pk: node for node in edition.nodes.all()}, view.blocks[0].content.pk).code
