"""Take from the evidence what a page shows: a few exchanges, and how long answers and jobs took."""

from __future__ import annotations

import json
from array import array
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.edge.members import read_lines
from pytest_zstack_ticket.model.errors import EvidenceError

Line = dict[str, Any]
JOB_ROLES = ("subject", "sibling")


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """Exchanges by id, as the evidence has them; seconds of every answer, and of every job from start to end."""

    exchanges: dict[str, Line] = field(default_factory=dict)
    seconds: array[float] = field(default_factory=lambda: array("d"))
    jobs: array[float] = field(default_factory=lambda: array("d"))


@dataclass(slots=True)
class _Times:
    """When each exchange began and ended, and which of them are jobs that were seen already."""

    spans: dict[str, tuple[float, float]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)


def read_excerpt(path: Path, wanted: Collection[str]) -> Excerpt:
    """Return what a page shows of an evidence file. Raises EvidenceError.

    The lines are not held to their schema: a page proves nothing, and `judge` reads them with care.
    """
    excerpt, times = Excerpt(), _Times()
    try:
        for line in read_lines(path):
            if line.endswith(b"\n"):
                _take(json.loads(line), frozenset(wanted), excerpt, times)
    except OSError as error:
        raise EvidenceError(f"{path} cannot be read: {error.strerror}. Give the whole folder of a run.") from error
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise EvidenceError(
            f"{path} is no evidence of a run ({error}). Give the folder as the run wrote it."
        ) from error
    return excerpt


def _take(told: Line, wanted: Collection[str], excerpt: Excerpt, times: _Times) -> None:
    kind = told.pop("type", None)
    if kind == "exchange":
        times.spans[told["id"]] = (told["started"], told["started"] + told["elapsed"])
        if "response" in told and told["elapsed"] > 0:  # a delivery to our web hook has no duration
            excerpt.seconds.append(told["elapsed"])
        if told["id"] in wanted:
            excerpt.exchanges[told["id"]] = told
    elif kind == "example":
        for role in JOB_ROLES:
            _take_job(told["roles"].get(role, ()), excerpt, times)


def _take_job(ids: list[str], excerpt: Excerpt, times: _Times) -> None:
    """Note how long a job took; one answer is no job, and a sibling stands beside many subjects."""
    if len(ids) < 2 or ids[0] in times.seen or not {ids[0], ids[-1]} <= times.spans.keys():
        return
    times.seen.add(ids[0])
    excerpt.jobs.append(times.spans[ids[-1]][1] - times.spans[ids[0]][0])
