"""A campaign from its plan to its end: what is entered, who may take which move, and what is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from chuangcheng.campaigns import actions, selectors, timeline
from chuangcheng.campaigns.models import Campaign, CampaignWords
from chuangcheng.campaigns.states import CAMPAIGN
from chuangcheng.history.models import Event, Outbox
from chuangcheng.history.projections import registered
from chuangcheng.kernel.problems import Refused
from chuangcheng.tasks.models import Task
from tests.campaigns.conftest import FIRST, LAST, TODAY, Make


def refusal(run: Any) -> str:
    """The code of a refusal and the fields it blames, or ""."""
    try:
        run()
    except Refused as refused:
        return " ".join([refused.code, *(f"{field.field}:{field.code}" for field in refused.fields)])
    return ""


def differences(name: str) -> list[Any]:
    """What a projection says against history."""
    return list(registered()[name].check())


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"title": "　 "}, "title:required"),
        ({"title": "x" * 101}, "title:length"),
        ({"theme": "\0"}, "theme:length"),
        ({"kind": "war"}, "kind:choice"),
        ({"overrun": "wave"}, "overrun:choice"),
        ({"until_on": FIRST}, "until_on:order until_on:past"),
        ({"from_on": date(2026, 1, 1), "until_on": TODAY - timedelta(1)}, "until_on:past"),
        ({"until_on": LAST + timedelta(days=2000)}, "until_on:far"),
    ],
)
def test_wrong_plans_are_refused_by_field(scheme: Any, personas: Any, wrong: dict[str, Any], told: str) -> None:
    said = refusal(lambda: actions.create_campaign(actor=personas["office"], given=scheme(**wrong)))
    assert said == f"common.invalid {told}"
    assert Campaign.objects.count() == 0 == Event.objects.count()


def test_entering_twice_and_changing(scheme: Any, personas: Any, small_city: Any) -> None:
    office, units = personas["office"], small_city.units
    given = scheme(leader=None)
    row, fresh = actions.create_campaign(actor=office, given=given)
    assert fresh and row.number.startswith("GJ20260915-") and row.state == "planned"
    again, fresh = actions.create_campaign(actor=office, given=given)
    assert (again.pk, fresh) == (row.pk, False)
    assert (
        refusal(lambda: actions.create_campaign(actor=office, given=replace(given, title="别的")))
        == "common.different_body"
    )
    assert refusal(
        lambda: actions.create_campaign(actor=office, given=replace(given, supports=(given.lead,)))
    ).endswith("supports:lead")
    seq = row.chain_seq
    assert actions.amend_campaign(actor=office, campaign_id=row.pk, given=given).chain_seq == seq  # nothing differs
    changed = replace(given, title="停车泊位攻坚", supports=(units["street2"],), until_on=LAST + timedelta(days=9))
    row = actions.amend_campaign(actor=office, campaign_id=row.pk, given=changed)
    assert (row.title, row.until_on, row.chain_seq) == ("停车泊位攻坚", changed.until_on, seq + 1)
    event = Event.objects.get(subject_id=row.pk, seq=seq + 1)
    assert event.after["supports"] == [str(units["street2"].pk)] and event.after["renamed"] is True
    assert "停车" not in str(event.after)
    actions.save_target(
        actor=office,
        campaign_id=row.pk,
        given=actions.TargetInput(name="泊位", measure="spaces", goal=Decimal(10), plan=[(LAST, Decimal(5))]),
    )
    short = replace(changed, until_on=LAST - timedelta(days=1))
    assert (
        refusal(lambda: actions.amend_campaign(actor=office, campaign_id=row.pk, given=short)) == "campaign.days_in_use"
    )
    assert differences("campaigns.campaign") == differences("campaigns.target") == []
    Campaign.objects.filter(pk=row.pk).update(overrun="flag")
    assert len(differences("campaigns.campaign")) == 1 and registered()["campaigns.campaign"].rebuild() == 1
    assert differences("campaigns.campaign") == []


def test_the_way_to_the_end(campaign: Make, personas: Any) -> None:
    office, lead = personas["office"], personas["department"]
    row = campaign(running=False, targets=())

    def move(name: str, actor: Any = office, words: str = "已按方案完成") -> str:
        said = refusal(lambda: actions.move_campaign(actor=actor, campaign_id=row.pk, move=name, words=words))
        row.refresh_from_db()
        return said

    assert move("start") == "campaign.no_target"
    actions.save_target(
        actor=office, campaign_id=row.pk, given=actions.TargetInput(name="小区", measure="count", goal=Decimal(5))
    )
    assert move("review") == "state.move_refused"
    assert move("start", words="") == "" and row.state == "running"
    assert move("review", lead, words=" ") == "state.missing"
    assert move("review", lead, words="长" * 2001) == "campaign.too_long"
    assert move("review", lead) == "" and (row.state, row.asked_by_id) == ("reviewing", lead.person_id)
    assert move("finish", lead) == "common.not_allowed"
    assert move("send_back") == "" and row.state == "running"
    assert move("review", office) == "" and move("finish", office) == "campaign.own_work"
    assert move("send_back") == "" and move("review", lead) == "" and move("finish") == "" and row.state == "finished"
    assert {move(name) for name in ("start", "review", "cancel")} == {"state.move_refused"}
    assert move("amend") == move("fly") == "common.not_found"
    assert CampaignWords.objects.count() == 6
    entries = timeline.of_campaign(row)
    assert [entry.label.zh for entry in entries][:3] == ["设立行动", "设定目标", "启动"]
    assert entries[-1].note == "已按方案完成" and entries[1].reason is not None
    assert {entry.action for entry in entries} <= set(timeline.DEEDS)
    assert "已按方案完成" not in str(list(Event.objects.values_list("after", flat=True)))
    assert "campaign.finished" in set(Outbox.objects.values_list("topic", flat=True))
    assert differences("campaigns.campaign") == []


#: Who sees the department's campaign, and what they may do with it while it runs.
MAY = {
    "office": "review cancel amend",
    "leader": "",
    "subcommand": "review amend",
    "district": None,
    "department": "review",
    "street": "",
    "street2": None,
    "community": None,
    "grid": None,
    "inspector": "",
    "auditor": "",
}


def test_who_sees_it_and_who_may_what(campaign: Make, personas: Any, small_city: Any) -> None:
    department = small_city.units["department"]
    department.line_parent = small_city.units["subcommand"]
    department.save()
    row = campaign()
    for name, moves in MAY.items():
        actor = personas[name]
        seen = selectors.visible_to(actor).filter(pk=row.pk).exists()
        assert seen is (moves is not None), name
        if moves is None:
            assert refusal(lambda actor=actor: selectors.get_campaign_for(actor, row.pk)) == "common.not_found"
            continue
        assert {move.name for move in selectors.moves_for(actor, row)} == set(moves.split()), name
        for move in CAMPAIGN.moves_from("running"):
            if move.name not in (*moves.split(), "amend"):
                code = refusal(
                    lambda actor=actor, move=move: actions.move_campaign(
                        actor=actor, campaign_id=row.pk, move=move.name, words="x"
                    )
                )
                assert code in {"common.not_allowed", "campaign.other_unit"}, (name, move.name)
    assert selectors.may_report(personas["street"], row) and not selectors.may_report(personas["street2"], row)
    assert refusal(
        lambda: actions.move_campaign(actor=personas["district"], campaign_id=row.pk, move="cancel", words="x")
    )


def test_a_sub_command_sets_up_for_its_line_only(scheme: Any, personas: Any, small_city: Any) -> None:
    department = small_city.units["department"]
    below = personas["subcommand"]
    assert refusal(lambda: actions.create_campaign(actor=below, given=scheme())) == "campaign.other_unit"
    department.line_parent = small_city.units["subcommand"]
    department.save()
    from chuangcheng.people.rights import forget_posts

    forget_posts()
    assert actions.create_campaign(actor=below, given=scheme())[1]
    assert refusal(lambda: actions.create_campaign(actor=personas["street"], given=scheme())) == "common.not_allowed"


def test_its_tasks_stand_in_the_ledger(campaign: Make, personas: Any, small_city: Any) -> None:
    from chuangcheng.tasks.actions import TaskInput

    row, unit = campaign(), small_city.units["street"]
    given = TaskInput(problem="楼道照明缺失", lead=unit, due_on=TODAY + timedelta(days=9), source="other")
    task, fresh = actions.set_task(actor=personas["office"], campaign_id=row.pk, given=given)
    assert fresh and (task.source, task.source_note, task.origin_id) == ("campaign", row.title, row.pk)
    assert list(selectors.tasks_of(personas["office"], row)) == list(Task.objects.all()) == [task]
    assert not selectors.tasks_of(personas["street2"], row)
    actions.move_campaign(actor=personas["office"], campaign_id=row.pk, move="cancel", words="并入他项")
    assert (
        refusal(lambda: actions.set_task(actor=personas["office"], campaign_id=row.pk, given=given)) == "campaign.ended"
    )
