"""Triage help on the command line: learning, measuring, trying; and the groups of a workbook."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cases.test_hotline import workbook
from tests.homes import Home
from tests.kernel.triage.town import messages

HEADERS = ["留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "一级分类"]
NAMES = {"垃圾": "暴露垃圾", "路灯": "路灯异常", "噪声": "噪声扰民"}  # as the sample edition calls its categories


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """96 messages of three categories, with a repeat."""
    rows: list[list[object]] = [
        [number, f"A{number % 7}", "", f"2026/3/{1 + number % 28} 8:00", one.text, NAMES[one.label]]
        for number, one in enumerate(messages(), 1)
    ]
    path = tmp_path_factory.mktemp("labelled") / "a.xlsx"
    return workbook(path, rows, HEADERS)


@pytest.fixture(scope="module")
def city(migrated_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with the sample edition published."""
    home = migrated_home.copy_to(tmp_path_factory.mktemp("city") / "home")
    done = home.command("import", "framework", "--sample", "--publish")
    assert done.code == 0, done.err
    return home


def test_measuring_a_file_needs_no_database(tmp_path: Path, labelled: Path) -> None:
    home = Home(tmp_path / "empty")
    done = home.command("triage", "evaluate", str(labelled), "--json")
    assert done.code == 0, done.err
    found = done.json
    assert found["rows"] == 96
    assert found["macro_f1"] > 0.9
    assert found["interval"][0] <= found["macro_f1"] <= found["interval"][1]
    assert found["accuracy"] >= 0.9
    assert 0 < found["coverage"] <= 1
    assert sum(one["rows"] for one in found["calibration"]) == 96
    assert found["labels"] == sorted(NAMES.values())
    assert not (home.folder / "models").exists()


@pytest.mark.full
def test_the_same_seed_gives_the_same_figures(tmp_path: Path, labelled: Path) -> None:
    home = Home(tmp_path / "empty")
    first, again = (home.command("triage", "evaluate", str(labelled), "--plain", "--seed", "5", "--json").json
                    for _ in range(2))  # fmt: skip
    assert first | {"seconds": 0} == again | {"seconds": 0}
    assert first["features"] == "n-grams"
    assert first["seed"] == 5


@pytest.mark.full
def test_learning_puts_a_model_into_force(city: Home, labelled: Path) -> None:
    assert city.command("triage", "show").code == 1
    done = city.command("triage", "train", str(labelled), "--json")
    assert done.code == 0, done.err
    assert done.json["version"] == 1
    assert done.json["from"]["brought"] == 96
    assert done.json["quality"]["macro_f1"] > 0.7  # 250 categories of the framework compete
    assert (city.folder / "models" / "triage.npz").stat().st_size < 5_000_000
    shown = city.command("triage", "show", "--json").json
    assert shown["trained_at"] == done.json["trained_at"]
    tried = city.command("triage", "show", "--text", "学府路工地夜间施工噪音扰民", "--json").json
    assert tried["name"] == "噪声扰民"
    assert tried["probability"] > 0.8
    assert tried["words"]
    assert city.command("triage", "show", "--text", "你好", "--json").json == {"category": None}


@pytest.mark.full
def test_a_damaged_model_is_named(city: Home, tmp_path: Path) -> None:
    home = city.copy_to(tmp_path / "home")
    (home.folder / "models").mkdir(exist_ok=True)
    (home.folder / "models" / "triage.npz").write_bytes(b"broken")
    done = home.command("triage", "show", "--json")
    assert (done.code, done.json["error"]["code"]) == (1, "triage.bad_model")


@pytest.mark.parametrize("deed", ["train", "evaluate"])
def test_a_file_that_is_not_there(city: Home, deed: str) -> None:
    done = city.command("triage", deed, "nowhere.xlsx", "--json")
    assert (done.code, done.json["error"]["code"]) == (1, "operations.file_not_found")


def test_a_file_without_categories(city: Home, tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["路灯不亮"]], ["留言内容"])
    done = city.command("triage", "evaluate", str(path), "--json")
    assert done.code == 1
    assert done.json["error"]["code"].startswith("tables.")


def test_too_few_rows(city: Home, tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["路灯不亮", "路灯"]], ["留言内容", "类别"])
    done = city.command("triage", "evaluate", str(path), "--json")
    assert (done.code, done.json["error"]["code"]) == (1, "triage.too_few")


@pytest.mark.full
def test_duplicates_of_a_workbook(tmp_path: Path) -> None:
    text = "滨江北路从桥头到菜场一段路灯坏了半个月，晚上出行很危险，请维修，联系13812345678"
    rows: list[list[object]] = [
        [11, "A1", "滨江北路路灯不亮", "2026/3/1 8:00", text],
        [12, "A2", "公交太少", "2026/3/2 8:00", "二十三路公交车半小时一班"],
        [13, "A3", "请修滨江北路的路灯", "2026/3/9 8:00", text.replace("请维修", "望处理")],
    ]
    path = workbook(tmp_path / "a.xlsx", rows, HEADERS[:5])
    done = Home(tmp_path / "empty").command("duplicates", str(path), "--json")
    assert done.code == 0, done.err
    (group,) = done.json["groups"]
    assert (group["size"], group["numbers"], group["rows"]) == (2, ["11", "13"], [2, 4])
    assert (group["writers"], group["days"]) == (2, 8)
    assert any("滨江北路" in word for word in group["shared"])
    assert "13812345678" not in done.out
    assert done.json["repeated"] == 2
    assert Home(tmp_path / "empty").command("duplicates", str(path), "--alike", "0.99", "--json").json["groups"] == []


def test_duplicates_of_nothing(tmp_path: Path) -> None:
    done = Home(tmp_path / "empty").command("duplicates", "nowhere.xlsx", "--json")
    assert (done.code, done.json["error"]["code"]) == (1, "operations.file_not_found")


@pytest.mark.shared
@pytest.mark.full
def test_the_labelled_messages_of_a_real_city(shared: Path, tmp_path: Path) -> None:
    done = Home(tmp_path / "empty").command("triage", "evaluate", str(shared / "hotline" / "labelled.xlsx"), "--json")
    assert done.code == 0, done.err
    assert (done.json["rows"], len(done.json["labels"])) == (327, 7)
    assert done.json["macro_f1"] >= 0.75
    assert done.json["accuracy"] >= 0.9


@pytest.mark.shared
@pytest.mark.full
def test_the_repeats_among_the_messages_of_a_real_city(shared: Path, tmp_path: Path) -> None:
    done = Home(tmp_path / "empty").command("duplicates", str(shared / "hotline" / "messages.xlsx"), "--json")
    assert done.code == 0, done.err
    groups = done.json["groups"]
    assert done.json["rows"] == 4326
    assert len(groups[0]["numbers"]) > 30
    assert sum(group["size"] for group in groups) == done.json["repeated"]
    numbers = [number for group in groups for number in group["numbers"]]
    assert len(numbers) == len(set(numbers))
