"""A city's own text in five shapes becomes the same tree; what is wrong in it is named by sheet, column and row."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from chuangcheng.framework import uploads, workbook
from chuangcheng.framework.actions import load_edition, load_sample
from chuangcheng.framework.documents import dump_edition
from chuangcheng.framework.models import Edition
from chuangcheng.framework.shaping import Shaped
from chuangcheng.framework.uploads import change_mapping, drop_upload, load_file, load_upload, read_file, take_in
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from tests.framework import shapes
from tests.framework.shapes import sheet

pytestmark = pytest.mark.django_db


def texts(shaped: Shaped) -> list[str]:
    return [entry.text for entry in shaped.tree.entries()]


def codes(shaped: Shaped) -> list[tuple[str, str, int | None]]:
    return [(problem.field, problem.code, problem.row) for problem in shaped.problems]


@pytest.mark.parametrize("name", shapes.SHAPES)
def test_every_shape_gives_the_same_tree(tmp_path: Path, name: str) -> None:
    """4 parts, 45 contents, 252 standards; nothing is asked, nothing left out, points as written."""
    write, ending = shapes.SHAPES[name]
    rows = shapes.system(4, 45, 252)
    shaped = read_file(write(tmp_path / f"某市测评体系2027.{ending}", rows), f"某市测评体系2027.{ending}")
    assert codes(shaped) == []
    assert shaped.counts == [4, 45, 252]
    wanted = [row.text for p in rows for row in (p, *(r for c in p.below for r in (c, *c.below)))]
    assert texts(shaped) == wanted
    edition = load_file(actor=SYSTEM, shaped=shaped)
    assert (edition.state, edition.code, edition.standards.count()) == ("draft", "2027", 252)
    projects = edition.nodes.filter(kind="project").order_by("order")
    assert [str(node.weight) for node in projects] == ["25", "25", "25", "25"]
    if name in ("flat", "parted", "coded"):
        leaves = [leaf for p in rows for c in p.below for leaf in c.below]
        words = {"实地考察": ["onsite"], "材料审核": ["material"], "问卷调查": ["survey"]}
        wanted_methods = [words.get(leaf.method, ["onsite", "material"]) for leaf in leaves]
        assert list(edition.standards.order_by("order").values_list("methods", flat=True)) == wanted_methods


def test_two_frameworks_sum_up(tmp_path: Path) -> None:
    """12 projects, 88 contents, 180 standards are the sum of the city's and the minors' framework."""
    path = shapes.two(tmp_path / "two.xlsx", shapes.system(7, 53, 110), shapes.system(5, 35, 70, seed=2))
    shaped = read_file(path, path.name)
    assert (codes(shaped), shaped.frameworks, shaped.counts) == ([], 2, [12, 88, 180])
    edition = load_file(actor=SYSTEM, shaped=shaped)
    tops = edition.nodes.filter(kind="framework").order_by("order")
    assert [(node.zh, str(node.weight)) for node in tops] == [("城市测评体系", "4/5"), ("未成年人测评体系", "1/5")]
    assert edition.rules["minors_framework"] == tops[1].code
    assert sum(standard.weight for standard in edition.standards.all()) == 200


def test_a_title_across_the_table_is_a_level_of_its_own(tmp_path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(tmp_path / "s.xlsx")) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["测评内容", "测评标准", "分值", "备注"])
        for part in range(2):
            page.merge_range(1 + part * 3, 0, 1 + part * 3, 3, f"第{'一二'[part]}部分 环境{part}")
            for n in range(2):
                page.write_row(2 + part * 3 + n, 0, [f"内容{part}{n}", f"标准{part}{n}", 25, "注"])
    shaped = read_file(tmp_path / "s.xlsx", "s.xlsx")
    assert (codes(shaped), shaped.counts) == ([], [2, 4, 4])
    assert shaped.document is not None
    assert shaped.document["frameworks"][0]["projects"][0]["contents"][0]["standards"][0]["note"] == "注"


def test_deeper_and_shallower_trees(tmp_path: Path) -> None:
    """Four levels by staggered columns; two levels get a content that repeats the project."""
    head = ["一级指标", "二级指标", "三级指标", "四级指标"]
    rows: list[list[object]] = [head, ["甲"], ["", "乙"], ["", "", "丙"], ["", "", "", "丁一"], ["", "", "", "丁二"]]
    shaped = read_file(sheet(tmp_path / "4.xlsx", rows), "4.xlsx")
    assert (codes(shaped), shaped.counts) == ([], [1, 1, 1, 2])
    edition = load_file(actor=SYSTEM, shaped=shaped)
    assert edition.level_names == tuple(head)
    assert [str(s.weight) for s in edition.standards.all()] == ["50", "50"]
    two = read_file(sheet(tmp_path / "2.xlsx", [["项目", "标准"], ["甲", "子"], ["甲", "丑"], ["乙", "寅"]]), "2.xlsx")
    assert (codes(two), two.counts) == ([], [2, 3])
    assert two.document is not None
    assert [c["zh"] for p in two.document["frameworks"][0]["projects"] for c in p["contents"]] == ["甲", "乙"]


H = ["测评项目", "项目权重", "测评内容", "测评标准", "测评方法"]
BAD: dict[str, tuple[list[list[object]], list[tuple[str, str, int | None]]]] = {
    "sum": ([H, ["甲", 60, "a", "子", ""], ["乙", 30, "b", "丑", ""]], [("表.项目权重", "wrong_sum", 2)]),
    "missing weight": ([H, ["甲", 60, "a", "子", ""], ["乙", "", "b", "丑", ""]], [("表.项目权重", "missing", 3)]),
    "no number": ([H, ["甲", "约60", "a", "子", ""], ["乙", 40, "b", "丑", ""]],
                  [("表.项目权重", "not_fraction", 2), ("表.项目权重", "missing", 2)]),
    "negative": ([H, ["甲", -1, "a", "子", ""]], [("表.项目权重", "not_fraction", 2)]),
    "orphan": ([H, ["", "", "a", "子", ""], ["乙", 100, "b", "丑", ""]], [("表.测评项目", "orphan", 2)]),
    "no text": ([H, ["甲", 100, "a", "子", ""], ["", "", "", "", "实地"]], [("表", "orphan", 3)]),
    "method": ([H, ["甲", 100, "a", "子", "占卜"]], [("表.测评方法", "unknown_choice", 2)]),
    "childless": ([H, ["甲", 100, "a", "子", ""], ["甲", "", "b", "", ""]], [("表", "childless", 3)]),
    "duplicate code": ([["编号", "内容", "分值"], ["1", "甲", 100], ["1.1", "a", ""], ["1.1.1", "子", ""],
                        ["1.1.1", "丑", ""]], [("表.编号", "duplicate", 5)]),
    "orphan code": ([["编号", "内容", "分值"], ["1", "甲", 100], ["1.1", "a", ""], ["1.2.1", "子", ""]],
                    [("表.编号", "orphan", 4)]),
    "jump": ([["编号", "内容", "分值"], ["1", "甲", 100], ["1.1.1", "子", ""], ["1.2", "a", ""], ["1.2.1", "丑", ""]],
             [("表.编号", "orphan", 3)]),
    "no code": ([["编号", "内容"], ["1", "甲"], ["1.1", "a"], ["", "子"], ["1.1.1", "丑"]], [("表.编号", "missing", 4)]),
    "circle": ([["代码", "上级代码", "内容"], ["A-1", "", "甲"], ["A-2", "A-1", "a"], ["A-3", "A-2", "子"],
                ["B-1", "B-2", "乙"], ["B-2", "B-1", "丙"]],
               [("表.上级代码", "circle", 5), ("表.上级代码", "circle", 6)]),
    "lost parent": ([["代码", "上级代码", "内容"], ["A-1", "", "甲"], ["A-2", "A-1", "a"], ["A-3", "A-9", "子"],
                     ["A-4", "A-2", "丑"]], [("表.上级代码", "orphan", 4)]),
    "parts": ([["测评项目", "测评标准", "标准分值", "备注"], ["甲", "子", 50, ""], ["乙", "丑", 30, ""]],
              [("表.标准分值", "wrong_sum", 2)]),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_named_where_it_stands(tmp_path: Path, name: str) -> None:
    rows, wanted = BAD[name]
    shaped = read_file(sheet(tmp_path / "bad.xlsx", rows), "bad.xlsx")
    assert codes(shaped) == wanted
    assert shaped.document is None
    with pytest.raises(Refused, match=r"framework\.invalid"):
        load_file(actor=SYSTEM, shaped=shaped)
    assert not Edition.objects.exists()


def test_choices_of_the_importer(tmp_path: Path) -> None:
    """Sums that miss 100 are scaled and weights left out are evened only when somebody says so, and it is told."""
    rows: list[list[object]] = [H, ["甲", 60, "a", "子", ""], ["乙", 30, "b", "丑", ""], ["丙", "", "c", "寅", ""]]
    path = sheet(tmp_path / "x.xlsx", rows)
    assert [code for _, code, _ in codes(read_file(path, "x.xlsx"))] == ["missing"]
    shaped = read_file(path, "x.xlsx", missing="equal", sums="scale", name="本市体系", code="OWN-1", family="own")
    assert shaped.document is not None
    head = {name: shaped.document[name] for name in ("code", "name_zh", "family")}
    assert head == {"code": "OWN-1", "name_zh": "本市体系", "family": "own"}
    weights = [project["weight"] for project in shaped.document["frameworks"][0]["projects"]]
    assert weights == ["400/9", "200/9", "100/3"]


@pytest.mark.parametrize(
    ("weights", "points"),
    [
        (["60%", "40％"], ["60", "40"]), ([0.6, 0.4], ["60", "40"]), (["60分", "40 分"], ["60", "40"]),
        (["60%", 0.4], ["60", "40"]), (["1/3", "2/3"], ["100/3", "200/3"]), (["６０", "４０"], ["60", "40"]),
    ],
)  # fmt: skip
def test_weights_as_text_and_per_cent(tmp_path: Path, weights: list[object], points: list[str]) -> None:
    rows: list[list[object]] = [H, ["甲", weights[0], "a", "子", ""], ["乙", weights[1], "b", "丑", ""]]
    shaped = read_file(sheet(tmp_path / "w.xlsx", rows), "w.xlsx")
    assert shaped.document is not None, codes(shaped)
    assert [project["weight"] for project in shaped.document["frameworks"][0]["projects"]] == points


def test_hidden_rows_formulas_and_other_sheets(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "h.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("体系")
        for index, row in enumerate([H, ["甲", 100, "a", "子", "实地"], ["甲", "", "a", "丑", "实地"]]):
            page.write_row(index, 0, row)
        page.set_row(2, None, None, {"hidden": True})
        page.write_formula(4, 1, "=SUM(B2:B3)", None, 100)
        page.write(4, 0, "合计")
        book.add_worksheet("填表说明").write_row(0, 0, ["请勿修改", "本表"])
        hidden = book.add_worksheet("旧稿")
        hidden.write_row(0, 0, H)
        hidden.hide()
    taken = read_file(path, "h.xlsx")
    assert (codes(taken), taken.counts) == ([], [1, 1, 2])
    assert {(r.code, r.row) for r in taken.remarks} == {("hidden", 3), ("total", 5), ("sheet_left_out", None)}
    assert read_file(path, "h.xlsx", hidden="skip").counts == [1, 1, 1]
    book = openpyxl.load_workbook(path)
    book["体系"]["B2"] = "=50+50"  # openpyxl writes a formula without its value
    book.save(path)
    assert next((f, c) for f, c, _ in codes(read_file(path, "h.xlsx"))) == ("体系.B2", "formula")


def test_a_unit_of_the_city_gives_its_role(tmp_path: Path, small_city: Any) -> None:
    rows: list[list[object]] = [
        ["项目", "内容", "标准", "责任单位", "配合单位"], ["甲", "a", "子", "城市管理局、公安局", "各街道"], ["甲", "a", "丑", "某某办", ""],
    ]  # fmt: skip
    shaped = read_file(sheet(tmp_path / "u.xlsx", rows), "u.xlsx")
    edition = load_file(actor=SYSTEM, shaped=shaped)
    first, second = edition.standards.order_by("order")
    assert (first.responsible_role, first.note) == ("urban_management", "配合：公安局、各街道")
    assert [role["zh"] for role in edition.roles if role["code"] == second.responsible_role] == ["某某办"]
    assert [r.code for r in shaped.remarks if r.field.endswith("责任单位")] == ["unknown_unit"]


def test_from_the_upload_to_the_draft(tmp_path: Path, personas: dict[str, Actor]) -> None:
    """Taken in, refused as it is read first, read in another way, loaded once."""
    office = personas["office"]
    rows: list[list[object]] = [["甲列", "乙列", "丙列"], ["甲", "a", "子"], ["甲", "a", "丑"]]
    data = sheet(tmp_path / "c.xlsx", rows).read_bytes()
    upload = take_in(actor=office, data=data, name="区文明城区测评.xlsx")
    assert not isinstance(upload, Edition)
    assert list(uploads.uploads()) == [upload]
    mapping, head = uploads.mapping_of(upload)
    assert (head.name, head.family) == ("区文明城区测评", "district")
    assert uploads.preview(upload).counts == [2, 2, 3]  # no header is known: the first row is read as one more line
    blank = replace(mapping, roles=("", "", ""))
    change_mapping(actor=office, upload_id=upload.pk, mapping=blank, head=head)
    with pytest.raises(Refused, match=r"framework\.invalid"):
        load_upload(actor=office, upload_id=upload.pk)
    better = replace(mapping, sheets=(0,), header=(0,), roles=("level1", "level2", "level3"))
    change_mapping(actor=office, upload_id=upload.pk, mapping=better, head=replace(head, code="D-1"))
    shaped = uploads.preview(uploads.get_upload(upload.pk))
    assert shaped.counts == [1, 1, 2]
    edition = load_upload(actor=office, upload_id=upload.pk)
    upload.refresh_from_db()
    assert (upload.state, upload.edition, upload.grids, edition.code) == ("loaded", edition, [], "D-1")
    other = take_in(actor=office, data=data, name="x.xlsx")
    assert not isinstance(other, Edition)
    drop_upload(actor=office, upload_id=other.pk)
    for again in (load_upload, drop_upload):
        with pytest.raises(Refused, match=r"framework\.upload_ended"):
            again(actor=office, upload_id=other.pk)
    for role in ("leader", "district", "auditor"):
        with pytest.raises(Refused, match=r"common\.not_allowed"):
            take_in(actor=personas[role], data=data, name="x.xlsx")


@pytest.mark.full
def test_our_own_workbook_needs_no_mapping(tmp_path: Path, small_city: Any) -> None:
    edition = load_sample(actor=SYSTEM)
    workbook.write_workbook(edition, tmp_path / "own.xlsx")
    before = dump_edition(edition)
    edition.delete()
    back = take_in(actor=SYSTEM, data=(tmp_path / "own.xlsx").read_bytes(), name="own.xlsx")
    assert isinstance(back, Edition)
    assert dump_edition(back) == before
    load_edition(actor=SYSTEM, document=before)


@pytest.mark.parametrize("data", [b"%PDF-1.7 x", b"PK\x03\x04broken", b"\x00\x01\x02", b""])
def test_what_is_no_table_is_refused(data: bytes) -> None:
    with pytest.raises(Refused, match=r"tables\."):
        read_file(data, "x.bin")


@pytest.mark.parametrize("name", shapes.SHAPES)
def test_small_and_lopsided_systems_too(tmp_path: Path, name: str) -> None:
    """As few as one line a level, and projects of very different sizes: the same counts and texts in every shape."""
    write, ending = shapes.SHAPES[name]
    for seed, counts in enumerate([(2, 2, 2), (3, 4, 9), (5, 11, 13)]):
        rows = shapes.system(*counts, seed=seed)
        shaped = read_file(write(tmp_path / f"{seed}.{ending}", rows), f"{seed}.{ending}")
        assert (codes(shaped), shaped.counts) == ([], list(counts)), (name, counts)
        assert [root.text for root in shaped.tree.roots] == [row.text for row in rows]


def test_the_shares_of_standards_are_exact(tmp_path: Path) -> None:
    """Points of projects by the sums of their standards, standards by what is written; nothing is lost in between."""
    rows: list[list[object]] = [
        ["项目", "内容", "标准", "分值"], ["甲", "a", "子", "40"], ["", "", "丑", "20"], ["乙", "b", "寅", "1/3"],
        ["", "", "卯", "119/3"],
    ]  # fmt: skip
    edition = load_file(actor=SYSTEM, shaped=read_file(sheet(tmp_path / "s.xlsx", rows), "s.xlsx"))
    assert [str(node.weight) for node in edition.nodes.filter(kind="project").order_by("order")] == ["60", "40"]
    assert [str(row.weight) for row in edition.standards.order_by("order")] == ["40", "20", "1/3", "119/3"]


def test_shares_within_a_content_are_shares_of_its_points(tmp_path: Path) -> None:
    """Contents have points, their standards per cents of them: 30 % of 40 points are 12."""
    head = ["项目", "内容", "内容分值", "标准", "标准权重"]
    rows: list[list[object]] = [
        head,
        ["甲", "a", 40, "子", "30%"],
        ["", "", "", "丑", "70%"],
        ["", "b", 60, "寅", "100%"],
    ]
    edition = load_file(actor=SYSTEM, shaped=read_file(sheet(tmp_path / "p.xlsx", rows), "p.xlsx"))
    assert [str(row.weight) for row in edition.standards.order_by("order")] == ["12", "28", "60"]


def test_the_same_file_again_is_the_same_edition(tmp_path: Path) -> None:
    """Read again it changes nothing; mended it takes the draft's place; once published it needs another code."""
    from chuangcheng.framework.actions import publish_edition

    path = shapes.coded(tmp_path / "c.csv", shapes.system(2, 3, 5))
    edition = load_file(actor=SYSTEM, shaped=read_file(path, path.name))
    assert load_file(actor=SYSTEM, shaped=read_file(path, path.name)).chain_seq == edition.chain_seq == 1
    mended = shapes.coded(path, shapes.system(2, 3, 6))
    assert load_file(actor=SYSTEM, shaped=read_file(mended, path.name)).standards.count() == 6
    publish_edition(actor=SYSTEM, edition=edition)
    other = shapes.coded(path, shapes.system(2, 4, 6))
    with pytest.raises(Refused, match=r"framework\.not_draft"):
        load_file(actor=SYSTEM, shaped=read_file(other, path.name))
    assert load_file(actor=SYSTEM, shaped=read_file(other, path.name, code="NEXT")).state == "draft"
