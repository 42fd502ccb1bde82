"""Run a property over generated examples with the run's own seed and effort, and leave the shrinking to Hypothesis.

With a window above 1 the verdicts are deferred: examples are drawn first and judged by as many threads; only if one
fails are the same examples drawn again, those that held passed over, and the failing one shrunk one by one. A
batch drawn as a list would not shrink to one body.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_zstack_ticket.client.call_gate import in_context, settled
from pytest_zstack_ticket.runner.budget import (
    LEAST,
    MOST_IN_VAIN,
    MOST_REMEMBERED,
    ROUND,
    Budget,
    Holds,
    Property,
    mark_of,
)
from pytest_zstack_ticket.runner.choices import Decorator, Memory, draw_again, kept
from pytest_zstack_ticket.runner.hypothesis_home import storage

if TYPE_CHECKING:
    from hypothesis import settings
    from hypothesis.strategies import SearchStrategy

EXAMPLES = {"smoke": 15, "standard": 80, "certify": 600}
"""Examples per property and effort."""
MOST_SHRUNK = 400
"""Examples that are tried to make a failing one smaller."""


@dataclass(frozen=True, slots=True)
class Explorer:
    """Explores around the enumerated rows. The same seed draws the same examples.

    What Hypothesis keeps on disk goes to the folder `home`, never beside the caller's own tests: tables of characters
    and constants, which take half a second to make and are the same for every run. `window` is how many
    examples are on their way at once. What `memory` has of an earlier run is drawn before anything else.
    """

    effort: str
    seed: int
    home: str
    window: int = 1
    budget: Budget = field(default_factory=Budget)
    now: Callable[[], float] = time.monotonic
    enter: Callable[[Property], None] | None = None
    memory: Memory | None = None

    def __call__(self, strategy: SearchStrategy[Any], holds: Holds, *, share: float = 1.0) -> None:
        """Call `holds` with drawn examples until it raises, then shrink; `share` scales the number of examples.

        With a budget `holds` is called again at the end of the run, so what it uses has to last as long.
        Raises what `holds` raises on the minimal example, with a note that shows it.
        """
        wanted = max(1, round(EXAMPLES[self.effort] * share))
        exploration = self.memory.begin_exploration() if self.memory is not None else 0
        draw_again(self.memory, exploration, partial(self._run, strategy, holds, 1, self.seed))
        if not self.budget.seconds:
            with kept(self.memory, exploration):
                self._explored(strategy, holds, wanted, self.seed)
            return
        known = Property(strategy, holds, wanted, exploration=exploration)
        self.budget.properties.append(known)
        if self.enter is not None:
            self.enter(known)
        least = min(LEAST, wanted)
        while len(known.seen) < least and not known.over:
            # every round begins with the simplest example, which is new only once
            self.round(known, least - len(known.seen) + bool(known.drawn))
        # without a requirement there is no later report for what is found
        while known.record is None and len(known.seen) < wanted and not known.over and self.budget.left:
            self.round(known, until=self.now() + self.budget.left)

    def round(self, known: Property, examples: int = ROUND, *, until: float = float("inf")) -> None:
        """Draw examples of a property with a seed of their own, and judge those that did not hold before.

        Raises what the property raises; then it is over.
        """
        if known.strategy is None:
            if known.round is not None:
                known.round(known)
            return
        began, before, drawn = self.now(), len(known.seen), 0

        def bounded(example: Any) -> None:
            nonlocal drawn
            drawn += 1
            mark = mark_of(example)
            if mark in known.seen or self.now() >= until:
                return
            known.holds(example)
            known.seen.add(mark if len(known.seen) < MOST_REMEMBERED else -len(known.seen))

        seed = self.seed + known.drawn
        known.drawn += examples
        try:
            with kept(self.memory, known.exploration):
                self._explored(known.strategy, bounded, examples, seed)
        except BaseException:
            known.over = True
            raise
        finally:
            self.budget.spent += self.now() - began
        known.in_vain = 0 if len(known.seen) > before else known.in_vain + 1
        if drawn < examples or known.in_vain >= MOST_IN_VAIN:
            known.exhaust()

    def _explored(self, strategy: SearchStrategy[Any], holds: Holds, examples: int, seed: int) -> None:
        if self.window <= 1:
            self._run(strategy, _shrunk_within(MOST_SHRUNK, holds), examples, seed)
            return
        held = self._deferred(strategy, holds, examples, seed)
        if not all(held):
            self._run(strategy, _shrunk_within(MOST_SHRUNK, _replay(held, holds)), len(held), seed)

    def _deferred(self, strategy: SearchStrategy[Any], holds: Holds, examples: int, seed: int) -> list[bool]:
        """Judge every drawn example in threads; return for each whether it held. Raises any error but a violation."""
        waiting: list[Future[None]] = []
        judged = in_context(holds)
        with ThreadPoolExecutor(self.window) as pool:

            def submit(example: Any) -> None:
                # drawing runs ahead by at most a window, and in bursts: each change of threads costs as much as a draw
                if len(waiting) % self.window == 0 and len(waiting) >= 2 * self.window:
                    settled(waiting[len(waiting) - self.window - 1 : len(waiting) - self.window])
                waiting.append(pool.submit(judged, example))

            self._run(strategy, submit, examples, seed)
            settled(waiting)
        errors = [one.exception() for one in waiting]
        for error in errors:
            if error is not None and not isinstance(error, AssertionError):
                raise error
        return [error is None for error in errors]

    def _run(
        self, strategy: SearchStrategy[Any], holds: Holds, examples: int, seed: int, again: Decorator | None = None
    ) -> None:
        found = _property(strategy, holds, examples, seed)
        with storage(self.home):
            (again(found) if again is not None else found)()


def _property(strategy: SearchStrategy[Any], holds: Holds, examples: int, seed: int) -> Callable[[], None]:
    """Make the test that Hypothesis runs."""
    import hypothesis  # noqa: PLC0415 - 350 ms that only suites pay

    @hypothesis.seed(seed)
    @bounds(examples)
    @hypothesis.given(strategy)
    def property_holds(example: Any) -> None:
        holds(example)

    return property_holds  # type: ignore[no-any-return,unused-ignore] # as `given` leaves it


def _replay(held: list[bool], holds: Holds) -> Holds:
    """Return what passes over the examples that held before, in their order, and judges all others one by one."""
    places = iter(held)
    shrinking = False

    def again(example: Any) -> None:
        nonlocal shrinking
        if not shrinking and next(places, False):
            return
        try:
            holds(example)
        except AssertionError:
            shrinking = True
            raise

    return again


def _shrunk_within(most: int, holds: Holds) -> Holds:
    """Return what judges, once an example failed, so many others at most; what failed last is always judged again.

    Hypothesis shrinks for five minutes what fails now and then, as races do: thousands of requests that show nothing.
    """
    tried, failed = 0, None

    def judged(example: Any) -> None:
        nonlocal tried, failed
        if failed is not None and example != failed[0]:
            tried += 1
            if tried > most:
                return
        try:
            holds(example)
        except AssertionError:
            failed = (example,)
            raise

    return judged


def bounds(examples: int, *, steps: int = 50) -> settings:
    """Return the settings of whatever explores: what is drawn comes from the seed alone, and may take its time.

    `print_blob` shows the choices of a failing example, which `choices.kept` takes from there.
    """
    from hypothesis import HealthCheck, Phase, settings  # noqa: PLC0415 - as above

    return settings(
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        print_blob=True,
        report_multiple_bugs=False,
        max_examples=examples,
        stateful_step_count=steps,
    )
