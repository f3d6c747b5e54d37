"""Setting watch rules on the desk: the form with its look at now, versions, files; who sees and who may."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from chuangcheng.desk.risks.rule_setting import RuleForm
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.risks import actions, rules
from chuangcheng.risks.models import Risk, Rulebook
from chuangcheng.risks.rule_text import Values, document, toml
from tests.risks.conftest import Cases, cases, cycle, edition, tasks, units

__all__ = ["cases", "cycle", "edition", "tasks", "units"]
Sign = Callable[[str], Client]
GIVEN = {"on": "on", "threshold": "4", "clear": "2", "base": "0", "days": "30", "severity": "3", "likelihood": "5"}


def url(name: str, *ids: object) -> str:
    return reverse(f"desk:{name}", args=list(ids))


def given(**more: str) -> dict[str, str]:
    return {**GIVEN, "version": str(rules.current().version), **more}


def test_a_rule_is_tried_and_then_set(as_persona: Sign, units: Any, tasks: Cases, edition: Any) -> None:
    tasks(4, due=-20)
    office, address = as_persona("office"), url("watch_edit", "debts_unit")
    assert "保存为新版" in office.get(address).content.decode()
    shown = office.post(address, given(**{"try": "1"})).content.decode()
    assert "会有风险" in shown and "城市管理局" in shown and "新登记" in shown
    assert not Risk.objects.exists() and not Rulebook.objects.exists()
    high = office.post(address, given(threshold="9", **{"try": "1"})).content.decode()
    assert "没有对象越线" in high
    saved = office.post(address, given(save="1"), follow=True)
    assert "已调整" in saved.content.decode() and saved.redirect_chain == [(url("watch_rules"), 302)]
    rule = rules.current().rule("debts_unit")
    assert (rule.bounds.threshold, rule.bounds.clear, rule.on) == (4, 2, True)
    stale = office.post(address, given(version="1", threshold="5"))
    assert stale.status_code == 422 and "第 2 版" in stale.content.decode()
    off = {name: value for name, value in given().items() if name != "on"}
    office.post(address, off)
    assert not rules.current().rule("debts_unit").on
    assert "停用" in office.get(url("watch_rules")).content.decode()


WRONG = [
    ({"clear": "5"}, "恢复值不能在触发线以外"),
    ({"days": "0"}, "1"),
    ({"severity": "6"}, "6"),
    ({"base": "-1"}, "0"),
    ({"threshold": "moon"}, "触发"),
    ({"version": ""}, "触发"),
]


@pytest.mark.parametrize(("more", "said"), WRONG, ids=lambda each: next(iter(each)) if isinstance(each, dict) else "")
def test_what_is_no_rule_comes_back_with_the_reason(
    as_persona: Sign, units: Any, more: dict[str, str], said: str
) -> None:
    answer = as_persona("office").post(url("watch_edit", "debts_unit"), given(**more))
    assert answer.status_code == 422 and said in answer.content.decode() and not Rulebook.objects.exists()


def share(value: str) -> rules.Rule:
    row = {**document(rules.of_file())["rules"][1], "threshold": value, "clear": "1/7"}
    return rules.parse({"version": 1, "rules": [row]}).rules[0]


def test_a_share_is_written_in_per_cent_and_stays_exact_if_it_is_not_touched(noon: Any) -> None:
    rule = share("1/3")
    form = RuleForm(rule, initial={"version": 1})
    assert (form.initial["threshold"], form.initial["clear"]) == (Decimal("33.33"), Decimal("14.29"))
    typed = {**GIVEN, "version": "1", "threshold": "33.33", "clear": "14.29"}
    kept = RuleForm(rule, typed)
    assert kept.is_valid(), kept.errors
    assert (kept.values().threshold, kept.values().clear) == (Fraction(1, 3), Fraction(1, 7))
    other = RuleForm(rule, {**typed, "threshold": "40", "clear": "12.5"})
    assert other.is_valid() and other.values() == Values(
        threshold=Fraction(2, 5), clear=Fraction(1, 8), base=0, days=30, severity=3, likelihood=5, on=True
    )
    assert "%" in str(form.fields["threshold"].label) and "≥" in str(form.fields["threshold"].label)


def test_versions_tell_what_changed_and_can_be_put_back(as_persona: Sign, units: Any) -> None:
    office = as_persona("office")
    assert "还没有在页面上调整过" in office.get(url("rulebook")).content.decode()
    for number, threshold in ((1, "30"), (2, "40")):
        answer = office.post(url("watch_edit", "overdue_street"),
                             given(threshold=threshold, clear="20", base="8", version=str(number)))  # fmt: skip
        assert answer.status_code == 302, answer.content.decode()
    html = office.get(url("rulebook")).content.decode()
    assert "30% → 40%" in html and "25% → 30%" in html and "执行中" in html and html.count("恢复这一版") == 1
    first = Rulebook.objects.get(version=2)
    told = office.post(url("rules_back", first.pk), follow=True).content.decode()
    assert "已恢复为新的一版" in told and rules.current().version == 4 and "40% → 30%" in told
    again = office.post(url("rules_back", Rulebook.objects.get(version=4).pk), follow=True).content.decode()
    assert "与现行规则相同" in again and rules.current().version == 4
    assert office.post(url("rules_back", Risk().pk)).status_code == 404
    assert office.get(url("rules_back", first.pk)).status_code == 405


def test_the_set_goes_out_as_a_file_and_comes_back(as_persona: Sign, units: Any) -> None:
    office = as_persona("office")
    answer = office.get(url("rules_file"))
    assert "risks-1.toml" in answer["Content-Disposition"]
    text = answer.content.decode()
    assert text == toml(document(rules.current()))

    def send(data: bytes) -> Any:
        return office.post(url("rules_import"), {"file": SimpleUploadedFile("risks.toml", data)})

    changed = text.replace('code = "overdue_unit"', 'code = "backlog"', 1)
    assert send(changed.encode()).status_code == 302 and rules.current().rules[0].code == "backlog"
    html = office.get(url("rulebook")).content.decode()
    assert "新增" in html and "取消" in html
    for wrong, said in (
        (changed.encode(), "与现行规则相同"),
        (b"version =", "监测规则有误"),
        (b"#" * (1 << 21), "有误"),
    ):
        refused = send(wrong)
        assert refused.status_code == 422 and said in refused.content.decode()
    assert office.get(url("rules_import")).status_code == 200 and Rulebook.objects.count() == 1


def test_who_sees_and_who_sets(as_persona: Sign, units: Any) -> None:
    book = actions.take_rules(actor=SYSTEM, source=toml(document(rules.of_file())).replace('"5"', '"6"').encode())
    for who in ("office", "leader", "street", "auditor", "grid"):
        client, sees, sets = as_persona(who), who != "grid", who == "office"
        for name in ("rulebook", "rules_file"):
            assert client.get(url(name)).status_code == (200 if sees else 403), (who, name)
        for name, ids in (("rules_import", ()), ("watch_edit", ("debts_unit",))):
            assert client.get(url(name, *ids)).status_code == (200 if sets else 403), (who, name)
        if not sets:
            assert client.post(url("rules_back", book.pk)).status_code == 403
        if sees:
            assert ("恢复这一版" in client.get(url("rulebook")).content.decode()) is False
            assert ("/set/" in client.get(url("watch_rules")).content.decode()) is sets
