"""Whether evidence can be that of the run its report describes: times, counters, and no gap in the exchanges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from pytest_zstack_ticket.artifacts.evidence_reader import Evidence
from pytest_zstack_ticket.model.exchange import Exchange, Failure, JsonObject

SLACK = 60.0
"""Seconds that the clock of the machine may be set during a run."""
TICKETS = "/v1/tickets"
WEBHOOKS = "-hook"
"""Ending of the ids of received webhooks; those of other runs are counted but not kept."""


def was_sent(one: Exchange) -> bool:
    """Return False for a request that a cap of the run kept back: it is counted once it is sent."""
    return not isinstance(one.answer, Failure) or one.answer.sent


def implausible(report: JsonObject, evidence: Evidence) -> str:
    """Say why evidence cannot be that of a report's run; an empty text if it can."""
    return next(_reasons(report, evidence), "")


def _reasons(report: JsonObject, evidence: Evidence) -> Iterator[str]:
    run = report["run"]
    ours, theirs = evidence.header["suite"], run["suite"]
    if (ours["name"], ours["version"]) != (theirs["name"], theirs["version"]):
        yield "evidence and report name two versions of the suite"
    try:
        since, until = (datetime.fromisoformat(run[key]).timestamp() for key in ("started", "ended"))
    except (ValueError, OverflowError):
        yield "the times of the run are no times"
        return
    if until < since:
        yield "the run ended before it started"
    for one in evidence.exchanges.values():
        if not since - SLACK <= one.started <= until + SLACK:
            yield f"the exchange {one.id} is not from the time of the run"
    sent = [one.request for one in evidence.exchanges.values() if was_sent(one)]
    posts = sum(one.method == "POST" and one.path == TICKETS for one in sent)
    counted = run["residue"].get("used", {}).get("created")
    if counted is not None and posts > counted:
        yield f"the evidence has {posts} creates, but the run counted {counted}"
    if len(set(evidence.numbers)) != len(evidence.numbers):
        yield "an example stands twice"
    if evidence.complete:
        yield from _gaps("exchanges", evidence.exchanges)
        yield from _gaps("examples", evidence.numbers)
    counts = {"exchange": len(evidence.exchanges), "example": len(evidence.examples)}
    counts |= {"observation": len(evidence.observations)}
    stated = {**dict.fromkeys(counts, 0), **report["evidence"]["counts"]}
    if stated != counts:
        yield f"the evidence has {counts}, but the run kept {stated}"


def _gaps(what: str, ids: Iterable[str]) -> Iterator[str]:
    """Yield where one is missing: each process numbers exchanges of each session, and examples, from 1."""
    numbers: dict[str, set[int]] = {}
    for one in ids:
        prefix, _, number = one.rpartition("-")
        if not number.isascii() or not number.isdigit():
            yield f"{one} is no id of {what}"
            continue
        numbers.setdefault(prefix, set()).add(int(number))
    for prefix, found in numbers.items():
        if not prefix.endswith(WEBHOOKS) and (min(found), max(found)) != (1, len(found)):
            yield f"{what} are missing between {prefix}-{min(found):06} and {prefix}-{max(found):06}"
