"""What history remembers of a site."""

from __future__ import annotations

from typing import Any

from chuangcheng.sites.models import Site

#: Name and address are text that may be corrected; they stay out of history.
FACTS = ("code", "kind_code", "unit_id", "division_id", "division_path", "grid_id", "lat", "lon", "state")


def facts(site: Site) -> dict[str, Any]:
    """Codes, ids and numbers of the site as it stands."""
    return {name: getattr(site, name) for name in FACTS}
