"""The WSGI application that granian serves."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chuangcheng.config.django")
_django = get_wsgi_application()

from chuangcheng.config.health import refuse_until_ready  # noqa: E402 - needs Django's rooms loaded
from chuangcheng.worker import watch  # noqa: E402

application = refuse_until_ready(_django)
watch.until_parent_is_gone(lambda: os._exit(1))
