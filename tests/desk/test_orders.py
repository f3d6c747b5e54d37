"""Orders on the desk: the list with its rates, the page of one, and what must be answered before a case is closed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from chuangcheng.cases import actions
from chuangcheng.cases.models import Case, Order
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM
from tests.cases.play import Play, picture
from tests.cases.test_orders import filed, ordered, verified

pytestmark = pytest.mark.django_db
Sign = Callable[[str], Client]
LIST = "/desk/orders/"


def url(order: Order, *more: str) -> str:
    return reverse("desk:order_move", args=[order.pk, *more]) if more else reverse("desk:order", args=[order.pk])


def text(response) -> str:
    assert response.status_code == 200, response.content
    return response.content.decode()


class TestList:
    def test_rows_and_rates(self, as_persona: Sign, play: Play) -> None:
        late, met = ordered(play, "A-1", days=1), ordered(play, "A-2", days=9)
        actions.draft_reply(actor=play.by["office"], order_id=met.pk)
        actions.send_reply(actor=play.by["office"], order_id=met.pk)
        actions.record_callback(actor=SYSTEM, number="A-2", given=actions.Callback(True, "basically"))
        with clock.at(clock.now() + timedelta(days=2)):
            page = text(as_persona("office").get(LIST))
            assert "A-1" in page
            assert "已解决 · 基本满意" in page
            assert "50.0%" in page
            behind = text(as_persona("office").get(LIST + "?rate=response-is"))
            assert "A-2" in behind
            assert f"{late.pk}" not in behind
            assert f"{late.pk}" in text(as_persona("office").get(LIST + "?rate=response-of"))

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("state=open", {"1", "2", "3"}), ("state=replied", {"4"}), ("limit=overdue", {"1"}), ("limit=soon", {"2"}),
            ("limit=none", {"3"}), ("limit=met", {"4"}), ("limit=late", set()), ("result=solved", {"4"}),
            ("result=unsolved", set()), ("result=satisfied", {"4"}), ("result=none", {"1", "2", "3"}),
            ("removal=asked", {"3"}), ("source=hotline", {"1", "2", "3", "4"}), ("source=media", set()), ("q=4", {"4"}),
            ("q=垃圾", {"1", "2", "3", "4"}), ("q=路灯", set()), ("due_from=2026-09-16", {"2", "4"}),
            ("received_to=2026-09-14", set()), ("rate=solved-is", {"4"}), ("rate=nonsense", {"1", "2", "3", "4"}),
        ],
    )  # fmt: skip
    def test_filters(self, as_persona: Sign, play: Play, query: str, found: set[str]) -> None:
        office = play.by["office"]
        for number, days in (("1", 0.1), ("2", 0.9), ("3", None), ("4", 3)):
            ordered(play, number, days=days)
        third, fourth = Order.objects.get(number="3"), Order.objects.get(number="4")
        actions.ask_removal(actor=office, order_id=third.pk, reason_code="repeated", document="1号")
        actions.draft_reply(actor=office, order_id=fourth.pk)
        actions.send_reply(actor=office, order_id=fourth.pk)
        actions.record_callback(actor=SYSTEM, number="4", given=actions.Callback(True, "satisfied"))
        with clock.at(clock.now() + timedelta(hours=3)):
            page = text(as_persona("office").get(f"{LIST}?{query}"))
        assert {order.number for order in Order.objects.all() if str(order.pk) in page} == found

    def test_by_the_unit_that_has_it_in_hand(self, as_persona: Sign, play: Play) -> None:
        mine, other = ordered(play, "1"), ordered(play, "2")
        for order, unit in ((mine, "street"), (other, "department")):
            actions.dispatch_case(actor=play.by["office"], case_id=filed(play, order).pk, unit_id=play.unit(unit))
        page = text(as_persona("office").get(f"{LIST}?unit={play.unit('street')}"))
        assert (str(mine.pk) in page, str(other.pk) in page) == (True, False)

    def test_an_export_has_what_the_list_has(self, as_persona: Sign, play: Play) -> None:
        ordered(play, "A-1")
        file = as_persona("office").get(LIST + "?export=csv")
        assert b"A-1" in b"".join(file.streaming_content)

    def test_as_far_as_the_post_reaches(self, as_persona: Sign, play: Play) -> None:
        order = ordered(play)
        assert str(order.pk) in text(as_persona("street").get(LIST))
        assert str(order.pk) not in text(as_persona("street2").get(LIST))
        assert as_persona("grid").get(LIST).status_code == 403

    def test_few_queries_however_many_rows(self, as_persona: Sign, play: Play, django_assert_max_num_queries) -> None:
        for number in range(12):
            ordered(play, str(number))
        client = as_persona("office")
        client.get(LIST)
        with django_assert_max_num_queries(15):
            client.get(LIST)


class TestPage:
    def test_it_offers_the_reply_that_writes_itself(self, as_persona: Sign, play: Play) -> None:
        order = ordered(play)
        client = as_persona("office")
        page = text(client.get(url(order)))
        assert "已收到，正在核实办理" in page
        done = client.post(reverse("desk:order_draft", args=[order.pk]), follow=True)
        assert "已按办理结果拟好回复" in text(done)
        assert Order.objects.get().state == "drafted"

    def test_words_can_be_changed_then_sent(self, as_persona: Sign, play: Play) -> None:
        order = ordered(play)
        client = as_persona("office")
        assert "已收到" in text(client.get(url(order, "draft")))
        client.post(url(order, "draft"), {"text": "改过的回复"})
        assert "改过的回复" in text(client.get(url(order, "send")))
        client.post(url(order, "send"), {"text": "定稿"})
        sent = Order.objects.get()
        assert (sent.state, sent.reply_text) == ("replied", "定稿")
        assert "定稿" in text(client.get(url(order)))

    def test_a_second_sending_is_told_so(self, as_persona: Sign, play: Play) -> None:
        order = ordered(play)
        client = as_persona("office")
        client.post(url(order, "draft"), {"text": "x"})
        client.post(url(order, "send"), {"text": "x"})
        assert client.post(url(order, "send"), {"text": "y"}).status_code == 409
        assert Order.objects.get().reply_text == "x"

    def test_removal_with_a_photo_decided_by_another(self, as_persona: Sign, play: Play) -> None:
        order = ordered(play)
        street, office = as_persona("street"), as_persona("office")
        form = {"reason_code": "untrue", "document": ""}
        assert street.post(url(order, "ask_removal"), form).status_code == 422
        shot = SimpleUploadedFile("a.jpg", picture(), "image/jpeg")
        assert street.post(url(order, "ask_removal"), {**form, "photos": [shot]}).status_code == 302
        page = text(office.get(url(order)))
        assert "经核实与事实不符" in page
        assert f'href="/desk/orders/{order.pk}/photos/' in page
        assert office.post(url(order, "grant_removal")).status_code == 302
        assert Order.objects.get().removal_state == "granted"
        assert str(order.pk) in text(office.get(LIST + "?removal=granted"))

    def test_its_photos_are_for_those_who_see_it(self, as_persona: Sign, play: Play) -> None:
        from chuangcheng.photos import selectors as photos

        order = ordered(play)
        actions.ask_removal(actor=play.by["street"], order_id=order.pk, reason_code="untrue", picture=picture())
        address = reverse("desk:order_photo", args=[order.pk, photos.of(("order", order.pk)).get().pk])
        shown = as_persona("office").get(address)
        assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
        assert b"".join(shown.streaming_content).startswith(b"\xff\xd8")
        assert as_persona("street2").get(address).status_code == 404
        assert as_persona("grid").get(address).status_code == 403

    def test_no_button_that_would_be_refused(self, as_persona: Sign, play: Play) -> None:
        order = ordered(play)
        assert url(order, "draft") not in text(as_persona("leader").get(url(order)))
        assert as_persona("leader").post(url(order, "draft"), {"text": "x"}).status_code in {403, 422}
        assert as_persona("street2").get(url(order)).status_code == 404
        assert as_persona("office").get(url(order, "nonsense")).status_code == 404
        assert Order.objects.get().state == "open"


class TestCase:
    def test_it_says_what_is_owed_and_drafts_all_by_one_click(self, as_persona: Sign, play: Play) -> None:
        case = verified(play, ordered(play, "A-1"), ordered(play, "A-2"))
        client = as_persona("office")
        page = text(client.get(reverse("desk:case", args=[case.pk])))
        assert "还有 2 件没有拟回复" in page
        refused = client.post(reverse("desk:case_move", args=[case.pk, "close"]), {"note": ""})
        assert refused.status_code == 409
        assert "A-1、A-2" in refused.content.decode()
        client.post(reverse("desk:case_replies", args=[case.pk]))
        assert client.post(reverse("desk:case_move", args=[case.pk, "close"]), {"note": ""}).status_code == 302
        assert Case.objects.get().state == "closed"

    def test_a_second_click_is_told_so(self, as_persona: Sign, play: Play) -> None:
        case = verified(play, ordered(play))
        client = as_persona("street")
        page = reverse("desk:case", args=[case.pk])
        for words in ("已为 1 件工单拟好回复", "没有待回复的工单"):
            answer = client.post(reverse("desk:case_replies", args=[case.pk]), headers={"referer": page}, follow=True)
            assert words in answer.content.decode()

    def test_the_report_leads_to_its_order(self, as_persona: Sign, play: Play) -> None:
        order = ordered(play)
        assert url(order) in text(as_persona("office").get(reverse("desk:report", args=[order.report_id])))


def test_a_citizen_whom_12345_calls_back_is_not_asked_here(client: Client, play: Play) -> None:
    order = ordered(play)
    case = verified(play, order)
    actions.draft_replies(actor=play.by["office"], case_id=case.pk)
    actions.close_case(actor=play.by["office"], case_id=case.pk)
    page = text(client.get(reverse("portal:track", args=[order.report_id])))
    assert reverse("portal:rate", args=[order.report_id]) not in page
    free = play.closed()
    report = play.report()
    report.case, report.state = free, "linked"
    report.save()
    assert reverse("portal:rate", args=[report.pk]) in text(client.get(reverse("portal:track", args=[report.pk])))


class TestMany:
    def test_the_list_offers_it_and_tells_what_became_of_each(self, as_persona: Sign, play: Play) -> None:
        rows = [ordered(play, number) for number in ("A-1", "A-2")]
        client = as_persona("office")
        page = text(client.get(LIST))
        assert all(f'value="{row.pk}" form="picks"' in page for row in rows)
        ids = [str(row.pk) for row in rows]
        asked = text(client.post("/desk/orders/bulk/", {"move": "draft", "ids": ids}))
        assert "各按自己的办理结果拟写" in asked
        assert "路边有一堆垃圾" in asked
        client.post("/desk/orders/bulk/", {"move": "draft", "ids": ids, "go": "1"})
        actions.send_reply(actor=play.by["office"], order_id=rows[0].pk)
        told = text(client.post("/desk/orders/bulk/", {"move": "draft", "ids": ids, "go": "1"}))
        assert "未办理 1 件" in told
        assert "1 件此前已经办理" in told

    def test_moves_of_other_lists_are_not_taken_here(self, as_persona: Sign, play: Play) -> None:
        row = ordered(play)
        answer = as_persona("office").post("/desk/orders/bulk/", {"move": "close", "ids": [str(row.pk)]})
        assert answer.status_code == 404
        assert as_persona("grid").post("/desk/orders/bulk/", {"move": "draft"}).status_code == 403
