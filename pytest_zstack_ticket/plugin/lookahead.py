"""Start the bodies of the next shipped tests before pytest comes to them, so that their calls overlap.

pytest still sets up, reports and tears down one test after the other: when it comes to a test whose body was started,
the call waits for that body and raises what it raised. Only tests of the shipped suites that need nothing but fixtures
of ours are started ahead. Those marked `zstack_alone` run next to none but tests of the same group. Those that explore
are left to the main thread; bodies run next to them, and more are started between their calls. Those marked
`zstack_early` are the first: alone until all their calls were sent, then next to all others while their jobs take long.
Of those that open and end sessions one at a time runs next to those that need no quiet, see `turns`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from contextvars import Context, copy_context
from functools import partial
from typing import Any, cast

import pytest

from pytest_zstack_ticket.client import call_gate, rounds
from pytest_zstack_ticket.client.call_gate import CallGate, RunStoppedError
from pytest_zstack_ticket.config.package_data import suites_folder
from pytest_zstack_ticket.plugin import items
from pytest_zstack_ticket.plugin.bodies import Body, arguments_of, uses_only_ours
from pytest_zstack_ticket.plugin.fixtures import FIXTURE_VALUE
from pytest_zstack_ticket.plugin.repetitions import PATIENCE, Repetitions, count_again
from pytest_zstack_ticket.plugin.rounds import call_in_rounds
from pytest_zstack_ticket.plugin.run_order import explores, group_of, is_tidied
from pytest_zstack_ticket.plugin.ticket_room import fits_beside
from pytest_zstack_ticket.plugin.turns import Turns
from pytest_zstack_ticket.runner.run import Run

BODIES = 2
"""Bodies that run at once for each call that may be under way: some wait for what others make, or for a date."""
GRACE = 5.0
"""Seconds beyond the patience for one answer that bodies get to end once the run was told to stop."""


def is_wanted(config: pytest.Config) -> bool:
    """Return True if this process runs tests, and no debugger is to stop in one of them."""
    debugged = config.option.usepdb or getattr(config.option, "trace", False)
    return not (debugged or hasattr(config, "workerinput"))


class Lookahead:
    """The hooks that start bodies and wait for them. Bodies are started and reported by the main thread alone."""

    def __init__(self, run: Run, config: pytest.Config) -> None:
        self._run = run
        self._config = config
        self._items: list[pytest.Item] = []
        self._place: dict[pytest.Item, int] = {}
        self._ahead: dict[pytest.Item, bool] = {}
        self._here = 0
        self._next = 0
        self._bodies: dict[pytest.Item, Body] = {}
        self._running: set[Body] = set()
        self._ended = threading.Semaphore(0)
        self._starting = False
        self._early: set[pytest.Item] | None = None
        self._turns = Turns(run)
        self._turn: Body | None = None
        self._repetitions = Repetitions()
        self._context = copy_context()
        self._gate = CallGate(run.window, self._between_calls)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Remember the order of the tests."""
        self._items = list(session.items)
        self._place = {item: place for place, item in enumerate(self._items)}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        """Start what may run next to a test that pytest comes to."""
        self._here = self._place.get(item, len(self._items))
        self._context = copy_context()
        self._next = max(self._next, self._here)
        if self._group(item) != "":
            self._end_turn()
        tidied = self._group(item) == "" or is_tidied(item, sessions_last=self._run.reached.sessions.lasting)
        self._run.reached.cleanup.in_background(self._run.window > 1 and tidied)
        self._start_more()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Bound the calls of a test that pytest runs itself, and start bodies next to it: now there are fixtures."""
        ahead = item in self._bodies
        if not ahead:
            self._next = max(self._next, self._here + 1)
            self._start_more()
        shared = not ahead and (self._running or explores(item)) and self._group(item) is not None
        began = time.monotonic()
        try:
            with call_gate.bounded(self._gate if shared else None, first=explores(item)):
                result = yield
        except RunStoppedError:  # Python dropped the interrupt, and the test went on to its next call
            raise KeyboardInterrupt from None
        except Exception:
            self._repeat_alone(item, time.monotonic() - began if shared else None)
            raise
        self._repeat_alone(item, time.monotonic() - began if shared else None)
        return result

    def _end_turn(self) -> None:
        """Wait for the body of a test that takes its turn next to others: what comes now is none of these."""
        while self._turn is not None and not self._turn.over:
            self._ended.acquire()

    def _between_calls(self) -> None:
        """Start bodies while the main thread is busy with a test that makes one call after the other."""
        if threading.current_thread() is threading.main_thread():
            self._start_more()

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        """Wait for a body that was started, and raise what it raised; any other test is called by pytest."""
        body = self._bodies.pop(pyfuncitem, None)
        if body is None:
            return None
        while not body.over:
            self._start_more()
            self._ended.acquire()
        self._repeat_alone(pyfuncitem, body.seconds)
        if body.error is not None:
            raise body.error
        return True

    def _repeat_alone(self, item: pytest.Item, seconds: float | None) -> None:
        """Call a body that failed beside others, in so many seconds, once more alone: it may need them.

        That is no evidence. Bodies of a group, which log in wrongly or count, are left out, and those that explore.
        """
        record, plain = item.stash.get(items.RECORD, None), self._group(item) == "" and not explores(item)
        plain = plain or item in self._turns.taken
        if record is None or not plain or self._run.stopped or not self._repetitions.allow(record, seconds):
            return
        began, self._starting = time.monotonic(), True
        try:
            if not self._is_quiet(began + PATIENCE):
                return
            body = Body(cast("pytest.Function", item), self._run.examiner.ahead(record.requirement, record.test))
            context = self._prepared(body)
            context.run(rounds.repeat, item.nodeid)
            context.run(self._work, body, arguments_of(self._config, body.item))
        finally:
            self._starting = False
            self._repetitions.used(time.monotonic() - began)
        if isinstance(body.error, KeyboardInterrupt):
            raise body.error
        count_again(record, body.record)

    def _is_quiet(self, deadline: float) -> bool:
        """Wait until no other body runs, but those that were started early: these wait themselves, mostly."""
        while any(one.item not in (self._early or ()) for one in list(self._running)):
            if time.monotonic() > deadline:
                return False
            self._ended.acquire(timeout=1.0)
        return True

    def _prepared(self, body: Body) -> Context:
        """Return a context in which a body can run, its examples those of its record."""
        self._run.reached.cleanup.protect(body)
        context = self._context.copy()
        context.run(self._run.examiner.enter, body.record)
        context.run(self._run.reached.cleanup.holds.enter, body)
        return context

    @pytest.hookimpl(tryfirst=True)
    def pytest_keyboard_interrupt(self) -> None:
        """Let bodies send nothing more."""
        self.stop_sending()

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """End the bodies that pytest never came to, before the target is cleaned up."""
        self.stop_sending()
        if self._running:
            end = time.monotonic() + self._run.reached.settings.patience.read + GRACE
            for body in list(self._running):
                if body.thread is not None:
                    body.thread.join(max(0.0, end - time.monotonic()))

    def stop_sending(self) -> None:
        """Let bodies send nothing more, and start none; may be called by the handler of a signal."""
        self._next = len(self._items)
        self._gate.stop()
        if self._run.target is not None:
            self._run.target.hurry()

    def _start_more(self) -> None:
        """Start bodies in the order of the tests, as far as the window and the group of the present test allow."""
        if self._run.window <= 1 or FIXTURE_VALUE not in self._config.stash or self._here >= len(self._items):
            return
        group = self._group(self._items[self._here])
        if group is None or self._starting:
            return
        self._starting = True  # a fixture that is made for a body may make calls of its own
        try:
            if self._early is None:
                self._early = set()
                if group == "":
                    self._turns.prepare(self._items[self._here :])
                self._start_early(self._early)
            if group == "":
                self._start_turn()
            while self._next < len(self._items) and self._has_room(group):
                item = self._items[self._next]
                if self._group(item) != group or not self._fits(item):
                    return
                self._next += 1
                if not explores(item) and item not in self._early:
                    self._start(item)
        finally:
            self._starting = False

    def _start_early(self, started: set[pytest.Item]) -> None:
        """Start what later tests need not wait for, one after the other, each once the calls of the last were sent."""
        if self._group(self._items[self._here]) != "":
            return
        for item in self._items[self._here + 1 :]:
            marker = item.get_closest_marker("zstack_early")
            if marker is not None and self._run.options["effort"] in marker.args and self._group(item) is not None:
                started.add(item)
                self._start(item)
                if item in self._bodies:
                    self._bodies[item].sent.wait(self._run.reached.settings.patience.read + GRACE)

    def _start_turn(self) -> None:
        """Start the next test that opens and ends sessions, once the one before it is over."""
        if (self._turn is None or self._turn.over) and self._has_room(""):
            item = self._turns.next(lambda one: self._can_run_ahead(one) and self._fits(one))
            if item is not None:
                self._start(item)
                self._turn = self._bodies.get(item)

    def _has_room(self, group: str) -> bool:
        """Return True if another body may run; the calls of all are bounded by the gate, those of races meet there."""
        return len(self._running) < self._run.window * (1 if group else BODIES)

    def _fits(self, item: pytest.Item) -> bool:
        """Return True if the tickets of a test fit into the quota, beside those of the bodies that run."""
        here = self._items[self._here]
        in_front = (here,) if explores(here) and here is not item else ()
        return fits_beside(self._run, item, (*in_front, *(one.item for one in list(self._running))))

    def _group(self, item: pytest.Item) -> str | None:
        """Return which tests a test may run next to, by the name of their group; None for a test that runs alone."""
        return group_of(item) if self._can_run_ahead(item) else None

    def _can_run_ahead(self, item: pytest.Item) -> bool:
        """Return True for a test of the shipped suites that needs nothing but fixtures of ours."""
        if item not in self._ahead:
            shipped = suites_folder() in item.path.parents and items.requirement_of(item) in self._run.catalogue
            self._ahead[item] = shipped and uses_only_ours(item)
        return self._ahead[item]

    def _start(self, item: pytest.Item) -> None:
        """Start the body of a test in a thread of its own; what cannot be started is left to pytest."""
        if not isinstance(item, pytest.Function):
            return
        try:
            arguments = arguments_of(self._config, item)
        except (Exception, pytest.fail.Exception, pytest.skip.Exception):  # noqa: BLE001 - pytest meets it again, and reports it
            return
        record = items.begin_ahead(self._run, item)
        if record is None:
            return
        body = self._bodies[item] = Body(item, record)
        self._running.add(body)
        context = self._prepared(body)
        context.run(call_gate.use, self._gate)
        context.run(call_gate.announce, body.sent.set)
        work = partial(context.run, self._work, body, arguments)
        body.thread = threading.Thread(target=work, name=f"zstack-{item.name}", daemon=True)
        body.thread.start()

    def _work(self, body: Body, arguments: dict[str, Any]) -> None:
        began = time.monotonic()
        try:
            call_in_rounds(self._run, body.item, arguments)
        except BaseException as error:  # noqa: BLE001 - raised again when pytest comes to the test
            body.error = error
        finally:
            self._run.reached.cleanup.release(body)
            self._running.discard(body)
            body.seconds = time.monotonic() - began
            body.over = True
            body.sent.set()
            self._ended.release()
