"""Orders of the hotline: each answered on its own, whatever reports share its case."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from chuangcheng.cases import actions, policies, projections, selectors
from chuangcheng.cases.actions import bulk
from chuangcheng.cases.models import Case, Order, Report
from chuangcheng.cases.obligations import open_orders_of, orders_of
from chuangcheng.cases.order_effects import seed, without_order
from chuangcheng.cases.replies import MAX_REPLY
from chuangcheng.cases.states import ORDER, REMOVAL, REMOVALS
from chuangcheng.history.models import Event, Outbox
from chuangcheng.history.verify import verify
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from tests.cases.play import LITTER, Play, given, picture

pytestmark = pytest.mark.django_db


def ordered(play: Play, number: str = "A-1", days: float | None = 2, **more: object) -> Order:
    """An order of the hotline, to be answered within ``days``."""
    due = clock.now() + timedelta(days=days) if days is not None else None
    values = {"source": "hotline", "external_source": "hotline", "external_number": number, **more}
    report, _ = actions.create_report(actor=play.by["office"], given=given(**values), reply_due_at=due)
    return report.order


def filed(play: Play, order: Order) -> Case:
    return actions.file_report(actor=play.by["office"], report_id=order.report_id, category_code=LITTER)


def verified(play: Play, *orders: Order) -> Case:
    """A case of all these orders, handled by the street and verified."""
    case = filed(play, orders[0])
    for other in orders[1:]:
        actions.link_report(actor=play.by["office"], report_id=other.report_id, case_id=case.pk)
    actions.dispatch_case(actor=play.by["office"], case_id=case.pk, unit_id=play.unit("street"))
    actions.accept_case(actor=play.by["street"], case_id=case.pk)
    play.prove(case)
    actions.handle_case(actor=play.by["street"], case_id=case.pk, outcome="fixed")
    return actions.verify_case(actor=play.by["inspector"], case_id=case.pk)


def refusal(code: str, call, **more: object) -> Refused:
    with pytest.raises(Refused) as caught:
        call(**more)
    assert caught.value.code == code
    return caught.value


class TestOpened:
    def test_a_numbered_report_of_the_hotline_is_an_order(self, play: Play, noon) -> None:
        order = ordered(play)
        assert (order.number, order.source, order.state, order.removal_state) == ("A-1", "hotline", "open", "none")
        assert (order.received_at, order.due_at) == (noon, noon + timedelta(days=2))
        assert Outbox.objects.filter(topic="order.created", subject_id=order.pk).count() == 1

    def test_a_limit_is_never_made_up(self, play: Play) -> None:
        assert ordered(play, days=None).due_at is None

    @pytest.mark.parametrize(
        ("more", "is_one"),
        [
            ({"source": "portal"}, False),
            ({"source": "hotline"}, False),  # a call without a number cannot be answered by one
            ({"source": "media"}, False),
            ({"source": "import", "external_source": "elsewhere", "external_number": "7"}, False),
            ({"source": "deputies", "external_source": "deputies", "external_number": "2026-118"}, True),
        ],
    )
    def test_who_waits_for_an_answer(self, play: Play, more: dict[str, object], is_one: bool) -> None:
        report, _ = actions.create_report(actor=play.by["office"], given=given(**more))
        assert Order.objects.filter(report=report).exists() is is_one

    def test_a_day_named_by_the_other_side_makes_an_order_of_any_report(self, play: Play, noon) -> None:
        report, _ = actions.create_report(
            actor=play.by["office"], given=given(source="media"), reply_due_at=noon + timedelta(days=1)
        )
        assert (report.order.source, report.order.number) == ("media", report.number)

    def test_the_same_again_opens_no_second(self, play: Play) -> None:
        body = given(source="hotline", external_source="hotline", external_number="7")
        first, created = actions.create_report(actor=play.by["office"], given=body)
        again, repeated = actions.create_report(actor=play.by["office"], given=body)
        assert (created, repeated, first.pk) == (True, False, again.pk)
        assert Order.objects.count() == 1

    def test_reports_from_before_get_theirs(self, play: Play, tmp_path) -> None:
        for number in ("1", "2"):
            ordered(play, number)
        Order.objects.all().delete()
        Event.objects.filter(subject_kind="order").delete()
        assert without_order().count() == 2
        assert (seed(), seed()) == (2, 0)
        assert set(Order.objects.values_list("number", "state", "due_at")) == {("1", "open", None), ("2", "open", None)}
        assert list(projections.check_orders()) == []


class TestReply:
    def test_drafted_then_sent(self, play: Play, noon) -> None:
        order = ordered(play)
        drafted = actions.draft_reply(actor=play.by["office"], order_id=order.pk, text="  已转城管局办理。 ")
        assert (drafted.state, drafted.reply_text, drafted.drafted_at) == ("drafted", "已转城管局办理。", noon)
        sent = actions.send_reply(actor=play.by["office"], order_id=order.pk)
        assert (sent.state, sent.replied_at, sent.replied_by_id) == ("replied", noon, play.by["office"].person_id)
        assert Outbox.objects.filter(topic="order.replied").count() == 1

    def test_the_last_change_goes_out(self, play: Play) -> None:
        order = ordered(play)
        actions.draft_reply(actor=play.by["office"], order_id=order.pk, text="初稿")
        sent = actions.send_reply(actor=play.by["office"], order_id=order.pk, text="定稿")
        assert (sent.reply_text, sent.state) == ("定稿", "replied")

    def test_what_was_sent_stays(self, play: Play) -> None:
        order = ordered(play)
        actions.draft_reply(actor=play.by["office"], order_id=order.pk)
        actions.send_reply(actor=play.by["office"], order_id=order.pk)
        for again in (actions.draft_reply, actions.send_reply):
            refusal("state.move_refused", again, actor=play.by["office"], order_id=order.pk)

    def test_nothing_is_sent_that_was_not_drafted(self, play: Play) -> None:
        refusal("state.move_refused", actions.send_reply, actor=play.by["office"], order_id=ordered(play).pk)

    @pytest.mark.parametrize("text", ["长" * (MAX_REPLY + 1), "坏\0字"])
    def test_words_that_cannot_be_kept(self, play: Play, text: str) -> None:
        office = play.by["office"]
        refusal("order.bad_reply", actions.draft_reply, actor=office, order_id=ordered(play).pk, text=text)

    def test_history_holds_no_word_of_it(self, play: Play, tmp_path) -> None:
        order = ordered(play)
        actions.draft_reply(actor=play.by["office"], order_id=order.pk, text="王女士您好，已办结")
        actions.send_reply(actor=play.by["office"], order_id=order.pk)
        told = json.dumps(list(Event.objects.values_list("before", "after")), ensure_ascii=False)
        assert "王女士" not in told
        assert '"reply"' in told
        assert list(projections.check_orders()) == []
        assert verify(tmp_path) == []

    @pytest.mark.parametrize(
        ("by", "drafts", "sends"),
        [("office", True, True), ("district", True, True), ("street", True, False), ("street2", None, None),
         ("department", None, None), ("leader", False, False), ("auditor", False, False), ("grid", False, False),
         ("community", False, False), ("inspector", False, False)],
    )  # fmt: skip
    def test_who_may(self, play: Play, by: str, drafts: bool | None, sends: bool | None) -> None:
        """None: not even seen."""
        order = ordered(play)
        calls = ((actions.draft_reply, drafts), (actions.send_reply, sends))
        for call, allowed in calls:
            if allowed:
                assert call(actor=play.by[by], order_id=order.pk).pk == order.pk
                continue
            with pytest.raises(Refused) as caught:
                call(actor=play.by[by], order_id=order.pk)
            assert caught.value.code in ({"common.not_found", "common.not_allowed"} if allowed is None else
                                         {"common.not_allowed"})  # fmt: skip

    def test_a_department_answers_for_what_it_has_in_hand(self, play: Play) -> None:
        order = ordered(play)
        case = filed(play, order)
        actions.dispatch_case(actor=play.by["office"], case_id=case.pk, unit_id=play.unit("department"))
        assert actions.draft_reply(actor=play.by["department"], order_id=order.pk).state == "drafted"

    def test_one_that_sees_it_by_its_own_report_does_not_answer(self, play: Play) -> None:
        report, _ = actions.create_report(
            actor=play.by["department"],
            given=given(source="deputies", external_source="deputies", external_number="9"),
        )
        refusal("order.not_yours", actions.draft_reply, actor=play.by["department"], order_id=report.order.pk)


class TestTemplate:
    def test_by_the_outcome(self, play: Play) -> None:
        order = ordered(play, text="路边有一堆垃圾，电话13812345678")
        verified(play, order)
        text = actions.draft_reply(actor=play.by["office"], order_id=order.pk).reply_text
        assert text.startswith("您反映的“路边有一堆垃圾，电话138****5678”，经河东街道现场处置，已于9月15日整改到位。")

    @pytest.mark.parametrize(
        ("outcome", "words"),
        [("not_reproducible", "未发现"), ("duplicate", "合并办理"), ("refused", "不属"), ("cannot", "暂不具备")],
    )
    def test_each_outcome_has_its_words(self, play: Play, outcome: str, words: str) -> None:
        order = ordered(play)
        case = filed(play, order)
        actions.dispatch_case(actor=play.by["office"], case_id=case.pk, unit_id=play.unit("street"))
        actions.accept_case(actor=play.by["street"], case_id=case.pk)
        actions.handle_case(actor=play.by["street"], case_id=case.pk, outcome=outcome, note="已看过")
        assert words in actions.draft_reply(actor=play.by["street"], order_id=order.pk).reply_text

    def test_before_there_is_one(self, play: Play) -> None:
        new, worked_on, refused = (ordered(play, number) for number in "123")
        filed(play, worked_on)
        actions.refuse_report(actor=play.by["office"], report_id=refused.report_id, reason_code="out_of_scope")
        texts = [actions.draft_reply(actor=play.by["office"], order_id=each.pk).reply_text
                 for each in (new, worked_on, refused)]  # fmt: skip
        assert "已收到" in texts[0]
        assert "办理期限为9月" in texts[1]
        assert "不属于创城受理范围" in texts[2]

    def test_a_long_complaint_is_not_told_in_full(self, play: Play) -> None:
        order = ordered(play, text="长" * 100)
        assert "长" * 30 + "…”" in actions.draft_reply(actor=play.by["office"], order_id=order.pk).reply_text

    def test_all_of_a_case_by_one_click(self, play: Play) -> None:
        orders = [ordered(play, number) for number in "12"]
        case = verified(play, *orders)
        actions.draft_reply(actor=play.by["office"], order_id=orders[0].pk, text="自己写的")
        drafted = actions.draft_replies(actor=play.by["street"], case_id=case.pk)
        assert [order.number for order in drafted] == ["2"]
        assert Order.objects.get(number="1").reply_text == "自己写的"
        refusal("order.nothing_to_draft", actions.draft_replies, actor=play.by["street"], case_id=case.pk)
        refusal("common.not_allowed", actions.draft_replies, actor=play.by["leader"], case_id=case.pk)


class TestClosing:
    def test_a_case_waits_for_every_reply(self, play: Play) -> None:
        orders = [ordered(play, f"A-{number}") for number in range(7)]
        case = verified(play, *orders)
        office = play.by["office"]
        refused = refusal("case.orders_unanswered", actions.close_case, actor=office, case_id=case.pk)
        assert refused.message() == "还有 7 件工单没有拟写回复：A-0、A-1、A-2、A-3、A-4 … (+2)"
        actions.draft_replies(actor=office, case_id=case.pk)
        assert actions.close_case(actor=office, case_id=case.pk).state == "closed"
        assert {order.state for order in orders_of(case)} == {"drafted"}

    def test_many_at_once_too(self, play: Play) -> None:
        waits, free = verified(play, ordered(play)), play.verified()
        report = bulk.take_many(actor=play.by["office"], ids=[waits.pk, free.pk], move="close", values={})
        assert [row.id for row in report.done] == [free.pk]
        assert [(row.id, row.code) for row in report.refused] == [(waits.pk, "case.orders_unanswered")]

    def test_linking_never_merges_obligations(self, play: Play, noon) -> None:
        first, second = ordered(play, "1", days=1), ordered(play, "2", days=5)
        case = verified(play, first, second)
        actions.draft_replies(actor=play.by["office"], case_id=case.pk)
        actions.send_reply(actor=play.by["office"], order_id=first.pk)
        actions.record_callback(actor=SYSTEM, number="1", given=actions.Callback(True, "satisfied"))
        told = Order.objects.order_by("number").values_list("number", "state", "due_at", "solved", "satisfied")
        assert list(told) == [
            ("1", "replied", noon + timedelta(days=1), True, "satisfied"),
            ("2", "drafted", noon + timedelta(days=5), None, ""),
        ]

    def test_whom_12345_calls_back_is_not_asked_by_us(self, play: Play) -> None:
        order = ordered(play)
        case = verified(play, order)
        actions.draft_replies(actor=play.by["office"], case_id=case.pk)
        actions.close_case(actor=play.by["office"], case_id=case.pk)
        code = actions.code_of(order.report_id)
        refusal("report.asked_elsewhere", lambda: actions.rate_report(report_id=order.report_id, code=code, stars=5))


class TestCallback:
    def test_it_is_taken_in_once(self, play: Play, noon) -> None:
        ordered(play)
        result = actions.Callback(solved=False, satisfied="dissatisfied", at=noon - timedelta(hours=1))
        order, new = actions.record_callback(actor=SYSTEM, number="A-1", given=result)
        assert (new, order.solved, order.satisfied, order.called_back_at) == (True, False, "dissatisfied", result.at)
        assert actions.record_callback(actor=SYSTEM, number="A-1", given=result)[1] is False
        assert Event.objects.filter(action="order.called_back").count() == 1

    def test_a_second_call_counts_and_silence_changes_nothing(self, play: Play) -> None:
        ordered(play)
        for given_, told in (
            (actions.Callback(False, "dissatisfied"), (False, "dissatisfied")),
            (actions.Callback(satisfied="basically"), (False, "basically")),
            (actions.Callback(True), (True, "basically")),
        ):
            order, new = actions.record_callback(actor=SYSTEM, number="A-1", given=given_)
            assert (new, order.solved, order.satisfied) == (True, *told)
        assert list(projections.check_orders()) == []

    @pytest.mark.parametrize(
        ("number", "result", "code"),
        [("A-1", actions.Callback(), "order.no_result"), ("A-1", actions.Callback(True, "好"), "common.invalid"),
         ("没有", actions.Callback(True), "order.unknown_number")],
    )  # fmt: skip
    def test_what_is_not_taken(self, play: Play, number: str, result: actions.Callback, code: str) -> None:
        ordered(play)
        refusal(code, actions.record_callback, actor=SYSTEM, number=number, given=result)

    def test_only_by_who_may(self, play: Play) -> None:
        order = ordered(play)
        for name in ("street", "district", "leader"):
            for call, more in (
                (actions.record_callback, {"number": "A-1", "given": actions.Callback(True)}),
                (actions.change_due, {"order_id": order.pk, "due_at": None}),
            ):
                refusal("common.not_allowed", call, actor=play.by[name], **more)
        assert actions.record_callback(actor=play.by["office"], number="A-1", given=actions.Callback(True))[1]

    def test_the_other_side_moves_its_limit(self, play: Play, noon) -> None:
        order = ordered(play)
        later = noon + timedelta(days=9)
        assert actions.change_due(actor=SYSTEM, order_id=order.pk, due_at=later)[1] is True
        assert actions.change_due(actor=SYSTEM, order_id=order.pk, due_at=later)[1] is False
        assert actions.change_due(actor=SYSTEM, order_id=order.pk, due_at=None)[0].due_at is None
        before = noon - timedelta(days=1)
        refusal("order.due_before", actions.change_due, actor=SYSTEM, order_id=order.pk, due_at=before)
        naive = later.replace(tzinfo=None)
        refusal("common.naive_time", actions.change_due, actor=SYSTEM, order_id=order.pk, due_at=naive)
        refusal("common.not_found", actions.change_due, actor=SYSTEM, order_id=new_id(), due_at=None)


class TestRemoval:
    def test_asked_for_and_granted_by_another(self, play: Play) -> None:
        order = ordered(play)
        asked = actions.ask_removal(
            actor=play.by["street"], order_id=order.pk, reason_code="repeated", document="云热〔2026〕7号"
        )
        assert (asked.removal_state, asked.removal_reason, asked.state) == ("asked", "repeated", "open")
        granted = actions.decide_removal(actor=play.by["office"], order_id=order.pk, granted=True)
        assert (granted.removal_state, granted.state) == ("granted", "open")
        assert granted in selectors.visible_orders(play.by["office"])
        told = json.dumps(list(Event.objects.values_list("after")), ensure_ascii=False)
        assert "云热" not in told
        assert list(projections.check_orders()) == []

    def test_a_photo_is_evidence_too(self, play: Play) -> None:
        order = ordered(play)
        asked = actions.ask_removal(actor=play.by["street"], order_id=order.pk, reason_code="untrue", picture=picture())
        assert asked.removal_state == "asked"
        from chuangcheng.photos import selectors as photos

        assert [photo.role for photo in photos.of(("order", order.pk))] == ["evidence"]

    def test_declined_it_may_be_asked_again(self, play: Play) -> None:
        order = ordered(play)
        ask = {"actor": play.by["street"], "order_id": order.pk, "reason_code": "untrue", "document": "1号"}
        actions.ask_removal(**ask)
        refusal("state.move_refused", actions.ask_removal, **ask)
        assert (
            actions.decide_removal(actor=play.by["office"], order_id=order.pk, granted=False).removal_state
            == "declined"
        )
        assert actions.ask_removal(**ask).removal_state == "asked"

    @pytest.mark.parametrize(
        ("more", "code"),
        [({"reason_code": "repeated"}, "order.no_evidence"), ({"reason_code": "x", "document": "1"}, "order.unknown_reason"),
         ({"reason_code": "repeated", "document": "号" * 81}, "common.invalid"),
         ({"reason_code": "repeated", "picture": b"GIF89a"}, "photos.not_an_image")],
    )  # fmt: skip
    def test_what_is_not_taken(self, play: Play, more: dict[str, object], code: str) -> None:
        order = ordered(play)
        with pytest.raises(Refused) as caught:
            actions.ask_removal(actor=play.by["street"], order_id=order.pk, **more)
        assert caught.value.code == code or caught.value.code.startswith("photos.")
        assert Order.objects.get().removal_state == "none"

    def test_nobody_decides_on_what_they_asked(self, play: Play) -> None:
        order = ordered(play)
        office = play.by["office"]
        actions.ask_removal(actor=office, order_id=order.pk, reason_code="repeated", document="1号")
        refusal("order.own_removal", actions.decide_removal, actor=office, order_id=order.pk, granted=True)
        assert not {move.name for move in selectors.order_moves_for(office, Order.objects.get())} & {"grant_removal"}
        for name in ("street", "district", "leader"):
            refusal("common.not_allowed", actions.decide_removal, actor=play.by[name], order_id=order.pk, granted=True)

    def test_nothing_to_decide(self, play: Play) -> None:
        order = ordered(play)
        refusal("state.move_refused", actions.decide_removal, actor=play.by["office"], order_id=order.pk, granted=True)

    def test_every_reason_is_said_in_both_languages(self) -> None:
        assert all(label.zh and label.en for label in REMOVALS.values())


class TestSeen:
    def test_as_far_as_the_report_is(self, play: Play) -> None:
        order = ordered(play)
        seen = {name for name, actor in play.by.items() if order in selectors.visible_orders(actor)}
        assert seen == {"office", "leader", "district", "street", "auditor"}
        assert selectors.get_order_for(play.by["street"], order.pk) == order
        refusal("common.not_found", lambda: selectors.get_order_for(play.by["street2"], order.pk))

    def test_buttons_are_what_may_be_done(self, play: Play) -> None:
        order = ordered(play)

        def names(by: str) -> list[str]:
            return [move.name for move in selectors.order_moves_for(play.by[by], order)]

        assert names("office") == names("district") == ["draft", "ask_removal"]
        assert names("leader") == names("street2") == []
        order = actions.draft_reply(actor=play.by["office"], order_id=order.pk)
        assert names("office") == ["draft", "send", "ask_removal"]
        assert names("street") == ["draft", "ask_removal"]

    def test_the_tables_agree_with_the_model(self) -> None:
        assert [code for code, _ in Order._meta.get_field("state").choices] == [state.code for state in ORDER.states]
        assert [code for code, _ in Order._meta.get_field("removal_state").choices] == [
            state.code for state in REMOVAL.states
        ]


def test_a_wrong_row_is_mended_from_history(play: Play) -> None:
    order = ordered(play)
    actions.draft_reply(actor=play.by["office"], order_id=order.pk)
    Order.objects.update(state="replied", due_at=None)
    assert {difference.what.split(" is ")[0] for difference in projections.check_orders()} == {"state", "due_at"}
    assert projections.rebuild_orders() == 1
    assert list(projections.check_orders()) == []


def test_reports_without_an_order_cost_what_they_did(
    play: Play, django_assert_num_queries, personas: dict[str, Actor]
) -> None:
    actions.create_report(actor=SYSTEM, given=given())
    with django_assert_num_queries(5):
        actions.create_report(actor=SYSTEM, given=given())
    assert Report.objects.count() == 2


def test_merging_cases_never_merges_orders(play: Play) -> None:
    first, second = ordered(play, "1", days=1), ordered(play, "2", days=5)
    stays, goes = verified(play, first), filed(play, second)
    actions.merge_case(actor=play.by["office"], case_id=goes.pk, target_id=stays.pk)
    assert list(orders_of(stays).values_list("number", "state")) == [("1", "open"), ("2", "open")]
    refused = refusal("case.orders_unanswered", actions.close_case, actor=play.by["office"], case_id=stays.pk)
    assert "1、2" in refused.message()
    actions.draft_replies(actor=play.by["office"], case_id=stays.pk)
    assert actions.close_case(actor=play.by["office"], case_id=stays.pk).state == "closed"
    assert list(projections.check_orders()) == []


def test_who_sees_an_order_is_told_by_the_row_as_by_the_list(play: Play) -> None:
    orders = [ordered(play, "A-1"), ordered(play, "A-2", lat=None, lon=None)]
    dispatched = filed(play, orders[0])
    actions.dispatch_case(actor=play.by["office"], case_id=dispatched.pk, unit_id=play.unit("department"))
    seen = set()
    for actor in (*play.by.values(), SYSTEM):
        listed = set(Order.objects.filter(policies.order_rows(actor)))
        rows = Order.objects.select_related("report")
        assert {order for order in rows if policies.sees_order(actor, order)} == listed
        seen.add(len(listed))
    assert {0, 2} <= seen, "some see both, some none"


def test_what_is_open_is_named_in_order_of_its_limit(play: Play) -> None:
    later, sooner, answered = ordered(play, "A-1", 4), ordered(play, "A-2", 1), ordered(play, "A-3", 2)
    case = filed(play, later)
    for order in (sooner, answered):
        actions.link_report(actor=play.by["office"], report_id=order.report_id, case_id=case.pk)
    actions.draft_reply(actor=play.by["office"], order_id=answered.pk)
    assert open_orders_of(case) == [(sooner.pk, "A-2"), (later.pk, "A-1")]
    assert open_orders_of(Case(pk=new_id())) == []
    for wrong in (new_id(), case.pk):
        with pytest.raises(Refused, match=r"common\.not_found"):
            actions.draft_reply(actor=play.by["office"], order_id=wrong)
