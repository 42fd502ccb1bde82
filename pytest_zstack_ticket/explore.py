"""Run a property over generated examples with the run's own seed and effort, and leave the shrinking to Hypothesis."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

EXAMPLES = {"smoke": 15, "standard": 80, "certify": 600}
"""Examples per property and effort."""


@dataclass(frozen=True, slots=True)
class Explorer:
    """Explores around the enumerated rows. The same seed draws the same examples.

    What Hypothesis keeps on disk goes to the folder `home`, never beside the caller's own tests.
    """

    effort: str
    seed: int
    home: str

    def __call__(self, strategy: SearchStrategy[Any], holds: Callable[[Any], None], *, share: float = 1.0) -> None:
        """Call `holds` with drawn examples until it raises, then shrink; `share` scales the number of examples.

        Raises what `holds` raises on the minimal example, with a note that shows it.
        """
        from hypothesis import HealthCheck, Phase, given, seed, settings  # noqa: PLC0415 - 350 ms that only suites pay

        examples = max(1, round(EXAMPLES[self.effort] * share))
        bounds = settings(
            max_examples=examples,
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
            print_blob=False,
            report_multiple_bugs=False,
        )

        @seed(self.seed)
        @bounds
        @given(strategy)
        def property_holds(example: Any) -> None:
            holds(example)

        with _storage(self.home):
            property_holds()


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
