"""The filter by which a number of a weekly summary opens the rows it counted, in every list that one links to."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from chuangcheng.bulletins import counted
from chuangcheng.web.problems import language
from chuangcheng.web.tables import Choice, Filter


def _chosen(request: HttpRequest) -> list[Choice]:
    """The one name that was asked for, in words; an unknown one stays as it is and finds nothing."""
    value = request.GET.get(counted.FILTER, "").replace("\0", "").strip()[:100]
    actor = getattr(request, "actor", None)
    said = counted.words(value, actor) if value and actor else None
    return [(value, said.text(language()) if said else value)] if value else []


COUNTED_IN = Filter(counted.FILTER, _("周小结"), counted.narrowed, _chosen, quiet=True, asks=True)
