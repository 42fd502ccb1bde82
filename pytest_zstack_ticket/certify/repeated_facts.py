"""Whether what a report repeats of the evidence beside its rows is there: observations, calibration, version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from pytest_zstack_ticket.api.server_info import target_facts
from pytest_zstack_ticket.artifacts.evidence_reader import Evidence
from pytest_zstack_ticket.model.exchange import Exchange, JsonObject, Response
from pytest_zstack_ticket.report.finding import message_json
from pytest_zstack_ticket.report.sanitize import scrubbed_json

MOST_DRIFT = 120
"""Seconds by which an answer may be dated otherwise than a whole call."""


def unsupported(report: JsonObject, evidence: Evidence) -> Iterator[str]:
    """Yield what a report says of the evidence that the evidence does not say."""
    if _counted(report["observations"]) != _observed(evidence) or not _observed_there(report, evidence):
        yield "the observations of the report are not those of the evidence"
    calibrated = (report["calibration"] or {}).get("message")
    if calibrated and not _stands_in(calibrated, evidence):
        yield "the calibration request of the report does not stand in the evidence"
    if not _names_what_answers(report, evidence):
        yield "no answer has the server or gateway that the report names"
    if calibrated and report["calibration"]["accepted"] != ("accepted" in report["profile"]["capabilities"]):
        yield "the report contradicts itself about its calibration request"
    if not _tells_the_clock(report, evidence):
        yield "the answers have other dates than the report says of the target's clock"
    version = report["target"].get("version")
    if version and version.replace(".", "").isalnum() and not _is_answered(version, evidence.exchanges.values()):
        yield f"no answer names the version {version}"


def _names_what_answers(report: JsonObject, evidence: Evidence) -> bool:
    """Tell whether server and gateway of a report are named by answers, which no text beside them can claim."""
    stated = (report.get("environment") or {}).get("target") or {}
    wanted = {("gateway", one) for one in stated.get("gateway", ())} | {("server", stated.get("server"))}
    wanted.discard(("server", None))
    for one in evidence.exchanges.values():
        if not wanted:
            break
        found = target_facts([one])
        wanted -= {("gateway", name) for name in found["gateway"]} | {("server", found["server"])}
    return not wanted


def _tells_the_clock(report: JsonObject, evidence: Evidence) -> bool:
    """Tell whether the target's clock is that of the answers: after all times of a run were moved it is another one."""
    if report.get("environment") is None:
        return True
    stated = report["environment"]["target"].get("clock")
    if stated is None:
        first = evidence.exchanges.get(((report["calibration"] or {}).get("message") or {}).get("exchange", ""))
        return first is None or target_facts([first])["clock"] is None
    seen = (target_facts([one])["clock"] for one in evidence.exchanges.values())
    return any(clock is not None and abs(stated - clock) <= MOST_DRIFT for clock in seen)


def _counted(stated: Iterable[JsonObject]) -> Counter[tuple[str, str]]:
    return Counter({(one["id"], repr(value["value"])): value["count"] for one in stated for value in one["values"]})


def _observed(evidence: Evidence) -> Counter[tuple[str, str]]:
    return Counter((one.id, repr(scrubbed_json({"value": one.value})["value"])) for one in evidence.observations)


def _observed_there(report: JsonObject, evidence: Evidence) -> bool:
    """Tell whether each observation of a report names exchanges of that very observation."""
    seen: dict[tuple[str, str], set[str]] = {}
    for one in evidence.observations:
        key = one.id, repr(scrubbed_json({"value": one.value})["value"])
        seen.setdefault(key, set()).update(one.exchanges)
    rows = ((one["id"], row) for one in report["observations"] for row in one["values"])
    return all(set(row["exchanges"]) <= seen.get((key, repr(row["value"])), set()) for key, row in rows)


def _stands_in(stated: JsonObject, evidence: Evidence) -> bool:
    """Tell whether a message has the request of an exchange, and the answer of it or of a later one."""
    first = evidence.exchanges.get(stated["exchange"])
    if first is None:
        return False
    own = {**stated, "polls": 0}
    # the first exchange is one of the first of the run, and its job's end soon follows
    for one in evidence.exchanges.values():
        found = scrubbed_json(message_json((first, one) if one is not first else (first,)) or {})
        if {**found, "polls": 0} == own:
            return True
    return False


def _is_answered(text: str, exchanges: Iterable[Exchange]) -> bool:
    return any(isinstance(one.answer, Response) and text.encode() in one.answer.body for one in exchanges)
