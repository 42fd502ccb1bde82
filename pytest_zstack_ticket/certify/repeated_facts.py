"""Whether what a report repeats of the evidence beside its rows is there: observations, calibration, version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from pytest_zstack_ticket.api.capabilities import (
    UNKNOWN_TICKET,
    created_capabilities,
    reported_version,
    spoken_capabilities,
    with_capabilities,
)
from pytest_zstack_ticket.api.server_info import target_facts
from pytest_zstack_ticket.artifacts.evidence_reader import Evidence
from pytest_zstack_ticket.config.profile_file import profile_from_json
from pytest_zstack_ticket.model.exchange import Exchange, JsonObject, Response
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.report.finding import calibration_json, message_json
from pytest_zstack_ticket.report.sanitize import scrubbed, scrubbed_json

VERSIONS = "/v1/management-nodes/actions"
"""Where a target is asked for its version."""
TICKETS = "/v1/tickets?limit=1"
"""What a run asks first to see whether tickets can be queried."""
SUCCESS, REDIRECTS = 200, 300
MOST_POLLS = 100_000
MOST_SHOWN = 4
"""Exchanges that a report names of an observation."""


def unsupported(report: JsonObject, evidence: Evidence) -> Iterator[str]:
    """Yield what a report says of the evidence that the evidence does not say."""
    if _counted(report["observations"]) != _observed(evidence) or not _observed_there(report, evidence):
        yield "the observations of the report are not those of the evidence"
    trail = calibration_trail(report, evidence)
    if trail is None:
        yield "the calibration request of the report does not stand in the evidence"
        return
    profile = profile_from_json(report["profile"])
    if trail and scrubbed_json(calibration_json(trail, profile)) != report["calibration"]:
        yield "the calibration request led to another end than the report says"
    stated, found = report["environment"]["target"], scrubbed_json(target_facts(trail))
    if {**stated, "clock": None} != {**found, "clock": None}:
        yield "the answers name another server or gateway than the report"
    if not _alike(stated["clock"], found["clock"]):
        yield "the answers have other dates than the report says of the target's clock"
    missing = _shown_capabilities(evidence, trail, profile).capabilities - profile.capabilities if trail else ()
    if missing:
        yield f"the target showed {min(missing)}, which its profile lacks"
    version = scrubbed(_reported(evidence))
    if (report["target"]["version"] or "") != version:
        yield f"the target says that it is of version {version or 'unknown'}, the report another"


def calibration_trail(report: JsonObject, evidence: Evidence) -> tuple[Exchange, ...] | None:
    """Return the calibration request with its polls; nothing if none was sent, None if they are not in the evidence.

    It is sent before anything runs at the same time, so its exchanges have numbers one after the other.
    """
    message = (report["calibration"] or {}).get("message")
    if not message:
        return () if report["calibration"] is None else None
    prefix, _, number = message["exchange"].rpartition("-")
    if not number.isascii() or not number.isdigit():
        return None
    ids = [f"{prefix}-{place:06}" for place in range(int(number), int(number) + min(message["polls"], MOST_POLLS) + 1)]
    trail = tuple(evidence.exchanges[one] for one in ids if one in evidence.exchanges)
    return trail if scrubbed_json(message_json(trail)) == message else None


def _alike(stated: int | None, found: int | None) -> bool:
    """Tell whether two offsets of a clock in seconds are one, but for how they were rounded."""
    return stated == found if stated is None or found is None else abs(stated - found) <= 1


def _reported(evidence: Evidence) -> str:
    """Return what the target said of its version when it was asked first."""
    asked = _first(evidence, "PUT", VERSIONS)
    return reported_version(asked) if asked else ""


def _first(evidence: Evidence, method: str, path: str) -> Exchange | None:
    """Return the first request of a kind, by the process that began the run; None if there was none."""
    worker = evidence.header.get("worker", "m")
    ids = (one for one in sorted(evidence.exchanges) if one.rpartition("-")[0] == worker)
    return next((one for one in map(evidence.exchanges.get, ids) if one and _asks(one, method, path)), None)


def _asks(one: Exchange, method: str, path: str) -> bool:
    return (one.request.method, one.request.path) == (method, path)


def _shown_capabilities(evidence: Evidence, trail: tuple[Exchange, ...], profile: Profile) -> Profile:
    """Return a profile with the capabilities that the first calls of a run show: what they show, every run finds.

    What the operator declared absent stays absent, and the report says so.
    """
    query, event = (_first(evidence, *one) for one in (("GET", TICKETS), ("PUT", UNKNOWN_TICKET)))
    found = created_capabilities(trail, profile)
    found |= spoken_capabilities(("HTTP/1.0",), (event,)) if event else frozenset()
    if query and isinstance(query.answer, Response) and SUCCESS <= query.answer.status < REDIRECTS:
        found |= {"query"}
    return with_capabilities(profile, frozenset(found))


def _counted(stated: Iterable[JsonObject]) -> Counter[tuple[str, str]]:
    return Counter({(one["id"], repr(value["value"])): value["count"] for one in stated for value in one["values"]})


def _observed(evidence: Evidence) -> Counter[tuple[str, str]]:
    return Counter((one.id, repr(scrubbed_json({"value": one.value})["value"])) for one in evidence.observations)


def _observed_there(report: JsonObject, evidence: Evidence) -> bool:
    """Tell whether each observation of a report names the first exchanges of one of that very value."""
    seen: dict[tuple[str, str], list[list[str]]] = {}
    for one in evidence.observations:
        key = one.id, repr(scrubbed_json({"value": one.value})["value"])
        seen.setdefault(key, []).append(list(one.exchanges[:MOST_SHOWN]))
    rows = ((one["id"], row) for one in report["observations"] for row in one["values"])
    return all(row["exchanges"] in seen.get((key, repr(row["value"])), ()) for key, row in rows)
