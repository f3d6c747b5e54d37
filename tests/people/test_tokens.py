"""API tokens: genuine, in time, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from chuangcheng.kernel import clock
from chuangcheng.people import tokens


def test_a_token_names_its_post_until_it_ends(noon: object) -> None:
    post_id = uuid4()
    token = tokens.issue(post_id, days=2)
    assert tokens.post_id_of(token) == post_id
    with clock.at(clock.now() + timedelta(days=2)):
        assert tokens.post_id_of(token) is None


@pytest.mark.parametrize("token", ["", "x", "a:b", "a:b:c", "null:x", "\0", "é:é"])
def test_nonsense_names_nobody(token: str) -> None:
    assert tokens.post_id_of(token) is None


def test_a_changed_token_names_nobody() -> None:
    token = tokens.issue(uuid4())
    head, _, tail = token.partition(":")
    assert tokens.post_id_of(head[:-1] + ("A" if head[-1] != "A" else "B") + ":" + tail) is None


def test_a_token_opens_only_what_it_was_made_for() -> None:
    post_id = uuid4()
    staff, partner = tokens.issue(post_id), tokens.issue(post_id, use="open311")
    assert (tokens.post_id_of(staff), tokens.post_id_of(staff, use="open311")) == (post_id, None)
    assert (tokens.post_id_of(partner), tokens.post_id_of(partner, use="open311")) == (None, post_id)
    hotline = tokens.issue(post_id, use="hotline")
    assert [tokens.post_id_of(hotline, use=use) for use in ("api", "open311", "hotline")] == [None, None, post_id]
