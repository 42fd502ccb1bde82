"""Whether a report meets a certification policy, and how much of the suite it covers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from pytest_zstack_ticket.certify.rejection import Rejection
from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.model.profile import Limits

EXAMINED = frozenset({"passed", "failed", "inconclusive", "error"})

SECURITY = frozenset({"access", "isolation", "session"})
"""Areas of which no failure may be waived."""
LONGEST_WAIVER = timedelta(days=731)


def coverage(report: JsonObject) -> JsonObject:
    """Count how much of the suite a report covers: what every claim has to be read with."""
    rows = report["requirements"]
    left_out = [row for row in rows if row["verdict"] not in EXAMINED]
    profile = report["profile"]
    return {
        "requirements": len(rows),
        "not-examined": len(left_out),
        "must-not-examined": sum(row["level"] == "must" for row in left_out),
        "absent": sorted(profile["absent"]),
        "standard-limits": profile["limits"] == standard_limits(),
    }


def standard_limits() -> JsonObject:
    """Write the limits of the built-in profiles as JSON."""
    limits = Limits()
    return {"name": limits.name, "description": limits.description, "comment": limits.comment}


def unmet(policy: JsonObject | None, report: JsonObject, at: datetime) -> list[Rejection]:
    """Return why a report does not meet a policy, also if a time in it is none; nothing without a policy."""
    try:
        return [Rejection("policy-unmet", one) for one in (shortfalls(policy, report, at) if policy else ())]
    except (ValueError, TypeError, OverflowError) as error:
        return [Rejection("policy-unmet", str(error))]


def shortfalls(policy: JsonObject, report: JsonObject, at: datetime) -> list[str]:
    """Say what a policy requires that a report does not show; `at` is when it was signed."""
    return [
        *_of_the_verdict(report),
        *_of_the_run(policy, report, at),
        *_of_the_target(policy, report),
        *_of_the_waivers(policy, report, at),
    ]


def _of_the_verdict(report: JsonObject) -> Iterator[str]:
    if report["verdict"] != "passed" and report.get("deviations") is None:
        yield f"verdict {report['verdict']}"
    if report["partial"]:
        yield "partial run"


def _of_the_run(policy: JsonObject, report: JsonObject, at: datetime) -> Iterator[str]:
    run, covered = report["run"], coverage(report)
    if run["effort"] not in policy["efforts"]:
        yield f"effort {run['effort']}"
    if run["suite"]["version"] not in policy["suite-versions"]:
        yield f"suite {run['suite']['version']}"
    digest = report["requirement-set"]["digest"]
    if digest not in policy.get("requirement-sets", [digest]):
        yield f"requirement set {digest}"
    if policy["nonce"] and not run.get("nonce"):
        yield "no certifier's nonce"
    if at - datetime.fromisoformat(run["ended"]) > timedelta(days=policy["longest-age-days"]):
        yield f"run of {run['ended']}"
    if covered["must-not-examined"] > policy["most-must-not-examined"]:
        yield f"{covered['must-not-examined']} must requirements not examined"


def _of_the_target(policy: JsonObject, report: JsonObject) -> Iterator[str]:
    profile = report["profile"]
    if report["target"]["kind"] not in policy["kinds"]:
        yield f"target {report['target']['kind']}"
    if profile["name"] not in policy["profiles"]:
        yield f"profile {profile['name']}"
    if policy["standard-limits"] and profile["limits"] != standard_limits():
        yield "limits that are not those of the built-in profiles"
    yield from (f"no {one}" for one in policy["capabilities"] if one not in profile["capabilities"])


def _of_the_waivers(policy: JsonObject, report: JsonObject, at: datetime) -> Iterator[str]:
    used = [one for one in report.get("waivers", ()) if one["state"] == "waived"]
    if len(used) > policy["most-waivers"]:
        yield f"{len(used)} waivers"
    yield from (f"waiver of class {one['class']}" for one in used if one["class"] not in policy["waiver-classes"])
    last = (at + LONGEST_WAIVER).date()
    yield from (f"waiver until {one['expires']}" for one in used if date.fromisoformat(one["expires"]) > last)
    covered = {one["requirement"] for one in used}
    for row in (row for row in report["requirements"] if row.get("waived")):
        if row["id"] not in covered:
            yield f"{row['id']} waived without a waiver"
        if row["area"] in SECURITY:
            yield f"{row['id']} waived, which is about security"
