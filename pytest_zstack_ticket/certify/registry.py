"""The public list of certificates: what was certified, for how long, and what was withdrawn and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from pytest_zstack_ticket.certify.rejection import Rejection
from pytest_zstack_ticket.certify.signed_list import ListKind
from pytest_zstack_ticket.certify.statement import extension, stamp
from pytest_zstack_ticket.certify.verify import Verification
from pytest_zstack_ticket.model.digest import digest
from pytest_zstack_ticket.model.errors import EvidenceError, UsageError
from pytest_zstack_ticket.model.exchange import JsonObject

REGISTRY = ListKind(
    name="registry", words="a registry of certificates", made_by="registry", key_option="--registry-key"
)
COPIED = ("number", "target", "profile", "verdict", "partial", "deviations", "counts", "coverage", "validity", "policy")
"""What an entry repeats of its statement."""


def entry_of(found: Verification) -> JsonObject:
    """Make the entry of a certificate that was verified. Raises EvidenceError for another."""
    if not found.genuine or found.statement is None:
        raise EvidenceError("only certificates that were verified are listed.")
    claimed = extension(found.statement)
    return {
        **{key: claimed[key] for key in COPIED},
        "run": {key: claimed["run"][key] for key in ("id", "started", "effort")},
        "suite": claimed["suite"]["version"],
        "result": found.statement["predicate"]["result"],
        "statement": digest(found.statement),
        "signers": sorted({keyid for keyid, verified in found.signatures if verified}),
        "withdrawn": None,
    }


def merged(listed: Iterable[JsonObject], new: Iterable[JsonObject]) -> list[JsonObject]:
    """Add entries to a list; what was withdrawn stays so.

    Raises UsageError for a number with two certificates,
    and for another certificate of a run of which one was withdrawn.
    """
    found = {one["number"]: one for one in listed}
    gone = {one["run"]["id"]: one["number"] for one in found.values() if one["withdrawn"]}
    for one in new:
        if gone.get(one["run"]["id"], one["number"]) != one["number"]:
            run, number = one["run"]["id"], gone[one["run"]["id"]]
            raise UsageError(f"run {run} had the certificate {number}, which was withdrawn. Certify a new run.")
        known = found.get(one["number"])
        if known and known["statement"] != one["statement"]:
            raise UsageError(f"number {one['number']} belongs to another certificate. Sign with another --number.")
        found[one["number"]] = {**one, "withdrawn": known["withdrawn"]} if known else one
    return [found[number] for number in sorted(found)]


def withdraw(listed: Sequence[JsonObject], number: str, reason: str, now: datetime) -> list[JsonObject]:
    """Mark a certificate of a list as withdrawn, for good. Raises UsageError if that cannot be."""
    entry = next((one for one in listed if one["number"] == number), None)
    if entry is None:
        raise UsageError(f"--withdraw: the registry lists no certificate {number}.")
    if entry["withdrawn"]:
        raise UsageError(f"--withdraw: {number} was withdrawn at {entry['withdrawn']['at']} already.")
    gone = {**entry, "withdrawn": {"at": stamp(now), "reason": reason}}
    return [gone if one is entry else one for one in listed]


def unregistered(statement: JsonObject, registry: JsonObject) -> list[Rejection]:
    """Say why a statement is no certificate that a registry vouches for."""
    number = extension(statement)["number"]
    entry = next((one for one in registry["certificate"] if one["number"] == number), None)
    if entry is None:
        return [Rejection("number-unlisted", f"{number}, {registry['issued']}")]
    if entry["statement"] != digest(statement):
        return [Rejection("number-otherwise", number)]
    gone = entry["withdrawn"]
    return [Rejection("withdrawn", f"{number}, {gone['at']}: {gone['reason']}")] if gone else []
