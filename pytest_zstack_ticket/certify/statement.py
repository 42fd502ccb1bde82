"""The signed statement: the test result of in-toto, with an extension for what that cannot express.

All but evidence, validity and nonce is a function of the report (`claims`), so that a verifier can recompute and
compare it. Source: in-toto attestation framework, Statement v1 and test-result v0.1.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from pytest_zstack_ticket.artifacts.seal import Seal
from pytest_zstack_ticket.certify.rejection import Rejection
from pytest_zstack_ticket.model.digest import digest
from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.verdicts.coverage import coverage

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://in-toto.io/attestation/test-result/v0.1"
EXTENSION = "urn:zstack-ticket:artefact:certificate:1"
TARGET = "target"
DRAWN = re.compile(r"ZT[0-9]{4}[0-9A-F]{12}")
"""The form of numbers that are drawn, without their dashes; others are given out by a certifier."""
WAIVER = ("requirement", "class", "reason", "owner", "approver", "expires")
"""What a statement repeats of a waiver: who answers for which failure, why, and until when."""
DISAGREE = {
    "suite": "suite-differs",
    "run": "run-differs",
    "target": "target-differs",
    "profile": "profile-differs",
    "requirement-set": "requirement-set-differs",
    "verdict": "verdict-differs",
    "partial": "verdict-differs",
    "deviations": "verdict-differs",
    "counts": "counts-differ",
    "coverage": "counts-differ",
    "waivers": "waivers-differ",
    "residue": "residue-differs",
    "installed": "installed-differs",
    "environment": "environment-differs",
    "execution": "execution-differs",
    "kill-matrix": "kill-matrix-differs",
}
"""Reason to reject a statement, by the claim that differs from its report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a signer adds to a report: validity, the certifier's nonce and policy, and the certificate's number.

    Each is empty without one; then the number is drawn from the statement.
    """

    not_before: datetime
    not_after: datetime
    nonce: str = ""
    policy: JsonObject | None = None
    number: str = ""


def make_statement(
    report: JsonObject, files: Mapping[str, str], seal: Seal, terms: Terms, used: JsonObject | None = None
) -> JsonObject:
    """Return the statement about a report; `files` maps the name of each file of the bundle to its SHA-256.

    `used` counts the creates that carry the nonce, None without one.
    """
    claimed = claims(report)
    policy = {key: terms.policy[key] for key in ("name", "digest")} if terms.policy else None
    statement = {
        "_type": STATEMENT,
        "subject": [*({"name": name, "digest": {"sha256": files[name]}} for name in sorted(files)), identity(report)],
        "predicateType": PREDICATE,
        "predicate": {
            **test_result(report, policy=policy),
            EXTENSION: {
                **claimed,
                "evidence": {"file": report["evidence"]["file"], **asdict(seal)},
                "validity": {"notBefore": stamp(terms.not_before), "notAfter": stamp(terms.not_after)},
                "nonce": terms.nonce or report["run"].get("nonce"),
                "nonce-use": used,
                "policy": policy,
            },
        },
    }
    extension(statement)["number"] = terms.number or drawn_number(statement)
    return statement


def drawn_number(statement: JsonObject) -> str:
    """Draw the number of a certificate from what it says, so that certificates need no counting."""
    year = extension(statement)["validity"]["notBefore"][:4]
    return f"ZT-{year}-{digest(statement).removeprefix('sha256:')[:12].upper()}"


def like_drawn(number: str) -> bool:
    """Tell whether a number reads like a drawn one, however spelt: it could pass for that of another certificate."""
    plain = re.sub(r"[._-]", "", number.upper()).translate(str.maketrans("OIL", "011"))
    return bool(DRAWN.fullmatch(plain))


def borrowed_number(statement: JsonObject) -> bool:
    """Tell whether a number reads like a drawn one and was not drawn from what the certificate says."""
    number = extension(statement)["number"]
    if not like_drawn(number):
        return False
    bare = copy.deepcopy(statement)
    del extension(bare)["number"]
    return bool(number != drawn_number(bare))


def claims(report: JsonObject) -> JsonObject:
    """Return the claims of a statement about a report."""
    run = report["run"]
    waivers = report.get("waivers", [])
    return {
        "suite": run["suite"],
        "run": {
            **{key: run[key] for key in ("id", "started", "ended", "effort", "seed", "complete")},
            "nonce": run.get("nonce"),
        },
        "target": report["target"],
        "profile": {key: report["profile"][key] for key in ("name", "base", "digest")},
        "requirement-set": report["requirement-set"],
        "verdict": report["verdict"],
        "partial": report["partial"],
        "deviations": report.get("deviations"),
        "counts": report["counts"]["requirements"],
        "coverage": coverage(report),
        "waivers": {
            "count": len(waivers),
            "digest": digest(waivers),
            "used": [{key: one[key] for key in WAIVER} for one in waivers if one["state"] == "waived"],
        },
        "residue": run["left_on_target"],
        "installed": run.get("installed"),
        "environment": report.get("environment"),
        "execution": run.get("execution"),
        "kill-matrix": report.get("kill-matrix"),
    }


def test_result(report: JsonObject, *, policy: JsonObject | None) -> JsonObject:
    """Return a report as a test result of in-toto.

    That has three results only: whatever is not conformance is FAILED, even what could not be decided. Conformance is
    WARNED unless the run was held to a policy: without one, nothing says how much has to be examined.
    """
    rows = report["requirements"]
    waived = {row["id"] for row in rows if row.get("waived")}
    whole = report["verdict"] == "passed" and not report["partial"]
    deviating = report.get("deviations") is not None and not report["partial"]
    return {
        "result": _result(conformant=whole and not waived, deviating=deviating or whole, policy=policy),
        "configuration": [{"name": name, "digest": _digest(value)} for name, value in _configuration(report) if value],
        "passedTests": _ids(rows, ["passed"], without=waived),
        "warnedTests": sorted({*waived, *_ids(rows, ["inconclusive"], without=waived)}),
        "failedTests": _ids(rows, ["failed", "error"], without=waived),
    }


def _result(*, conformant: bool, deviating: bool, policy: JsonObject | None) -> str:
    if conformant and policy:
        return "PASSED"
    return "WARNED" if deviating else "FAILED"


def _configuration(report: JsonObject) -> list[tuple[str, str]]:
    """Return what the result depends on: names with digests, empty where an older run recorded none."""
    run = report["run"]
    return [
        ("requirement-set", report["requirement-set"]["digest"]),
        ("profile", report["profile"]["digest"]),
        ("suite", run["suite"].get("digest", "")),
        ("installed", (run.get("installed") or {}).get("digest", "")),
        ("kill-matrix", (report.get("kill-matrix") or {}).get("digest", "")),
    ]


def _ids(rows: Sequence[JsonObject], verdicts: Sequence[str], *, without: set[str]) -> list[str]:
    return sorted(row["id"] for row in rows if row["verdict"] in verdicts and row["id"] not in without)


def _digest(text: str) -> dict[str, str]:
    name, _, value = text.partition(":")
    return {name: value}


def identity(report: JsonObject) -> JsonObject:
    """Return the target as a subject; only it has a `uri`, so no file can pass for it."""
    target = report["target"]
    return {"name": TARGET, "uri": target["url"], "digest": _digest(digest(target))}


def files_of(statement: JsonObject) -> dict[str, str]:
    """Return the SHA-256 of each file of a statement. Raises ValueError for a duplicate name."""
    files = [one for one in statement["subject"] if "uri" not in one]
    found = {one["name"]: one["digest"]["sha256"] for one in files}
    if len(found) != len(files):
        raise ValueError("a subject is named twice")
    return found


def extension(statement: JsonObject) -> JsonObject:
    """Return the extension of a statement, which holds its claims."""
    value: JsonObject = statement["predicate"][EXTENSION]
    return value


def disagreements(statement: JsonObject, report: JsonObject) -> list[Rejection]:
    """Return where a statement differs from its report."""
    signed, claimed = extension(statement), claims(report)
    if signed["run"]["id"] != claimed["run"]["id"]:
        return [Rejection("report-of-other-run", claimed["run"]["id"])]
    reasons = [DISAGREE[key] for key in claimed if signed.get(key) != claimed[key]]
    if claimed["run"]["nonce"] and signed["nonce"] != claimed["run"]["nonce"]:
        reasons.append("nonce-differs")
    stated, kept = signed["evidence"], report["evidence"] or {}
    if any(stated[key] != kept.get(key) for key in ("file", "size", "root")):
        reasons.append("evidence-differs")
    result = test_result(report, policy=signed["policy"])
    if {key: statement["predicate"].get(key) for key in result} != result:
        reasons.append("verdict-differs")
    if [one for one in statement["subject"] if "uri" in one] != [identity(report)]:
        reasons.append("target-differs")
    return [Rejection(reason) for reason in dict.fromkeys(reasons)]


def untimely(statement: JsonObject, since: datetime, until: datetime) -> list[Rejection]:
    """Return why a statement is not valid between two moments, which are equal for one moment."""
    validity = extension(statement)["validity"]
    if until < datetime.fromisoformat(validity["notBefore"]):
        return [Rejection("not-yet-valid", validity["notBefore"])]
    if since >= datetime.fromisoformat(validity["notAfter"]):
        return [Rejection("expired", validity["notAfter"])]
    return []


def stamp(moment: datetime) -> str:
    """Return a moment as a statement has it, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
