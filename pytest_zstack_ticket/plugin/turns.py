"""Tests that open and end sessions, started one at a time next to tests that need no quiet.

A target may keep only so many sessions of a user, and end the oldest for a new one. Whoever works meanwhile would lose
the session of the run, log in again, and so end that of such a test. So before the first of them, while nothing else
runs, as many sessions are opened as any of them needs. Where the session of the run does not outlive that, or dies
later, each of them runs alone in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from pytest_zstack_ticket.model.errors import TargetError
from pytest_zstack_ticket.plugin.run_order import takes_turns
from pytest_zstack_ticket.runner.run import Run

AT_ONCE = 3
"""Sessions that one such test has open beside that of the run, and one more that the run keeps for its log-ins."""
QUERY = "/v1/tickets?limit=1"


class Turns:
    """Those tests of a run that take turns, in their order; asked by the main thread alone."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._waiting: list[pytest.Item] = []
        self.taken: set[pytest.Item] = set()

    def prepare(self, items: Iterable[pytest.Item]) -> None:
        """Look for them among the tests to come, and try whether sessions last; nothing else may run meanwhile."""
        found = [item for item in items if takes_turns(item)]
        self._waiting = found if found and self._sessions_last() else []

    def next(self, ready: Callable[[pytest.Item], bool]) -> pytest.Item | None:
        """Return the next of them; None if there is none, it is not `ready`, or a session of the run has died."""
        if not self._waiting or not self._run.reached.sessions.lasting or not ready(self._waiting[0]):
            return None
        item = self._waiting.pop(0)
        self.taken.add(item)
        return item

    def _sessions_last(self) -> bool:
        """Open several sessions, see whether the first of them and that of the run still count, and end them."""
        reached = self._run.reached
        endpoint = reached.endpoint
        if not {"log-in", "log-out", "query"} <= endpoint.profile.capabilities:
            return False
        try:
            others = [endpoint.another_session() for _ in range(AT_ONCE)]
            first = endpoint.call("GET", QUERY, authorization=others[0].authorization)
            own = endpoint.call("GET", QUERY)
        except TargetError:
            return False
        for one in others:
            endpoint.logout(one.uuid)
        return first.reading == own.reading == "accepted" and reached.sessions.lasting
