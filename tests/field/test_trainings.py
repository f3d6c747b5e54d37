"""Signing in on the phone: the code opens the page, one press, and only while sign-in is open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse

from chuangcheng.kernel import clock
from chuangcheng.library import actions, sign_in
from chuangcheng.library.models import Attendance
from tests.conftest import NOON
from tests.library.conftest import Enter, train, units

__all__ = ["train", "units"]
Phone = Callable[[str], Client]


def test_one_press_signs_in(phone: Phone, train: Enter) -> None:
    row = train(hours=0.2, invited=("street",), lecturer="王老师")
    address = reverse("field:training_sign", args=[sign_in.code_of(row)])
    grid = phone("grid")
    html = grid.get(address).content.decode()
    assert all(words in html for words in ("随手拍上报操作培训", "三楼会议室", "王老师", "<button"))
    for _press in range(2):
        answer = grid.post(address)
        assert answer.status_code == 302 and answer.headers["Location"] == address
    html = grid.get(address).content.decode()
    assert "您已签到" in html and "您已经签到过了" in html and "btn--wide" not in html
    assert [each.person.username for each in Attendance.objects.all()] == ["grid"]
    assert grid.put(address).status_code == 405


def test_whoever_is_not_signed_in_signs_in_first(train: Enter) -> None:
    address = reverse("field:training_sign", args=[sign_in.code_of(train(hours=0))])
    answer = Client().get(address)
    assert (
        answer.status_code == 302
        and "login" in answer.headers["Location"]
        and "trainings" in answer.headers["Location"]
    )
    assert Client().post(address).status_code == 302 and not Attendance.objects.exists()


def test_out_of_its_time_it_says_so(phone: Phone, train: Enter, personas: Any) -> None:
    row = train(hours=5)
    address, street = reverse("field:training_sign", args=[sign_in.code_of(row)]), phone("street")
    html = street.get(address).content.decode()
    assert "不在签到时间内：2026-09-15 16:30 至 2026-09-15 19:30 可以签到" in html and "btn--wide" not in html
    assert street.post(address).status_code in (302, 409) and not Attendance.objects.exists()
    with clock.at(NOON + timedelta(hours=6)):
        assert "btn--wide" in street.get(address).content.decode()
    actions.cancel_training(actor=personas["office"], training_id=row.pk, note="改期")
    assert "已取消，不再签到" in street.get(address).content.decode()
    for wrong in ("1", sign_in.code_of(row)[:-2]):
        assert street.get(reverse("field:training_sign", args=[wrong])).status_code == 404
