"""Sign-in: nobody signs up, the campaign office opens accounts; a forgotten password goes by mail if there is mail."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.views import password_reset
from django.conf import settings
from django.contrib import messages
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from chuangcheng.notices.mail import backend
from chuangcheng.web.limits import sender
from chuangcheng.web.pages import public


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Closes the door of self-registration; counts by the address that signs in; mails by the city's own server."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Always False."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """By the same rule as our own limits: behind a proxy, not the proxy's."""
        return sender(request)

    def get_from_email(self) -> str:
        """The sender of the city's mails."""
        return str(settings.CITY.mail_from)

    def render_mail(self, *given: object, **more: object) -> EmailMessage:
        """The mail, to be sent over the connection that ``mail_url`` describes, as notices are."""
        mail: EmailMessage = super().render_mail(*given, **more)
        mail.connection = backend(settings.CITY.mail_url)
        return mail


@public
def forgotten(request: HttpRequest) -> HttpResponseBase:
    """A new password by mail; a city without a mail server sends nobody into waiting for one."""
    if not settings.CITY.mail_url:
        messages.info(request, _("本系统未配置邮件，忘记密码请联系创城办重置。"))
        return HttpResponseRedirect(reverse("account_login"))
    answer: HttpResponseBase = password_reset(request)
    return answer
