"""Run a property over generated examples with the run's own seed and effort, and leave the shrinking to Hypothesis.

With a window above 1 the verdicts are deferred: examples are drawn first and judged by as many threads; only if one
departs are the same examples drawn again, those that held passed over, and the departing one shrunk one by one. A
batch drawn as a list would not shrink to one body.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Holds = Callable[[Any], None]

EXAMPLES = {"smoke": 15, "standard": 80, "certify": 600}
"""Examples per property and effort."""
LEAST = 10
"""Examples that every property gets, whatever the budget; fewer than by effort leave its requirement inconclusive."""
ROUND = 100
"""Examples that are drawn at once while a budget lasts, each round with a seed of its own."""


@dataclass(slots=True)
class Budget:
    """Seconds that all exploring may take, shared by the properties that are still to come; 0 bounds nothing."""

    seconds: float = 0.0
    properties: int = 0
    spent: float = 0.0

    def share(self) -> float:
        """Return the seconds for the next property."""
        self.properties = max(1, self.properties)
        share = max(0.0, self.seconds - self.spent) / self.properties
        self.properties -= 1
        return share


@dataclass(frozen=True, slots=True)
class Explorer:
    """Explores around the enumerated rows. The same seed draws the same examples.

    What Hypothesis keeps on disk goes to the folder `home`, never beside the caller's own tests. `window` is how many
    examples are on their way at once.
    """

    effort: str
    seed: int
    home: str
    window: int = 1
    budget: Budget = field(default_factory=Budget)
    now: Callable[[], float] = time.monotonic
    tell: Callable[[int], None] | None = None

    def __call__(self, strategy: SearchStrategy[Any], holds: Holds, *, share: float = 1.0) -> None:
        """Call `holds` with drawn examples until it raises, then shrink; `share` scales the number of examples.

        Raises what `holds` raises on the minimal example, with a note that shows it.
        """
        least = max(1, round(EXAMPLES[self.effort] * share))
        if not self.budget.seconds:
            self._explored(strategy, holds, least, self.seed)
            return
        began, done, drawn = self.now(), 0, 0
        until = began + self.budget.share()

        def bounded(example: Any) -> None:
            nonlocal done
            if done < LEAST or self.now() < until:
                done += 1
                holds(example)

        try:
            while drawn == 0 or self.now() < until:
                self._explored(strategy, bounded, ROUND, self.seed + drawn)
                drawn += ROUND
        finally:
            self.budget.spent += self.now() - began
        if self.tell is not None and done < min(least, ROUND):
            self.tell(done)

    def _explored(self, strategy: SearchStrategy[Any], holds: Holds, examples: int, seed: int) -> None:
        if self.window <= 1:
            self._run(strategy, holds, examples, seed)
            return
        held = self._deferred(strategy, holds, examples, seed)
        if not all(held):
            self._run(strategy, _replay(held, holds), len(held), seed)

    def _deferred(self, strategy: SearchStrategy[Any], holds: Holds, examples: int, seed: int) -> list[bool]:
        """Judge every drawn example in threads; return for each whether it held. Raises what is no departure."""
        waiting: list[Future[None]] = []
        with ThreadPoolExecutor(self.window) as pool:

            def submit(example: Any) -> None:
                if len(waiting) >= self.window:
                    # the oldest one that still runs bounds how far drawing runs ahead
                    waiting[len(waiting) - self.window].exception()
                waiting.append(pool.submit(holds, example))

            self._run(strategy, submit, examples, seed)
        errors = [one.exception() for one in waiting]
        for error in errors:
            if error is not None and not isinstance(error, AssertionError):
                raise error
        return [error is None for error in errors]

    def _run(self, strategy: SearchStrategy[Any], holds: Holds, examples: int, seed: int) -> None:
        import hypothesis  # noqa: PLC0415 - 350 ms that only suites pay
        from hypothesis import HealthCheck, Phase, settings  # noqa: PLC0415 - as above

        bounds = settings(
            max_examples=examples,
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
            print_blob=False,
            report_multiple_bugs=False,
        )

        @hypothesis.seed(seed)
        @bounds
        @hypothesis.given(strategy)
        def property_holds(example: Any) -> None:
            holds(example)

        with _storage(self.home):
            property_holds()


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


@contextmanager
def _storage(folder: str) -> Iterator[None]:
    """Let Hypothesis use another storage folder for a while."""
    from hypothesis import configuration  # noqa: PLC0415 - as above

    before = getattr(configuration, "__hypothesis_home_directory", None)
    configuration.set_hypothesis_home_dir(folder)
    try:
        yield
    finally:
        configuration.set_hypothesis_home_dir(before)
