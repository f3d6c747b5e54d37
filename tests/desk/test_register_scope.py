"""The registers by persona: who sees which row, who may do what, files that hold the same rows, and English forms."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from chuangcheng.cases.models import Case, Report
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.people.models import Unit
from chuangcheng.sites.compounds.models import Compound
from chuangcheng.sites.deliberations import actions as talks
from chuangcheng.sites.deliberations.models import AgendaItem, Deliberation
from chuangcheng.sites.models import Site
from chuangcheng.sites.shops import rectification
from chuangcheng.sites.shops.models import Rectification, Shop, ShopCheck
from chuangcheng.sites.teams import actions as teams
from chuangcheng.sites.teams.models import Team
from tests.cases.test_window_work import complain, make_window
from tests.desk.test_evidence import is_photo
from tests.sites.registers import AWAY, make_check, make_compound, make_shop
from tests.sites.talks import ITEMS, SCAN, assign, carry, days_later
from tests.sites.test_teams import team_input

Sign = Callable[[str], Client]
CHINESE = re.compile(r"[一-鿿]")
EVERYBODY = ["office", "leader", "subcommand", "district", "department", "street", "street2", "community", "grid",
             "inspector", "auditor"]  # fmt: skip


@pytest.fixture
def registers(personas: dict[str, Actor], noon: Any, small_city: Any, limits: None) -> None:
    """In 永安: a compound with its deliberation, a reminded shop and a team. In 新华: one compound and one shop."""
    home = make_compound()
    make_compound(code="XQ002", name="锦绣苑", **AWAY)
    talks.convene(actor=personas["community"], compound_id=home.pk, title="门禁", items=ITEMS)
    check = make_check(personas["grid"], make_shop(), order=False)
    rectification.remind_shop(actor=personas["grid"], check_id=check.pk)
    make_shop(code="MD002", name="五金店", **AWAY)
    teams.set_up_team(actor=SYSTEM, given=team_input(small_city, division=None, compound=home))


def url(name: str, *args: Any) -> str:
    return reverse(f"desk:{name}", args=args)


def english(client: Client) -> Client:
    client.cookies["django_language"] = "en"
    return client


def table_of(client: Client, name: str, query: str = "") -> list[str]:
    answer = client.get(f"{url(name)}?export=csv{query}")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]


@pytest.mark.parametrize("persona", EVERYBODY)
def test_lists_show_the_rows_in_reach(as_persona: Sign, registers: None, persona: str) -> None:
    counts = [
        len(as_persona(persona).get(url(name)).context["listing"].rows)
        for name in ("compounds", "shops", "deliberations", "rectifications", "teams")
    ]
    own, away = [1, 1, 1, 1, 1], [1, 1, 0, 0, 0]
    everything = [2, 2, 1, 1, 1]
    assert counts == {"street": own, "community": own, "grid": own, "street2": away}.get(persona, everything)


def gates(city: Any) -> dict[str, tuple[str, set[str]]]:
    """The address of each form, and who may open it."""
    talk, row, team = Deliberation.objects.get(), Rectification.objects.get(), Team.objects.get()
    home, shop = Compound.objects.get(code="XQ001"), Shop.objects.get(code="MD001")
    runs = {"office", "district", "street", "community"}
    upper = {"office", "district"}
    return {
        "compound_edit": (url("compound_edit", home.pk), runs),
        "compound_grade": (url("compound_grade", home.pk), upper),
        "compound_move": (url("compound_move", home.pk, "take_off"), runs),
        "deliberation_new": (url("deliberation_new", home.pk), runs),
        "deliberation_move": (url("deliberation_move", talk.pk, "discuss"), runs),
        "deliberation_sign": (url("deliberation_sign", talk.pk, "branch"), runs),
        "agenda_vote": (url("agenda_vote", AgendaItem.objects.first().pk), runs),  # type: ignore[union-attr]
        "shop_edit": (url("shop_edit", shop.pk), {"office", "district", "street"}),
        "shop_move": (url("shop_move", shop.pk, "shut"), {"office", "district", "street"}),
        "rectification_move": (url("rectification_move", row.pk, "serve"), set(EVERYBODY) - {"street2"}),
        "team_new": (url("team_new"), upper),
        "team_move": (url("team_move", team.pk, "prolong"), upper),
    }  # fmt: skip


@pytest.mark.parametrize("persona", EVERYBODY)
def test_who_opens_which_form(as_persona: Sign, registers: None, small_city: Any, persona: str) -> None:
    client = as_persona(persona)
    for name, (address, allowed) in gates(small_city).items():
        status = client.get(address).status_code
        assert (status == 200) is (persona in allowed), (name, status)
        assert status in {200, 403, 404}, (name, status)


@pytest.mark.parametrize("persona", ["leader", "department", "community", "grid", "inspector", "auditor"])
def test_seeing_a_reminder_does_not_mean_serving_a_notice(as_persona: Sign, registers: None, persona: str) -> None:
    row = Rectification.objects.get()
    as_persona(persona).post(url("rectification_move", row.pk, "serve"), {"demand": "扫", "due_on": "2026-09-18"})
    assert Rectification.objects.get().state == "reminded"
    page = as_persona(persona).get(url("shop", row.shop_id))
    ((_row, moves),) = page.context["followed"]
    assert "serve" not in {move.name for move in moves}


def test_a_file_holds_the_rows_of_the_list_and_of_no_other_area(as_persona: Sign, registers: None) -> None:
    for name, word in (("deliberations", "门禁"), ("rectifications", "好邻居便利店"), ("teams", "和顺小区")):
        assert word in table_of(as_persona("street"), name)[1], name
        assert len(table_of(as_persona("street2"), name)) == 1, name
        assert as_persona("community").get(f"{url(name)}?export=csv").status_code == 403, name
    assert len(table_of(as_persona("office"), "compounds", "&q=锦绣")) == 2
    assert len(table_of(as_persona("office"), "shops", "&checked=no")) == 2


def test_a_file_in_english_has_english_heads(as_persona: Sign, registers: None) -> None:
    for name in ("compounds", "shops", "deliberations", "rectifications", "teams"):
        head = table_of(english(as_persona("office")), name)[0]
        assert not CHINESE.search(head), head


def test_forms_speak_english(as_persona: Sign, registers: None, small_city: Any) -> None:
    client = english(as_persona("office"))
    own = {"unit", "lead_unit", "units", "division"}  # names of units and places stay as they are
    for name, (address, _allowed) in gates(small_city).items():
        page = client.get(address)
        for field, shown in page.context["form"].fields.items():
            words = [shown.label, shown.help_text]
            words += [label for _code, label in getattr(shown, "choices", ())] if field not in own else []
            assert not [word for word in words if CHINESE.search(str(word))], (name, field)
        assert not CHINESE.search(page.context["submit"]), name


@pytest.mark.parametrize("name", ["compound_map", "compound_edit", "deliberation_sign", "team_new", "shop_edit"])
def test_forms_cost_few_queries(
    as_persona: Sign, registers: None, small_city: Any, name: str, django_assert_max_num_queries: Any
) -> None:
    address = url(name) if name == "compound_map" else gates(small_city)[name][0]
    client = as_persona("office")
    client.get(address)
    with django_assert_max_num_queries(15):
        assert client.get(address).status_code == 200


def test_the_spot_of_a_compound_lies_in_its_surroundings(as_persona: Sign, registers: None) -> None:
    row = Compound.objects.get(code="XQ001")
    found = as_persona("street").get(url("compound_spot", row.pk)).json()
    assert [area["properties"]["level"] for area in found["areas"]["features"]] == ["community"]
    (point,) = found["points"]["features"]
    assert point["geometry"]["coordinates"] == [120.002, 30.003]
    assert as_persona("street2").get(url("compound_spot", row.pk)).status_code == 404


def test_only_who_checks_there_reminds(as_persona: Sign, registers: None, personas: dict[str, Actor]) -> None:
    check = make_check(personas["office"], Shop.objects.get(code="MD002"), hygiene=False)
    for persona, status in (("auditor", 403), ("leader", 403)):
        assert as_persona(persona).post(url("shop_remind", check.pk)).status_code == status
    as_persona("street").post(url("shop_remind", check.pk))
    assert not Rectification.objects.filter(shop_check=check).exists()
    assert as_persona("street2").get(url("shop_remind", check.pk)).status_code == 405
    assert as_persona("street2").post(url("shop_remind", check.pk)).status_code == 302
    assert Rectification.objects.filter(shop_check=check).count() == 1


def test_a_photo_belongs_to_its_own_check(as_persona: Sign, registers: None, personas: dict[str, Actor]) -> None:
    shop = Shop.objects.get(code="MD001")
    check = make_check(personas["grid"], shop, hygiene=False, photos=[SCAN])
    page = as_persona("street").get(url("shop", shop.pk))
    (picture,) = next(found for row, found in page.context["checks"] if row == check)
    other = ShopCheck.objects.exclude(pk=check.pk).get()
    assert as_persona("street").get(picture.url.replace(str(check.pk), str(other.pk))).status_code == 404
    assert is_photo(as_persona("leader"), picture.url)


def test_proofs_of_a_matter_are_seen_in_reach(as_persona: Sign, registers: None, personas: dict[str, Actor],
                                              small_city: Any) -> None:  # fmt: skip
    talk = carry(personas["community"], Deliberation.objects.get(), "decided")
    item = assign(personas["community"], AgendaItem.objects.get(title="修门禁"), small_city.units["street"])
    client = as_persona("community")
    assert client.post(url("agenda_work", item.pk, "done"), {}).status_code == 422
    with days_later(9):
        given = {"photos": SimpleUploadedFile("a.jpg", SCAN)}
        assert client.post(url("agenda_work", item.pk, "done"), given).status_code == 302
    page = as_persona("leader").get(url("deliberation", talk.pk))
    (picture,) = next(found for row, _case, found in page.context["items"] if row == item)
    assert is_photo(as_persona("leader"), picture.url)
    assert as_persona("street2").get(picture.url).status_code == 404


def test_a_window_of_the_office_has_nobody_above(as_persona: Sign, small_city: Any, noon: Any, limits: None) -> None:
    site = make_window(small_city, unit="office")
    _voice, report = complain(site)
    assert report is not None
    client = as_persona("office")
    assert client.get(url("window", site.pk)).status_code == 404, "it runs that window itself"
    assert client.get(url("windows")).context["listing"].rows == []
    answer = client.post(url("window_hand_up", report.pk), follow=True)
    assert "没有登记上级单位" in answer.content.decode()
    assert not Case.objects.exists() and Report.objects.get().case_id is None


def test_windows_of_one_unit_count_apart(as_persona: Sign, small_city: Any, noon: Any, limits: None) -> None:
    first, second = make_window(small_city), make_window(small_city, code="DT2", kind="service_window")
    for site, tones in ((first, ("praise", "praise", "complaint")), (second, ("complaint",))):
        for tone in tones:
            complain(site, tone=tone)
    Unit.objects.filter(pk=first.unit_id).update(short_name="河东")
    rows = as_persona("auditor").get(url("windows") + "?sort=code").context["listing"].rows
    assert [(row.code, row.praises, row.complaints) for row in rows] == [("DT1", 2, 1), ("DT2", 0, 1)]
    lines = table_of(as_persona("auditor"), "windows", "&sort=-code")
    assert [line.split(",")[0] for line in lines[1:]] == ["DT2", "DT1"] and "东山区创城办" in lines[1]
    aspects = as_persona("leader").get(url("window", first.pk)).context["aspects"]
    assert ("服务态度", 2, 1) in aspects and sum(good + bad for _name, good, bad in aspects) == 3
    assert Site.objects.count() == 2


@pytest.mark.parametrize("name", ["compounds", "shops", "deliberations", "teams", "windows", "photo_alarms"])
@pytest.mark.parametrize("query", ["q=%00", "road=%00", "area=%00", "unit=moon", "sort=moon", "after=moon", "late=%00"])
def test_no_query_of_a_list_breaks_it(as_persona: Sign, small_city: Any, name: str, query: str) -> None:
    answer = as_persona("office").get(f"{url(name)}?{query}")
    assert answer.status_code == 200
    assert not [shown.value for shown in answer.context["listing"].filters if "\0" in shown.value]
