"""The public list of certificates: what was certified, for how long, and what was withdrawn and why."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from pytest_zstack_ticket.certify.messages import logged_claims
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
SHORTEST = timedelta(minutes=2)
"""No run that is certified is shorter."""
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
        "logged": [{"signer": at.logged.signer, **logged_claims(at.logged)} for at in found.times if at.logged],
        "signers": sorted({keyid for keyid, verified in found.signatures if verified}),
        "withdrawn": None,
    }


def merged(listed: Iterable[JsonObject], new: Iterable[JsonObject]) -> list[JsonObject]:
    """Add entries to a list; what was withdrawn stays so.

    Raises UsageError for a number with two certificates, for one that reads like another,
    and for another certificate of a run of which one was withdrawn.
    """
    found = {one["number"]: one for one in listed}
    gone = [one for one in found.values() if one["withdrawn"]]
    for one in new:
        withdrawn = next((two for two in gone if two["number"] != one["number"] and _of_one_run(two, one)), None)
        if withdrawn:
            run, number = one["run"]["id"], withdrawn["number"]
            raise UsageError(f"run {run} had the certificate {number}, which was withdrawn. Certify a new run.")
        known = found.get(one["number"])
        other = next((number for number in found if _spelt(number) == _spelt(one["number"])), None)
        if other and not known:
            raise UsageError(f"number {one['number']} reads like {other}, which is listed. Sign with another --number.")
        if known and known["statement"] != one["statement"]:
            raise UsageError(f"number {one['number']} belongs to another certificate. Sign with another --number.")
        kept = {"withdrawn": known["withdrawn"], "logged": one["logged"] or known.get("logged", [])} if known else {}
        found[one["number"]] = {**one, **kept}
    return [found[number] for number in sorted(found)]


def _of_one_run(one: JsonObject, other: JsonObject) -> bool:
    """Tell whether two entries are of one run, even if it was given another id: no target has two runs at once."""
    if one["run"]["id"] == other["run"]["id"]:
        return True
    began = (datetime.fromisoformat(entry["run"]["started"]) for entry in (one, other))
    return bool(one["target"]["url"] == other["target"]["url"] and abs(next(began) - next(began)) < SHORTEST)


def _spelt(number: str) -> str:
    """Return what numbers have in common that read alike."""
    return re.sub(r"[._-]+", "-", number.upper()).translate(str.maketrans("OIL", "011"))


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
