"""Tickets are deleted next to a test of sessions only as long as those of the run last."""

from types import SimpleNamespace

import pytest

from pytest_zstack_ticket.plugin.run_order import is_tidied


@pytest.mark.parametrize(
    ("marker", "lasting", "expected"),
    [
        (None, True, False),
        ({}, True, False),
        ({"cleanup": True}, False, True),
        ({"cleanup": "sessions"}, True, True),
        ({"cleanup": "sessions"}, False, False),
    ],
)
def test_who_deletes_next_to_a_test_must_not_log_in_again(marker, lasting, expected):
    found = None if marker is None else SimpleNamespace(kwargs=marker)
    assert is_tidied(SimpleNamespace(get_closest_marker=lambda _name: found), sessions_last=lasting) is expected
