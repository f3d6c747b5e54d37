"""A client of GeoReport that we did not write reads the running server, in both forms."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import georeport
import pytest
import requests

from tests import tables
from tests.homes import Home, serving_at

pytestmark = pytest.mark.full

#: A town with three reviewed reports, one of them closed, and a fourth that waits; prints a key to report with, a
#: token to move cases with, and a case to move.
TOWN = """
import json
from uuid import uuid4
from django.db.models import Q
from chuangcheng.cases import actions
from chuangcheng.cases.models import Case
from chuangcheng.framework.actions import load_sample, publish_edition
from chuangcheng.history.sweep import drain
from chuangcheng.kernel.actor import CITIZEN, SYSTEM
from chuangcheng.people import actions as people
from chuangcheng.people.selectors import actor_of
from chuangcheng.people.tokens import issue
from chuangcheng.places.actions import save_division

city = save_division(code="990100", name="云岭市", level="city", parent_code=None)
unit = people.save_unit(actor=SYSTEM, code="U-CCB", name="创城办", kind="office", division=city)
person = people.save_person(actor=SYSTEM, username="office", name="张三")
office = actor_of(people.give_post(actor=SYSTEM, person=person, role="office", unit=unit, division=city))
publish_edition(actor=office, edition=load_sample(actor=office))
for n in range(4):
    given = actions.ReportInput(
        id=uuid4(), text=f"第{n}堆垃圾，电话13800138000", source="portal", category_code="06010", lat=30.0 + n, lon=120.0
    )
    report, _ = actions.create_report(actor=CITIZEN, given=given)
    if n < 3:
        case = actions.file_report(actor=office, report_id=report.pk)
    if n == 2:
        actions.void_case(actor=office, case_id=case.pk, reason_code="duplicate")
drain()
waiting = str(Case.objects.get(reports__text__startswith="第0堆").pk)
print(json.dumps({"key": issue(office.post_id, use="open311"), "token": issue(office.post_id), "case": waiting}))
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The endpoint of the served town, and its key."""
    home = Home(tables.copy_home(tmp_path_factory.mktemp("open311") / "home"))
    told = json.loads(home.django(TOWN).splitlines()[-1])
    with serving_at(home) as server:
        assert server.ready is not None
        yield {"endpoint": f"{server.place.address}open311/v2", "api": f"{server.place.address}api/v1", **told}


@pytest.fixture(params=["json", "xml"])
def client(request: pytest.FixtureRequest, served: dict[str, str]) -> Any:
    """The client, asking for one form."""
    return georeport.GeoReport(served["endpoint"], jurisdiction="990100", output_format=request.param)


def test_it_lists_services(client: Any) -> None:
    services = client.get_service_list()
    assert len(services) > 5
    (rubbish,) = [each for each in services if each["service_code"] == "06010"]
    assert rubbish["service_name"] == "暴露垃圾"
    assert client.get_service_definition("06010")["service_code"] == "06010"


def test_it_lists_requests(client: Any) -> None:
    found = client.get_service_requests()
    assert [each["description"] for each in found] == [f"第{n}堆垃圾，电话138****8000" for n in (2, 1, 0)]
    assert {each["status"] for each in found} == {"open", "closed"}
    one = client.get_service_request(found[0]["service_request_id"])
    assert one == found[0]


def test_it_filters_requests(client: Any) -> None:
    every = client.get_service_requests(service_code="06010", status="open,closed")
    still_open = client.get_service_requests(status="open")
    assert len(every) == 3 and len(still_open) == 2
    two = ",".join(each["service_request_id"] for each in still_open)
    assert client.get_service_requests(service_request_id=two) == still_open
    first = every[-1]["requested_datetime"]
    assert len(client.get_service_requests(start_date=first)) == 3


def test_it_is_told_what_is_wrong(client: Any) -> None:
    with pytest.raises(requests.HTTPError, match="404"):
        client.get_service_definition("99999")
    with pytest.raises(requests.HTTPError, match="400"):
        client.get_service_requests(start_date="yesterday")


def test_what_is_sent_can_be_followed(served: dict[str, str], client: Any) -> None:
    """The client cannot create, so a plain form post does, as the standard describes it."""
    given = {"api_key": served["key"], "service_code": "06010", "address_string": "永安路", "description": "新的一堆"}
    (told,) = requests.post(f"{served['endpoint']}/requests.json", data=given, timeout=30).json()
    assert client.get_service_request(told["service_request_id"])["status_notes"] == "待受理"


def at_once(send: Callable[[], requests.Response]) -> list[requests.Response]:
    """The answers to one and the same request, sent eight times at the same moment."""
    with ThreadPoolExecutor(8) as pool:
        return [each.result() for each in [pool.submit(send) for _ in range(8)]]


def test_of_eight_at_once_one_creates(served: dict[str, str]) -> None:
    given = {"api_key": served["key"], "service_code": "06010", "address_string": "长乐路", "description": "八次同时"}
    answers = at_once(lambda: requests.post(f"{served['endpoint']}/requests.json", data=given, timeout=60))
    assert sorted(each.status_code for each in answers) == [200] * 7 + [201]
    assert len({each.text for each in answers}) == 1


def test_of_eight_at_once_one_moves(served: dict[str, str]) -> None:
    path = f"{served['api']}/cases/{served['case']}"
    headers = {"Authorization": f"Bearer {served['token']}"}
    given = {"id": "0190a0c0-7b1e-7cc3-9d2f-0a1b2c3d4e5f", "unit": "U-CCB"}
    answers = at_once(lambda: requests.post(f"{path}/moves/dispatch", json=given, headers=headers, timeout=60))
    assert {each.status_code for each in answers} == {200}
    (link,) = requests.get(path, headers=headers, timeout=30).json()["assignments"]
    assert link["unit"]["code"] == "U-CCB"
