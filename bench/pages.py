"""The pages that staff keep open, asked of this process as a browser asks them, for posts of different reach."""

from __future__ import annotations

from collections.abc import Callable

#: Who asks: everything is in the office's reach, an area in a street's, and what it ever held in a department's.
POSTS = ("office", "street", "department")
#: Name → address, with what stands behind it.
PAGES = {
    "today": "/desk/",
    "board": "/desk/cases/board/",
    "map": "/desk/cases/map/",
    "points of the map": "/desk/cases/map/content/",
    "list": "/desk/cases/",
    "list of the overdue": "/desk/cases/?status=overdue&sort=due",
    "list, two characters": "/desk/cases/?q=单车",
    "reports": "/desk/reports/",
}


def questions() -> dict[str, Callable[[int], object]]:
    """Every page for every post, the case and the report page for the office."""
    from chuangcheng.cases.models import Case, Report

    found: dict[str, Callable[[int], object]] = {}
    for post in POSTS:
        found |= {f"{name} ({post})": get(post, [address]) for name, address in PAGES.items()}
    newest = {"case": Case.objects.order_by("-filed_at"), "report": Report.objects.order_by("-received_at")}
    for kind, rows in newest.items():
        ids = rows.values_list("pk", flat=True)[:20]
        found[f"{kind} (office)"] = get("office", [f"/desk/{kind}s/{pk}/" for pk in ids])
    return found


def get(username: str, addresses: list[str]) -> Callable[[int], object]:
    """One page after another, for somebody who is signed in."""
    from django.test import Client

    from chuangcheng.people.models import Person

    client, person = Client(), Person.objects.get(username=username)
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")

    def one(number: int) -> object:
        response = client.get(addresses[number % len(addresses)], headers={"host": "localhost"})
        if response.status_code != 200:
            raise RuntimeError(f"{addresses[number % len(addresses)]}: {response.status_code}")
        return response.content

    return one
