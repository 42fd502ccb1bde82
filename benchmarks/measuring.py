"""Time candidates in turn, round by round, and compare medians: machines are noisy, ratios within one run are not."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable

QUICK = bool(os.environ.get("QUICK"))
"""`make bench QUICK=1`: does every benchmark run? Its figures say nothing."""


def rounds(candidates: dict[str, Callable[[], int]], *, count: int, warm: int = 1) -> dict[str, float]:
    """Return each candidate's median CPU seconds per unit; a candidate returns how many units it did."""
    times: dict[str, list[float]] = {name: [] for name in candidates}
    for number in range(count + warm):
        for name, run in candidates.items():
            started = time.process_time()
            units = run()
            spent = (time.process_time() - started) / units
            if number >= warm:
                times[name].append(spent)
    return {name: statistics.median(values) for name, values in times.items()}
