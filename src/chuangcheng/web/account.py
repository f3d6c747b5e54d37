"""Sign-in: accounts are made by the campaign office, nobody signs up."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from chuangcheng.web.limits import sender


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Closes the door of self-registration; counts by the address that signs in."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Always False."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """By the same rule as our own limits: behind a proxy, not the proxy's."""
        return sender(request)
