"""The result of a verification in the form of SLSA's verification summary, for programs that admit deployments.

Source: SLSA verification summary attestation v1. It is not signed: whoever relies on it verifies the bundle.
"""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import version

from pytest_zstack_ticket.artifacts.bundle import ENVELOPE
from pytest_zstack_ticket.certify.statement import STATEMENT, TARGET, extension, stamp
from pytest_zstack_ticket.model.exchange import JsonObject

PREDICATE = "https://slsa.dev/verification_summary/v1"
DISTRIBUTION = "pytest-zstack-ticket"
VERIFIER = "urn:zstack-ticket:verifier"


def verification_summary(
    statement: JsonObject, *, policy: JsonObject | None, envelope: str, genuine: bool, at: datetime
) -> JsonObject:
    """Summarise the verification of a statement by a verifier's own policy; without one nothing is PASSED.

    `envelope` is the SHA-256 of the file that holds the signed statement.
    """
    claimed = extension(statement)
    passed = genuine and policy is not None and statement["predicate"]["result"] == "PASSED"
    return {
        "_type": STATEMENT,
        "subject": [one for one in statement["subject"] if one["name"] == TARGET],
        "predicateType": PREDICATE,
        "predicate": {
            "verifier": {"id": VERIFIER, "version": {DISTRIBUTION: version(DISTRIBUTION)}},
            "timeVerified": stamp(at.astimezone(UTC)),
            "resourceUri": claimed["target"]["url"],
            "policy": {"uri": policy["name"], "digest": {"sha256": policy["digest"].removeprefix("sha256:")}}
            if policy
            else None,
            "inputAttestations": [{"uri": ENVELOPE, "digest": {"sha256": envelope}}],
            "verificationResult": "PASSED" if passed else "FAILED",
            "verifiedLevels": [],
        },
    }
