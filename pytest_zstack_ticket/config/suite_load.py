"""What the tests of each requirement send, as measured once by `benchmarks/suite_load.py`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pytest_zstack_ticket.config.package_data import suites_folder


@dataclass(frozen=True, slots=True)
class Load:
    """What one test sends, on average over the tests of its requirement.

    `plain` calls are one request each, `jobs` start a job that is polled. Those that are `pooled` are made several at
    once, the others one after the other. `posts` may create a ticket, `tickets` are left for clean-up. Real nodes take
    their time for `broken` jobs, which end by an exception, and never answer for `lost` ones.
    """

    plain: float = 0.0
    jobs: float = 0.0
    pooled_plain: float = 0.0
    pooled_jobs: float = 0.0
    posts: float = 0.0
    tickets: float = 0.0
    broken: float = 0.0
    lost: float = 0.0


def load_path() -> Path:
    """Return where the measured figures are."""
    return suites_folder() / "load.json"


@lru_cache(maxsize=4)
def suite_load(effort: str) -> dict[str, Load]:
    """Return the load of one test of each requirement at an effort, by the requirement's id."""
    rows = json.loads(load_path().read_text("utf-8"))["efforts"].get(effort, {})
    return {name: Load(*(count / max(1, tests) for count in counts)) for name, (tests, *counts) in rows.items()}
