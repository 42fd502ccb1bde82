"""Whether a report meets a certification policy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from pytest_zstack_ticket.certify.judged_again import is_known
from pytest_zstack_ticket.certify.rejection import Rejection
from pytest_zstack_ticket.config.policy_file import load_policy, shipped_like
from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.model.nonce import nonce_seed
from pytest_zstack_ticket.verdicts.coverage import coverage, other_limits, other_release, unknown_plugins

SECURITY = frozenset({"access", "isolation", "session"})
"""Areas of which no failure may be waived."""
LEAST_CARRYING = 0.9
"""Share of creates that carry the nonce; those of which a test needs the whole name do not."""
LEAST_UNMARKED = 10
"""Creates without a mark: a second pass sends half of the enumerated drafts so, and a run by chance one or two."""
LONGEST_WAIVER = timedelta(days=731)


def unmet(
    policy: JsonObject | None, report: JsonObject, at: datetime, used: JsonObject | None = None
) -> list[Rejection]:
    """Return why a report does not meet a policy, also if a time in it is none; nothing without a policy."""
    try:
        return [Rejection("policy-unmet", one) for one in (shortfalls(policy, report, at, used) if policy else ())]
    except (ValueError, TypeError, OverflowError) as error:
        return [Rejection("policy-unmet", str(error))]


def wrongly_claimed(
    claimed: JsonObject | None, report: JsonObject, at: datetime, used: JsonObject | None
) -> list[Rejection]:
    """Return whether a statement claims a shipped policy, or a name that reads like one, which the run does not meet.

    Shipped policies are those of this version: another one may have had other rules of that name.
    """
    shipped = shipped_like(claimed["name"]) if claimed else ""
    if not claimed or not shipped:
        return []
    policy = load_policy(shipped)
    if (claimed["name"], claimed["digest"]) == (shipped, policy["digest"]):
        return unmet(policy, report, at, used)
    other = claimed["name"] != shipped or is_known(report["run"]["suite"])
    return [Rejection("policy-borrowed", claimed["name"])] if other else []


def shortfalls(policy: JsonObject, report: JsonObject, at: datetime, used: JsonObject | None = None) -> list[str]:
    """Say what a policy requires that a report does not show.

    `at` is when it was signed, `used` how many of the creates in its evidence carry the nonce.
    """
    return [
        *_of_the_verdict(report),
        *_of_the_run(policy, report, at),
        *_of_the_nonce(policy, report["run"], used),
        *_of_the_marks(policy, report["run"], used),
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
    yield from (f"pytest plugin {one['name']}" for one in unknown_plugins(report, policy.get("plugins", ())))
    if at - datetime.fromisoformat(run["ended"]) > timedelta(days=policy["longest-age-days"]):
        yield f"run of {run['ended']}"
    if covered["must-not-examined"] > policy["most-must-not-examined"]:
        yield f"{covered['must-not-examined']} must requirements not examined"


def _of_the_nonce(policy: JsonObject, run: JsonObject, used: JsonObject | None) -> Iterator[str]:
    """Yield what is wrong with the nonce: it decides what is drawn, so that a run cannot be rehearsed."""
    nonce = run.get("nonce")
    if not policy["nonce"]:
        return
    if not nonce:
        yield "no certifier's nonce"
    elif run["seed"] != nonce_seed(nonce):
        yield f"seed {run['seed']}, which is not that of the nonce"
    if used and used["carrying"] < LEAST_CARRYING * used["creates"]:
        yield f"the nonce in {used['carrying']} of {used['creates']} creates only"


def _of_the_marks(policy: JsonObject, run: JsonObject, used: JsonObject | None) -> Iterator[str]:
    """Yield what is wrong if every ticket could be recognised as that of a test.

    What the run says of its options is not enough: a target that takes over no resourceUuid gets marked tickets only.
    """
    asked = run.get("execution", {}).get("options", {}).get("unmarked", {}).get("value")
    if not policy.get("unmarked"):
        return
    if asked != str(True):
        yield "every ticket carried a mark: no --zstack-unmarked"
    elif used is not None and used.get("unmarked", 0) < LEAST_UNMARKED:
        yield f"tickets carried a mark: the evidence has {used.get('unmarked', 0)} creates without one"


def _of_the_target(policy: JsonObject, report: JsonObject) -> Iterator[str]:
    profile = report["profile"]
    version = other_release(report)
    if version:
        yield f"target of version {version} judged as release {report['target']['release']['oldest']}"
    if report["target"]["kind"] not in policy["kinds"]:
        yield f"target {report['target']['kind']}"
    if profile["name"] not in policy["profiles"]:
        yield f"profile {profile['name']}"
    if policy["standard-limits"] and other_limits(profile["limits"]):
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
