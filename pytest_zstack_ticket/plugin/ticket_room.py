"""Whether the tickets of a test fit into the quota beside those of the tests under way."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from pytest_zstack_ticket.config.suite_load import suite_load
from pytest_zstack_ticket.plugin.items import requirement_of
from pytest_zstack_ticket.runner.run import Run

ROOM = 0.8
"""The part of the tickets that may exist which bodies may need together."""
UNKNOWN_NEED = 3.0
IN_FLIGHT = 2.0
"""Tickets that a body may need for creates which are refused: each counts until its answer is there."""
LARGEST = 0.25
"""The part of the tickets that may exist which one body is taken to need: where it creates more, few are held."""


def fits_beside(run: Run, item: pytest.Item, others: Collection[pytest.Item]) -> bool:
    """Return True if the tickets of a test fit into the quota beside those of others; next to none any does."""
    alive = run.reached.usage_counter.caps.alive
    if alive is None or not others:
        return True
    return sum(_need(run, one, alive) for one in (item, *others)) <= alive * ROOM


def _need(run: Run, item: pytest.Item, alive: int) -> float:
    load = suite_load(run.options["effort"]).get(requirement_of(item))
    need = UNKNOWN_NEED if load is None else max(load.tickets, min(load.posts, IN_FLIGHT))
    return min(alive * LARGEST, need)
