"""The summary of a verification is PASSED only for a genuine bundle that passed and met the verifier's own policy."""

from datetime import UTC, datetime

import pytest

from pytest_zstack_ticket.certify.statement import EXTENSION
from pytest_zstack_ticket.certify.summary_attestation import verification_summary

AT = datetime(2026, 11, 29, tzinfo=UTC)
POLICY = {"name": "standard-2026", "digest": "sha256:abc"}
TARGET = {"name": "target", "uri": "https://cloud:8080", "digest": {"sha256": "def"}}


def summary(*, result="PASSED", policy=POLICY, genuine=True):
    claims = {"target": {"url": "https://cloud:8080"}}
    statement = {
        "subject": [{"name": "report.json", "digest": {"sha256": "1"}}, TARGET],
        "predicate": {"result": result, EXTENSION: claims},
    }
    return verification_summary(statement, policy=policy, envelope="23", genuine=genuine, at=AT)


def test_it_names_target_policy_and_what_was_verified():
    found = summary()
    assert found["subject"] == [TARGET]
    predicate = found["predicate"]
    assert predicate["policy"] == {"uri": "standard-2026", "digest": {"sha256": "abc"}}
    assert predicate["inputAttestations"] == [{"uri": "statement.dsse.json", "digest": {"sha256": "23"}}]
    assert (predicate["resourceUri"], predicate["timeVerified"]) == ("https://cloud:8080", "2026-11-29T00:00:00Z")
    assert predicate["verificationResult"] == "PASSED"


@pytest.mark.parametrize("more", [{"result": "WARNED"}, {"policy": None}, {"genuine": False}])
def test_anything_less_is_failed(more):
    assert summary(**more)["predicate"]["verificationResult"] == "FAILED"
