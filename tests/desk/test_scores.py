"""The self-score: never points without their coverage, always an instant, and from every figure a way to its rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.patrols.models import Visit
from chuangcheng.scoring.models import DailyTotal
from chuangcheng.web.scored import points
from tests.scoring.world import NOW

Sign = Callable[[str], Client]
SCORES = "/desk/scores/"

NOBODY = "01a2022b-36f7-779f-9c00-f776575221c1"  # fixed: ids of parametrised tests must not be random


def score_url(code: str, query: str = "") -> str:
    return reverse("desk:score", args=[code]) + query


def scope(kind: str, row: Any) -> str:
    return f"?scope={kind}&id={row.pk}"


# S1: M1 (1 + 66/100)/2, M2 1/2 → 66.5 %; S2: M1 66/100, M2 0 → 33 %; S3 unknown. (48 × 0.665 + 32 × 0.33)/80 = 53.1.


def test_points_stand_beside_their_coverage_and_instant(as_persona: Sign, week: Any) -> None:
    html = as_persona("office").get(SCORES).content.decode()
    assert "53.10<" in html and "仅就已覆盖的 80.0% 分值计算" in html
    assert "得分截至 2026年9月15日 12:00" in html


def test_a_project_without_facts_is_not_covered_rather_than_nought(as_persona: Sign, week: Any) -> None:
    page = as_persona("office").get(SCORES)
    known = {branch.node.code: branch.total.known for branch in page.context["branches"]}
    assert known == {"CIV": True, "MIN": False}
    assert page.content.decode().count("未覆盖") == 1


def test_losses_lead_to_the_score_of_their_standard(as_persona: Sign, week: Any) -> None:
    client = as_persona("office")
    page = client.get(SCORES)
    assert [(line.standard.code, float(line.lost)) for line in page.context["losses"]] == [("S2", 21.44), ("S1", 16.08)]
    html = page.content.decode()
    assert f'href="{score_url("S2")}"' in html and "21.44" in html
    assert client.get(score_url("S2")).status_code == 200


def test_the_trend_needs_two_days(as_persona: Sign, week: Any) -> None:
    client = as_persona("office")
    html = client.get(SCORES).content.decode()
    assert "有两天以上的得分后显示趋势" in html and "data-chart" not in html
    DailyTotal.objects.create(edition=week.edition, day=date(2026, 9, 14), points=53.111, coverage=0.8)
    DailyTotal.objects.create(edition=week.edition, day=date(2026, 3, 1), points=1.0, coverage=0.1)  # long ago
    page = client.get(SCORES)
    assert page.context["trend"]["names"] == ["9-13", "9-14"]
    assert [one["values"] for one in page.context["trend"]["series"]] == [[60.0, 53.11], [80.0, 80.0]]
    assert 'data-chart="trend-data"' in page.content.decode()


def test_from_the_city_down_to_a_street(as_persona: Sign, week: Any) -> None:
    client = as_persona("office")
    city, places = client.get(SCORES), week.city
    assert [row.name for row, _ in city.context["districts"]] == ["东山区"]
    assert scope("district", places.district).replace("&", "&amp;") in city.content.decode()
    district = client.get(SCORES + scope("district", places.district))
    totals = {row.name: float(total.points) for row, total in district.context["districts"]}
    # M1: (48 × 0.83 + 32 × 0.66)/80, M2: 48 × 0.5/80
    assert totals == {"河东街道": pytest.approx(76.2), "河西街道": pytest.approx(30.0)}
    street = client.get(SCORES + scope("street", places.streets[1]))
    assert street.context["districts"] == [] and street.context["trend"] is None
    html = street.content.decode()
    assert "河西街道 · 自评得分" in html and score_url("S2", scope("street", places.streets[1])) in html.replace(
        "&amp;", "&"
    )


def test_a_units_score_counts_its_own_sites(as_persona: Sign, week: Any) -> None:
    page = as_persona("leader").get(SCORES + scope("unit", week.city.units["street2"]))
    assert float(page.context["total"].points) == pytest.approx(30.0)
    assert "河西街道" in page.content.decode()


@pytest.mark.parametrize("query", ["?scope=district&id=x", f"?scope=moon&id={NOBODY}", f"?scope=unit&id={NOBODY}",
                                   "?scope=street"])  # fmt: skip
def test_an_unknown_scope_is_not_found(as_persona: Sign, week: Any, query: str) -> None:
    client = as_persona("office")
    assert client.get(SCORES + query).status_code == 404
    assert client.get(score_url("S1", query)).status_code == 404


def test_a_weekly_report_leads_to_a_standard(as_persona: Sign, week: Any) -> None:
    assert as_persona("office").get(SCORES + "?standard=S2").headers["Location"] == score_url("S2")


def test_before_any_fact_there_are_no_points(as_persona: Sign, world: Any) -> None:
    html = as_persona("office").get(SCORES).content.decode()
    assert "还没有可计分的事实" in html and "得分截至" not in html and "/desk/sites/" in html


def test_before_an_edition_the_pages_say_what_to_do(as_persona: Sign) -> None:
    client = as_persona("office")
    for name in ("scores", "score_units", "league"):
        html = client.get(reverse(f"desk:{name}")).content.decode()
        assert "还没有发布的测评体系" in html and "得分截至" not in html
    assert client.get(score_url("S1")).status_code == 404


@pytest.mark.parametrize("path", [SCORES, "/desk/scores/units/", "/desk/league/", "/desk/scores/standards/S1/"])
def test_who_has_no_right_to_scores_is_refused(as_persona: Sign, week: Any, path: str) -> None:
    assert as_persona("grid").get(path).status_code == 403
    assert as_persona("community").get(path).status_code == 200


def test_a_score_opens_to_the_rows_behind_it(as_persona: Sign, week: Any) -> None:
    page = as_persona("office").get(score_url("S2"))
    assert page.context["counts"] == {"checks": 2, "failed": 2, "recovered": 0, "readings": 0, "overdue": 0}
    grades = [(check.visit.site.code, check.grade) for check in page.context["checks"]]
    assert sorted(grades) == [("M1", "B"), ("M2", "C#")]
    html = page.content.decode()
    assert "33.0%" in html and "规则版本 1" in html and "得分截至 2026年9月15日 12:00" in html
    newest = Visit.objects.get(site__code="M2")
    assert reverse("desk:visit", args=[newest.pk]) in html


def test_in_a_scope_only_its_rows_stand_behind(as_persona: Sign, week: Any) -> None:
    page = as_persona("office").get(score_url("S2", scope("street", week.city.streets[1])))
    assert [check.visit.site.code for check in page.context["checks"]] == ["M2"]
    assert "河西街道" in page.content.decode()


def test_the_figure_is_everybodys_its_rows_are_not(as_persona: Sign, week: Any) -> None:
    page = as_persona("street2").get(score_url("S2"))
    assert page.context["counts"]["checks"] == 2
    assert [check.visit.site.code for check in page.context["checks"]] == ["M2"]
    assert "另有 1 条不在您的查看范围内" in page.content.decode()


def test_readings_and_overdue_cases_stand_behind_a_score(as_persona: Sign, world: Any) -> None:
    world.indicator("AIR", "S3", {"kind": "threshold", "op": ">=", "target": 80})
    world.reading("AIR", "91.5")
    late = world.case(due_days=-2, standard=world.standards["S3"], holder=world.city.units["street"])
    world.case(due_days=2, standard=world.standards["S3"])
    world.project()
    page = as_persona("office").get(score_url("S3"))
    assert [case.pk for case in page.context["overdue"]] == [late.pk]
    html = page.content.decode()
    assert "91.5 %" in html and reverse("desk:case", args=[late.pk]) in html
    ((_reading, bound, verdict),) = page.context["readings"]
    assert (bound[-4:], verdict) == ("80 %", "A") and bound in html, "a value says nothing without its target"
    assert reverse("desk:indicator", args=["AIR"]) in html
    assert f"分值 {points(page.context['worth'])}" in html and page.context["worth"] > 0
    hidden = as_persona("street2").get(score_url("S3"))
    assert hidden.context["counts"]["overdue"] == 1 and list(hidden.context["overdue"]) == []


def test_units_stand_in_official_order_or_by_score(as_persona: Sign, week: Any) -> None:
    client = as_persona("office")
    official = client.get("/desk/scores/units/")
    assert [row.unit.short_name for row in official.context["rows"]] == ["河东街道", "河西街道"]
    lowest = client.get("/desk/scores/units/?sort=score")
    assert [row.unit.short_name for row in lowest.context["rows"]] == ["河西街道", "河东街道"]
    html = official.content.decode()
    assert "80.0%" in html and scope("unit", week.city.units["street"]).replace("&", "&amp;") in html


@pytest.mark.parametrize(
    "path",
    [SCORES, "district", "/desk/scores/units/", "/desk/scores/standards/S2/", "/desk/league/", "/desk/league/990101001/on_time/",
     "/desk/league/990101001/site_score/", "/desk/league/990101001/coverage/"],
)  # fmt: skip
def test_pages_cost_few_queries(as_persona: Sign, week: Any, path: str, django_assert_max_num_queries: Any) -> None:
    client = as_persona("office")
    address = SCORES + scope("district", week.city.district) if path == "district" else path
    client.get(address)
    with django_assert_max_num_queries(15):
        assert client.get(address).status_code == 200


def test_pages_speak_english(as_persona: Sign, week: Any) -> None:
    client = as_persona("office")
    client.cookies["django_language"] = "en"
    html = client.get(SCORES).content.decode()
    assert "Counted over the covered 80.0% only" in html and "Score as of 15 Sep 2026 12:00" in html
    assert "rules version 1" in client.get(score_url("S1")).content.decode()


# The league -------------------------------------------------------------------------------------------------------------


def league(client: Client, query: str = "") -> Any:
    return client.get(f"/desk/league/{query}")


def test_the_streets_stand_by_score_with_numerator_and_denominator(as_persona: Sign, week: Any) -> None:
    page = league(as_persona("street"), "?period=week")
    assert [(row.rank, row.division.name) for row in page.context["rows"]] == [(1, "河东街道"), (2, "河西街道")]
    html = page.content.decode()
    assert "没有数据的部分不计" in html and "1/1" in html and "1 次" in html
    assert html.count('class="bar"') == 2  # one bar a street


@pytest.mark.parametrize(
    ("query", "first", "last", "period"),
    [("", date(2026, 8, 17), date(2026, 9, 15), "month"), ("?period=week", date(2026, 9, 9), date(2026, 9, 15), "week"),
     ("?period=quarter", date(2026, 6, 16), date(2026, 9, 15), "quarter"), ("?period=moon", date(2026, 8, 17), date(2026, 9, 15), "month"),
     ("?start=2026-09-07&end=2026-09-13", date(2026, 9, 7), date(2026, 9, 13), ""),
     ("?start=2026-09-13&end=2026-09-07", date(2026, 8, 17), date(2026, 9, 15), "month"),
     ("?start=1900-01-01&end=2026-09-07", date(2026, 8, 17), date(2026, 9, 15), "month"),
     ("?start=soon&end=2026-09-07", date(2026, 8, 17), date(2026, 9, 15), "month")],
)  # fmt: skip
def test_the_days_of_the_league(as_persona: Sign, week: Any, query: str, first: date, last: date, period: str) -> None:
    page = league(as_persona("office"), query)
    assert (page.context["start"], page.context["end"], page.context["period"]) == (first, last, period)


def test_each_figure_of_a_street_leads_to_its_rows_of_the_same_days(as_persona: Sign, week: Any) -> None:
    client = as_persona("office")
    query = "?start=2026-09-14&end=2026-09-20"
    page = league(client, query)
    html = page.content.decode().replace("&amp;", "&")
    for row in page.context["rows"]:
        for name, part in row.parts.items():
            address = reverse("desk:league_row", args=[row.division.code, name]) + query
            assert (address in html) is (part.share is not None)
            behind = client.get(address)
            assert len(behind.context["all"]) == part.denominator and behind.context["hidden"] == 0
            if name != "site_score":
                assert len(behind.context["counted"]) == part.numerator
            assert behind.context["back"].endswith(query)


def test_what_counts_and_what_does_not_is_said(as_persona: Sign, week: Any) -> None:
    html = as_persona("office").get("/desk/league/990101001/on_time/?period=week").content.decode()
    assert html.count(">未计入<") == 2 and html.count(">计入</span>") == 1 and "3 条中 1 条计入" in html
    html = as_persona("office").get("/desk/league/990101001/site_score/?period=week").content.decode()
    assert "平均" in html and "83.00" in html and ">计入<" not in html


def test_another_streets_rows_are_counted_not_shown(as_persona: Sign, week: Any) -> None:
    page = as_persona("street2").get("/desk/league/990101001/on_time/?period=week")
    assert list(page.context["all"]) == [] and page.context["hidden"] == 3
    assert "另有 3 条不在您的查看范围内" in page.content.decode()


@pytest.mark.parametrize("path", ["/desk/league/990101009/on_time/", "/desk/league/990101001/charm/"])
def test_unknown_rows_are_not_found(as_persona: Sign, week: Any, path: str) -> None:
    assert as_persona("office").get(path).status_code == 404


def test_a_period_without_facts_ranks_nobody(as_persona: Sign, week: Any) -> None:
    from chuangcheng.sites.models import Site

    Site.objects.update(state="paused")
    long_ago = (NOW - timedelta(days=300)).date()
    page = league(as_persona("office"), f"?start={long_ago}&end={long_ago}")
    assert {row.rank for row in page.context["rows"]} == {None}
    assert "0.0%" not in page.content.decode()


def test_what_the_negative_list_does_to_the_score_opens_to_its_occurrences(as_persona: Sign, week: Any) -> None:
    from chuangcheng.framework.models import NegativeItem
    from chuangcheng.framework.selectors import current_edition
    from chuangcheng.kernel import clock
    from chuangcheng.kernel.actor import SYSTEM
    from chuangcheng.risks import actions

    edition, today = current_edition(), clock.today().date()
    office = as_persona("office")
    before = office.get(SCORES).content.decode()
    assert "计入负面清单后" not in before
    made = []
    for number, effect in enumerate(("扣 1.5 分", "得分不超过60分", "一票否决", "扣 9 分")):
        item = NegativeItem.objects.create(edition=edition, code=f"X{number}", zh=f"事项{number}", order=90 + number,
                                           effect={"all": effect})  # fmt: skip
        made.append(actions.record_sanction(actor=SYSTEM, item=item, happened_on=today, matter="经过"))
    for row in made[:3]:
        actions.decide_sanction(actor=SYSTEM, sanction_id=row.pk, move="confirm", words="属实")
    answer = office.get(SCORES)
    html, settled = answer.content.decode(), answer.context["settled"]
    points = answer.context["total"].points
    assert [line.key.pk for line in settled.lines] == [row.pk for row in made[:3]]
    assert settled.before == points and settled.after == min(points - Fraction(3, 2), Fraction(60)) and settled.barred
    for row in made[:3]:
        assert reverse("desk:sanction", args=[row.pk]) in html and row.number in html
    assert made[3].number not in html, "what is not confirmed costs nothing"
    for words in ("计入负面清单后", "有一票否决事项", "得分封顶", "−1.5", "自评得分和历史得分不变"):
        assert words in html, words
    below = as_persona("department").get(SCORES).content.decode()
    for row in made[:3]:  # a unit reads what the city loses, but opens only what concerns itself
        assert row.number in below and reverse("desk:sanction", args=[row.pk]) not in below
    street = week.city.streets[0]
    assert "计入负面清单后" not in office.get(SCORES + scope("street", street)).content.decode(), "the city's alone"
