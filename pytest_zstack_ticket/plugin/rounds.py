"""Repeat the bodies of tests marked `zstack_rounds` with varied drafts, until enough distinct inputs were examined.

The first round has the calibration draft itself. How many more there are follows from how many distinct inputs the
first one examined, so a body that tries a dozen of kinds is repeated less often than one that tries a single one.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from itertools import islice, takewhile
from typing import Any

import pytest

from pytest_zstack_ticket.client.rounds import in_round
from pytest_zstack_ticket.plugin.run_order import group_of
from pytest_zstack_ticket.runner.record import CURRENT
from pytest_zstack_ticket.runner.run import Run
from pytest_zstack_ticket.scenarios.in_window import in_window

DEPTH = {"smoke": 1, "standard": 2, "certify": 25}
"""Distinct inputs that a test examines by effort, if it is repeated; the floors of `verdicts/floors.py` are below."""
SPARE = 3
"""So many drafts are tried for each round: a cloud may rightly refuse some, for want of a ticket type."""


class Rounds:
    """The hook that calls marked tests; those whose body was started ahead are called by `lookahead`."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        """Call a marked test in all its rounds; any other one is called by pytest."""
        if _most(pyfuncitem, DEPTH[self._run.options["effort"]]) <= 1:
            return None
        names = inspect.signature(pyfuncitem.function).parameters
        call_in_rounds(self._run, pyfuncitem, {name: pyfuncitem.funcargs[name] for name in names})
        return True


def call_in_rounds(run: Run, item: pytest.Function, arguments: Mapping[str, Any]) -> None:
    """Call the function of a test, again and again with varied drafts if it is marked so. Raises what it raises."""
    body = partial(item.obj, **arguments)
    body()
    more = _more_rounds(item, DEPTH[run.options["effort"]])
    if more:
        for _ in _calls(run, item, partial(_further, body), _drafts(run, item, more)):
            pass


def _most(item: pytest.Item, depth: int) -> int:
    """Return how many rounds a test may have: `most` of its marker, or as many as inputs are wanted."""
    marker = item.get_closest_marker("zstack_rounds")
    return 1 if marker is None else min(depth, int(marker.kwargs.get("most", depth)))


def _more_rounds(item: pytest.Item, depth: int) -> int:
    """Return how many rounds there are beyond the first; none where that one had nothing to examine."""
    record, most = CURRENT.get(), _most(item, depth)
    if most <= 1 or record is None or not record.tally.examples:
        return 0
    each = max(1, len(record.tally.inputs))
    return min(most, -(-depth // each)) - 1


def _drafts(run: Run, item: pytest.Item, count: int) -> Iterator[int]:
    """Yield the numbers of so many varied drafts that the target accepts: the others would prove nothing."""
    endpoint = run.reached.endpoint
    if endpoint.calibration.refused:
        return iter(())

    def is_refused(number: int) -> bool:
        return in_round(number, lambda: endpoint.calibration.refused)

    tried = _calls(run, item, is_refused, range(1, SPARE * count + 1))
    return islice((number for number, refused in tried if not refused), count)


def _calls(
    run: Run, item: pytest.Item, call: Callable[[int], Any], numbers: Iterator[int] | range
) -> Iterator[tuple[int, Any]]:
    """Make a call for each number: next to each other, unless the test needs quiet or few tickets may exist."""
    quiet = group_of(item) != "" or run.reached.usage_counter.caps.alive is not None
    quota = run.reached.endpoint.quota

    def apart(number: int) -> Any:
        with quota.apart():
            return call(number)

    going_on = takewhile(lambda _: not run.stopped, numbers)
    return in_window(apart, going_on, window=1 if quiet else run.window)


def _further(body: Callable[[], object], number: int) -> None:
    """Call a body in a further round; what cannot be examined with its draft was examined with others."""
    with suppress(pytest.skip.Exception):
        in_round(number, body)
