"""Entering a report for somebody else, and taking in an order by its number: whole or not at all, once."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest

from chuangcheng.cases import actions, projections
from chuangcheng.cases.models import Order, Provenance, Report
from chuangcheng.history.models import Event, Outbox
from chuangcheng.history.secrets import decrypt
from chuangcheng.kernel.actor import CITIZEN
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.photos import selectors as photos
from tests.cases.play import Play, given, picture

pytestmark = pytest.mark.django_db


def enter(play: Play, by: str = "office", body: actions.ReportInput | None = None, **more: Any) -> tuple[Report, bool]:
    return actions.enter_report(actor=play.by[by], given=body or given(source="hotline"), **more)


def refusal(call: Any, **more: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        call(**more)
    return caught.value


class TestEntered:
    def test_it_is_nobodys_own_report(self, play: Play) -> None:
        body = given(source="window", contact_name="李四", contact_phone="13800001111")
        report, created = enter(play, body=body)
        assert (created, report.reporter, report.state, report.source) == (True, None, "received", "window")
        assert json.loads(decrypt(report.contact_cipher)) == {"name": "李四", "phone": "13800001111"}
        event = Event.objects.get(subject_id=report.pk)
        assert event.actor_person == play.by["office"].person_id, "history knows who wrote it down"
        assert Outbox.objects.filter(topic="report.created", subject_id=report.pk).count() == 1

    def test_photos_come_with_it_each_once(self, play: Play) -> None:
        shot = picture()
        report, _ = enter(play, shots=[shot, picture(), shot])
        assert (report.photos_declared, report.photos_missing) == (2, 0)
        assert all(photo.stored_at for photo in photos.of(("report", report.pk)))

    def test_a_photo_that_is_none_keeps_nothing(self, play: Play) -> None:
        refused = refusal(enter, play=play, shots=[picture(), b"no picture"])
        assert refused.code.startswith("photos.")
        assert (Report.objects.count(), Event.objects.count()) == (0, 0)

    def test_the_same_again_is_the_stored_one(self, play: Play) -> None:
        body, shot = given(source="media"), picture()
        told = actions.ProvenanceInput("云岭晚报", date(2026, 9, 14), "https://news.example/1")
        first, _ = enter(play, body=body, provenance=told, shots=[shot])
        again, created = enter(play, body=body, provenance=told, shots=[shot])
        assert (created, again.pk, Provenance.objects.count()) == (False, first.pk, 1)

    def test_other_words_under_the_same_id_are_refused(self, play: Play) -> None:
        body = given(source="media")
        enter(play, body=body)
        other = given(id=body.id, source="media", text="另一件事")
        assert refusal(enter, play=play, body=other).code == "common.different_body"

    def test_history_holds_no_medium_and_no_link(self, play: Play) -> None:
        told = actions.ProvenanceInput("云岭晚报", date(2026, 9, 14), "https://news.example/1")
        enter(play, body=given(source="media"), provenance=told)
        words = json.dumps(list(Event.objects.values_list("after", flat=True)), ensure_ascii=False)
        assert "云岭晚报" not in words
        assert "news.example" not in words
        assert list(projections.check_reports()) == []

    def test_a_number_makes_it_an_order(self, play: Play, noon: Any) -> None:
        report, _ = enter(play, number=" GZ-7 ", reply_due_at=noon + timedelta(days=3))
        assert (report.external_source, report.external_number) == ("hotline", "GZ-7")
        assert (report.order.number, report.order.due_at) == ("GZ-7", noon + timedelta(days=3))
        assert list(projections.check_orders()) == []

    def test_a_call_without_a_number_is_none(self, play: Play) -> None:
        report, _ = enter(play)
        assert (report.external_source, report.external_number) == ("", None)
        assert not Order.objects.exists()

    def test_the_same_number_of_two_sources_is_two_orders(self, play: Play) -> None:
        for source in ("hotline", "deputies"):
            enter(play, body=given(source=source), number="118")
        assert set(Order.objects.values_list("source", "number")) == {("hotline", "118"), ("deputies", "118")}


class TestRefused:
    @pytest.mark.parametrize(
        ("source", "more", "field"),
        [
            ("portal", {}, "source"),
            ("grid", {}, "source"),
            ("leader", {}, "source"),  # instructions have a door of their own
            ("hotline", {"number": "9" * 61}, "number"),
            ("media", {"provenance": actions.ProvenanceInput(medium="报" * 61)}, "medium"),
            ("media", {"provenance": actions.ProvenanceInput(link="javascript:alert(1)")}, "link"),
            ("media", {"provenance": actions.ProvenanceInput(link="ftp://a/b")}, "link"),
            ("media", {"provenance": actions.ProvenanceInput(link="https://")}, "link"),
            ("media", {"provenance": actions.ProvenanceInput(link="https://[")}, "link"),
            ("media", {"provenance": actions.ProvenanceInput(link="https://a/" + "b" * 500)}, "link"),
            ("media", {"provenance": actions.ProvenanceInput(published_on=date(2999, 1, 1))}, "published_on"),
        ],
    )
    def test_each_fault_is_named(self, play: Play, source: str, more: dict[str, Any], field: str) -> None:
        refused = refusal(enter, play=play, body=given(source=source), **more)
        assert (refused.code, [problem.field for problem in refused.fields]) == ("common.invalid", [field])
        assert Report.objects.count() == 0

    def test_a_limit_that_has_passed(self, play: Play, noon: Any) -> None:
        for due in (noon, noon - timedelta(days=1)):
            refused = refusal(enter, play=play, number="1", reply_due_at=due)
            assert [problem.field for problem in refused.fields] == ["reply_due_at"]

    def test_a_known_number(self, play: Play) -> None:
        enter(play, number="1")
        assert refusal(enter, play=play, number="1").code == "report.external_taken"
        assert Report.objects.count() == Order.objects.count() == 1

    @pytest.mark.parametrize(
        ("by", "allowed"),
        [("office", True), ("district", True), ("street", False), ("department", False), ("community", False),
         ("grid", False), ("inspector", False), ("leader", False), ("auditor", False)],
    )  # fmt: skip
    def test_only_who_triages(self, play: Play, by: str, allowed: bool) -> None:
        if allowed:
            assert enter(play, by)[1]
        else:
            assert refusal(enter, play=play, by=by).code == "common.not_allowed"
            assert Report.objects.count() == 0

    def test_nobody_enters_for_others_from_outside(self) -> None:
        refused = refusal(actions.enter_report, actor=CITIZEN, given=given(source="media"))
        assert refused.code == "common.not_allowed"


class TestTaken:
    def body(self, number: str = "GZ-1", **more: Any) -> actions.ReportInput:
        values = {"source": "hotline", "external_source": "hotline", "external_number": number, **more}
        return given(**values)

    def test_by_its_number_whatever_id_it_brings(self, play: Play) -> None:
        first, created = actions.take_order(actor=play.by["office"], given=self.body())
        again, repeated = actions.take_order(actor=play.by["office"], given=self.body())
        assert (created, repeated, again.pk) == (True, False, first.pk)
        assert first.report.reporter is None

    def test_another_body_is_refused(self, play: Play) -> None:
        actions.take_order(actor=play.by["office"], given=self.body())
        other = self.body(text="别的")
        assert refusal(actions.take_order, actor=play.by["office"], given=other).code == "common.different_body"

    def test_another_limit_is_news_and_none_is_no_news(self, play: Play, noon: Any) -> None:
        office, later = play.by["office"], noon + timedelta(days=4)
        actions.take_order(actor=office, given=self.body(), due_at=noon + timedelta(days=2))
        assert actions.take_order(actor=office, given=self.body(), due_at=later)[0].due_at == later
        assert actions.take_order(actor=office, given=self.body())[0].due_at == later
        assert Event.objects.filter(action="order.due_changed").count() == 1

    def test_one_that_came_a_moment_ago_is_found(self, play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
        """Two at once: both look, neither finds, one is first."""
        from chuangcheng.cases.actions import entry

        office, looked = play.by["office"], []
        original = entry._order_of

        def late(body: actions.ReportInput) -> Order | None:
            looked.append(body)
            if len(looked) == 1:
                actions.create_report(actor=office, given=self.body(), on_behalf=True)
                return None
            return original(body)

        monkeypatch.setattr(entry, "_order_of", late)
        order, created = actions.take_order(actor=office, given=self.body())
        assert (created, order.number, len(looked)) == (False, "GZ-1", 2)

    def test_only_by_who_may_report_and_take_in_results(self, play: Play) -> None:
        for name in ("street", "district", "leader", "grid"):
            refused = refusal(actions.take_order, actor=play.by[name], given=self.body(str(new_id())))
            assert refused.code == "common.not_allowed"
        assert Report.objects.count() == 0
