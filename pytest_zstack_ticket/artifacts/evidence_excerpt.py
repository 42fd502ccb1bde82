"""Take from the evidence what a page shows: a few exchanges, and how long answers and jobs took."""

from __future__ import annotations

import re
from array import array
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.api.strict_json import parse
from pytest_zstack_ticket.artifacts.gzip_lines import read_lines
from pytest_zstack_ticket.model.errors import EvidenceError

Line = dict[str, Any]
OK = 200
TICKETS = "/v1/tickets"
_JOB = re.compile(r"/api-jobs/([\w-]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """Exchanges by id, as the evidence has them; seconds of every answer, and of every job from start to end.

    `started` is when the request of each answer was sent; `tickets` has a moment with 1 for each that was created
    and -1 for each that was deleted.
    """

    exchanges: dict[str, Line] = field(default_factory=dict)
    seconds: array[float] = field(default_factory=lambda: array("d"))
    jobs: array[float] = field(default_factory=lambda: array("d"))
    started: array[float] = field(default_factory=lambda: array("d"))
    tickets: list[tuple[float, int]] = field(default_factory=list)


def read_excerpt(path: Path, wanted: Collection[str]) -> Excerpt:
    """Return what a page shows of an evidence file. Raises EvidenceError.

    The lines are not held to their schema: a page proves nothing, and `judge` reads them with care.
    """
    excerpt, running = Excerpt(), dict[str, tuple[float, int]]()
    try:
        for line in read_lines(path):
            if line.endswith(b"\n"):
                entry = parse(line)
                if entry.pop("type", None) == "exchange":
                    _take(entry, wanted, excerpt)
                    _take_job(entry, excerpt, running)
    except OSError as error:
        raise EvidenceError(f"{path} cannot be read: {error.strerror}. Give the whole folder of a run.") from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise EvidenceError(
            f"{path} is no evidence of a run ({error}). Give the folder as the run wrote it."
        ) from error
    return excerpt


def _take(entry: Line, wanted: Collection[str], excerpt: Excerpt) -> None:
    if "response" in entry and entry["elapsed"] > 0:  # a delivery to our web hook has no duration
        excerpt.seconds.append(entry["elapsed"])
        excerpt.started.append(entry["started"])
    if entry["id"] in wanted:
        excerpt.exchanges[entry["id"]] = entry


def _change_of(request: Line) -> int:
    """Say how many tickets more there are once a call has succeeded."""
    path = request["path"].partition("?")[0].rstrip("/")
    if request["method"] == "POST" and path == TICKETS:
        return 1
    return -int(request["method"] == "DELETE" and path.startswith(f"{TICKETS}/"))


def _take_job(entry: Line, excerpt: Excerpt, running: dict[str, tuple[float, int]]) -> None:
    """Note when a job began, and how long it took once a poll finds it ended; `running` holds only those between.

    With it comes what the job does to the number of tickets.
    """
    status, body = (entry.get("response", {}).get(key) for key in ("status", "body"))
    if status == 202 and isinstance(body, str):
        started = _JOB.search(body)
        if started:
            running.setdefault(started[1], (entry["started"], _change_of(entry["request"])))
    polled = _JOB.search(entry["request"]["path"])
    if polled and status not in (None, 202) and polled[1] in running:
        began, change = running.pop(polled[1])
        ended = entry["started"] + entry["elapsed"]
        excerpt.jobs.append(ended - began)
        excerpt.tickets.extend([(ended, change)] if change and status == OK else [])
    elif not polled and status == OK:
        change = _change_of(entry["request"])
        excerpt.tickets.extend([(entry["started"] + entry["elapsed"], change)] if change else [])
