"""The desk's pages of time limits: list, one rule with its versions, a workbook looked at, tried and applied."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from chuangcheng.cases.models import Case
from chuangcheng.framework import time_rules, time_sheets
from chuangcheng.framework.models import RuleDraft, TimeRule
from chuangcheng.framework.time_rules import Limit
from chuangcheng.history.models import Outbox
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.tables import read_table
from tests.cases.play import Play

Sign = Callable[[str], Client]
LIST = "/desk/time-rules/"


def litter() -> TimeRule:
    return time_rules.rules().get(category_code="06010")


def changed(amount: str = "1") -> list[Limit]:
    return [
        replace(limit, amount=Decimal(amount)) if limit.category_code == "06010" else limit
        for limit in time_rules.in_force()
    ]


def book(tmp_path: Path, rows: list[Limit]) -> SimpleUploadedFile:
    time_sheets.write_limits(tmp_path / "new.xlsx", rows)
    return SimpleUploadedFile("新时限.xlsx", (tmp_path / "new.xlsx").read_bytes())


def upload(client: Client, tmp_path: Path, rows: list[Limit] | None = None) -> str:
    answer = client.post(f"{LIST}upload/", {"file": book(tmp_path, rows or changed())})
    assert answer.status_code == 302
    return str(answer["Location"])


def test_the_list_is_filtered_and_found(as_persona: Sign, play: Play) -> None:
    client = as_persona("street")
    whole = client.get(LIST)
    assert "暴露垃圾" in whole.content.decode()
    assert "4 工作时" in whole.content.decode()
    assert whole.context["listing"].count == 3
    for query, count in (
        ("q=暴露", 1),
        ("q=没有", 0),
        ("class=06", 1),
        ("unit=urgent_hours", 1),
        ("handling=clean", 0),
    ):
        assert client.get(f"{LIST}?{query}").context["listing"].count == count, query


def test_who_may_not_edit_sees_no_buttons(as_persona: Sign, play: Play) -> None:
    page = as_persona("street").get(LIST).content.decode()
    assert "time-rules/new" not in page
    assert "time-rules/new" in as_persona("office").get(LIST).content.decode()


@pytest.mark.parametrize("path", ["new/", "upload/"])
def test_only_the_office_opens_the_forms(as_persona: Sign, play: Play, path: str) -> None:
    assert as_persona("street").get(LIST + path).status_code == 403
    assert as_persona("office").get(LIST + path).status_code == 200


def test_one_rule_is_changed_and_shows_its_versions(as_persona: Sign, play: Play) -> None:
    client, rule = as_persona("office"), litter()
    url = reverse("desk:time_rule", args=[rule.pk])
    given = {"amount": "6", "unit": "work_hours", "close_when": "清理干净", "handling": "clean", "severity": "2"}
    assert client.post(url, given).status_code == 302
    assert (litter().version, litter().amount, litter().severity) == (2, 6, 2)
    page = client.get(reverse("desk:time_rule", args=[litter().pk])).content.decode()
    assert "6 工作时" in page
    assert "4 工作时" in page
    assert "张office" in page


def test_a_wrong_value_stays_in_the_form(as_persona: Sign, play: Play) -> None:
    client = as_persona("office")
    answer = client.post(reverse("desk:time_rule", args=[litter().pk]), {"amount": "0", "unit": "work_hours"})
    assert answer.status_code == 422
    assert "时限须大于0" in answer.content.decode()
    assert litter().version == 1
    answer = client.post(f"{LIST}new/", {"category_code": "99", "amount": "1", "unit": "work_hours"})
    assert "没有以“99”开头的案件类别" in answer.content.decode()


def test_a_new_rule_and_its_end(as_persona: Sign, play: Play) -> None:
    client = as_persona("office")
    given = {"category_code": "07", "condition": "", "amount": "2", "unit": "work_days"}
    assert client.post(f"{LIST}new/", given).status_code == 302
    rule = time_rules.rules().get(category_code="07")
    assert rule.condition == "default"
    assert client.post(reverse("desk:time_rule_withdraw", args=[rule.pk])).status_code == 302
    assert not time_rules.rules().filter(category_code="07").exists()


def test_the_street_cannot_change_by_hand(as_persona: Sign, play: Play) -> None:
    client, rule = as_persona("street"), litter()
    client.post(reverse("desk:time_rule", args=[rule.pk]), {"amount": "9", "unit": "work_hours"})
    assert client.post(reverse("desk:time_rule_withdraw", args=[rule.pk])).status_code == 403
    assert litter().amount == 4


def test_the_workbook_comes_down_and_goes_up_unchanged(as_persona: Sign, play: Play) -> None:
    client = as_persona("office")
    data = client.get(f"{LIST}file/workbook/").content
    assert time_sheets.read_workbook(data).rows == time_rules.in_force()
    where = client.post(f"{LIST}upload/", {"file": SimpleUploadedFile("a.xlsx", data)})["Location"]
    assert client.get(where).context["counts"]["unchanged"] == 3
    assert client.get(f"{LIST}file/template/").status_code == 200


def test_a_file_with_mistakes_is_explained_and_kept_nowhere(as_persona: Sign, play: Play, tmp_path: Path) -> None:
    rows = [*time_rules.in_force(), Limit("99", "default", "", Decimal(1), "work_days")]
    answer = as_persona("office").post(f"{LIST}upload/", {"file": book(tmp_path, rows)})
    assert answer.status_code == 422
    assert [(problem.row, problem.field) for problem in answer.context["problems"]] == [(5, "类别代码")]
    assert not RuleDraft.objects.exists()


@pytest.mark.parametrize("data", [b"", b"nonsense", b"PK\x03\x04broken"])
def test_what_is_no_workbook_is_refused(as_persona: Sign, play: Play, data: bytes) -> None:
    answer = as_persona("office").post(f"{LIST}upload/", {"file": SimpleUploadedFile("a.xlsx", data)})
    assert answer.status_code == 422
    assert answer.context["form"].errors["file"]


def test_without_a_file_the_form_asks_for_one(as_persona: Sign, play: Play) -> None:
    assert as_persona("office").post(f"{LIST}upload/", {}).status_code == 422


def test_preview_then_apply(as_persona: Sign, play: Play, tmp_path: Path) -> None:
    client = as_persona("office")
    where = upload(client, tmp_path)
    page = client.get(where)
    assert page.context["counts"] == {"added": 0, "changed": 1, "removed": 0, "unchanged": 2}
    assert "1 工作时" in page.content.decode()
    assert litter().amount == 4
    assert "新时限.xlsx" in client.get(LIST).content.decode()
    assert client.post(f"{where}end/", {"basis": page.context["basis"]}).status_code == 302
    assert litter().amount == 1
    assert "新时限.xlsx" not in client.get(LIST).content.decode()


def test_a_draft_is_dropped(as_persona: Sign, play: Play, tmp_path: Path) -> None:
    client = as_persona("office")
    where = upload(client, tmp_path)
    client.post(f"{where}end/", {"drop": "1"})
    assert litter().amount == 4
    assert RuleDraft.objects.get().state == "dropped"


def test_another_set_meanwhile_asks_for_another_look(as_persona: Sign, play: Play, tmp_path: Path) -> None:
    client = as_persona("office")
    where = upload(client, tmp_path)
    basis = client.get(where).context["basis"]
    time_rules.save_rule(actor=SYSTEM, limit=replace(Limit.of_rule(litter()), close_when="净"))
    answer = client.post(f"{where}end/", {"basis": basis}, follow=True)
    assert "规则刚被他人改过" in answer.content.decode()
    assert client.post(f"{where}end/", {}).status_code == 302  # nor without having looked
    assert litter().amount == 4


def test_the_dry_run_shows_and_exports_who_would_have_been_late(
    as_persona: Sign, play: Play, tmp_path: Path, django_assert_max_num_queries: Any
) -> None:
    case = play.handled()
    Case.objects.filter(pk=case.pk).update(handled_at=case.filed_at.replace(hour=8))
    client = as_persona("office")
    where = upload(client, tmp_path)
    Case.objects.filter(pk=case.pk).update(filed_at=case.filed_at.replace(hour=3))
    with django_assert_max_num_queries(20):
        page = client.get(f"{where}?try=days")
    assert page.context["trial"].whole.cases == 1
    assert [fate.number for fate, *_ in page.context["fates"]] == [case.number]
    assert "按期→超期" in page.content.decode()
    data = client.get(f"{where}?try=days&export=xlsx")
    body = b"".join(data.streaming_content) if data.streaming else data.content  # type: ignore[arg-type]
    rows = list(read_table(body, name="x.xlsx").rows)
    assert case.number in str(rows[0].values)
    assert client.get(f"{where}?try=quarter").context["trial"].whole.cases == 0
    assert io.BytesIO(body).getbuffer().nbytes > 0


def test_open_cases_are_recomputed_only_when_asked(as_persona: Sign, play: Play) -> None:
    play.dispatched()
    client = as_persona("office")
    assert client.get(LIST).context["outdated"] == 0
    time_rules.replace_rules(actor=SYSTEM, rows=changed())
    assert client.get(LIST).context["outdated"] == 1
    assert as_persona("street").post(f"{LIST}recompute/").status_code == 403
    assert client.post(f"{LIST}recompute/").status_code == 302
    assert Outbox.objects.filter(topic="limits.recompute_asked").count() == 1


def test_english(as_persona: Sign, play: Play, tmp_path: Path) -> None:
    client = as_persona("office")
    where = upload(client, tmp_path)
    client.cookies["django_language"] = "en"
    for url, word in ((LIST, "Time limits"), (where, "Differences"), (f"{where}?try=days", "Dry run")):
        assert word in client.get(url).content.decode()
