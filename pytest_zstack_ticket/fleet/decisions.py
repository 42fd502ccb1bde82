"""Decisions of a fleet: whether a target is tried again, and whether the next wave starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from pytest_zstack_ticket.fleet.job import Kind
from pytest_zstack_ticket.fleet.plan import Limits, Wave
from pytest_zstack_ticket.fleet.result import status_of

StopReason: TypeAlias = Literal["regression", "not-passed", "no-verdict"]


@dataclass(slots=True)
class Tries:
    """How often a target was tried, by what ended the attempt."""

    attempts: int = 0
    no_target: int = 0
    killed: int = 0

    def pause_before_next(self, kind: Kind, limits: Limits) -> float | None:
        """Count an attempt, and return the seconds until the next; None if there is to be none.

        Only a target that could not be reached and a run that was killed are tried again: any other end is a result.
        """
        self.attempts += 1
        if kind == "no-target":
            self.no_target += 1
            return limits.retry_pause if self.no_target <= limits.retries else None
        if kind == "killed":
            self.killed += 1
            return 0.0 if self.killed <= limits.restarts else None
        return None


def stop_reason(wave: Wave, results: Sequence[Mapping[str, Any]]) -> StopReason | None:
    """Say why the wave after this one must not start; None if it may."""
    if any(one["regressions"] or status_of(one) == 10 for one in results):
        return "regression"
    if wave.continue_if == "finished":
        return None
    # a run that was cut short has left out what might have been a regression
    without = [one for one in results if one["state"] == "error" or one["kind"] == "cut"]
    if wave.continue_if == "no-regression":
        return "no-verdict" if len(without) > wave.tolerate else None
    missed = [one for one in results if status_of(one) != 0]
    if len(missed) <= wave.tolerate:
        return None
    return "no-verdict" if len(without) == len(missed) else "not-passed"
