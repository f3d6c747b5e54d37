"""How many queries one request costs, counted in this process through Django's test client."""

from __future__ import annotations

import json
import uuid

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.tasks import TEXT


def count(method: str, path: str, token: str = "") -> int:
    """Queries of the second of two such requests: the first fills the process's caches."""
    client = Client(headers={"authorization": f"Bearer {token}"} if token else None)
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            if method == "POST":
                body = {"id": str(uuid.uuid4()), "text": TEXT, "lat": 30.005, "lon": 120.005}
                response = client.post(path, json.dumps(body), content_type="application/json")
            else:
                response = client.get(path)
        if response.status_code >= 300:
            raise RuntimeError(f"{method} {path}: {response.status_code} {response.content[:300]!r}")
    return len(captured)
