"""Verification of a bundle: signature, keys, validity, files, evidence, agreement of statement and report, verdict.

Unsigned content is read only to say how it was changed; it is never trusted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_zstack_ticket.artifacts.bundle import ENVELOPE, REPORT, Bundle, content, open_bundle, sha256
from pytest_zstack_ticket.artifacts.provenance import suite_digest
from pytest_zstack_ticket.artifacts.report_reader import report_of
from pytest_zstack_ticket.certify.advisories import Advised, advised
from pytest_zstack_ticket.certify.changed_files import changed_files
from pytest_zstack_ticket.certify.consistency import inconsistencies, unsealed
from pytest_zstack_ticket.certify.dsse import Envelope, parse_envelope
from pytest_zstack_ticket.certify.judged_again import Judge, is_known, judged_otherwise, shipped_requirements
from pytest_zstack_ticket.certify.key_set import CERTIFIER, KeySet, SignedAt
from pytest_zstack_ticket.certify.keys import Verifier
from pytest_zstack_ticket.certify.log_keys import LogKey
from pytest_zstack_ticket.certify.policy import unmet, wrongly_claimed
from pytest_zstack_ticket.certify.rejection import Rejection
from pytest_zstack_ticket.certify.report_files import ComparedFiles, compared_files
from pytest_zstack_ticket.certify.signers import (
    CLOCKS,
    Signatures,
    counting,
    signatures_of,
    signing_times,
    unlogged,
    unsigned,
)
from pytest_zstack_ticket.certify.silent_tests import silent_tests
from pytest_zstack_ticket.certify.statement import PAYLOAD_TYPE, borrowed_number, disagreements, extension, untimely
from pytest_zstack_ticket.certify.statement_reader import exchanges_of, nonce_use_of, seal_of, statement_of
from pytest_zstack_ticket.model.errors import EvidenceError
from pytest_zstack_ticket.model.exchange import JsonObject

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from pytest_zstack_ticket.certify.witness_comparison import Comparison
    from pytest_zstack_ticket.certify.witness_record import WitnessRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a verifier requires: keys that must all have signed, a time, and the nonce, empty for any.

    `advisories` name requirements of suites that are known to be wrong; they reject nothing. `policy` is the verifier's
    own: what the signer claims to have met does not count for it. With a `key_set`, a certifier of it must have signed
    while its key was valid; time-stamps count if one of the `authorities` made them. With keys of `logs`, one of these
    must have the signature of each of the keys, and of a certifier of the set. A `witness` must have seen the exchanges
    of the evidence, and no others of the run.
    """

    keys: Sequence[Verifier]
    since: datetime
    until: datetime
    nonce: str = ""
    advisories: JsonObject | None = None
    policy: JsonObject | None = None
    key_set: KeySet | None = None
    authorities: Sequence[Certificate] = ()
    logs: Sequence[LogKey] = ()
    witness: WitnessRecord | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """Result of verification. `statement` is None if no signature was verified.

    `signatures` pairs each key id with True if one of the given keys made the signature, else False; `times` has their
    times.
    `same_suite` tells whether the run used the very files that verify it, None if it recorded no digest of them;
    `advised` are the lines of a genuine report that an advisory casts doubt on, `envelope` is the SHA-256 of what was
    signed with its signatures. `witness` is what a record came to, None without one; `uncompared` are the files that
    may say anything, `silent` the requirements of which a test left no example.
    """

    rejections: tuple[Rejection, ...]
    statement: JsonObject | None = None
    signatures: tuple[tuple[str, bool], ...] = ()
    times: tuple[SignedAt, ...] = ()
    judged_again: bool = False
    known_version: bool = True
    same_suite: bool | None = None
    advised: tuple[Advised, ...] = ()
    envelope: str = ""
    witness: Comparison | None = None
    uncompared: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()

    @property
    def genuine(self) -> bool:
        """True if there is no reason to reject the bundle."""
        return not self.rejections


def verify_bundle(path: Path, wanted: Wanted, *, judge_again: Judge | None = None) -> Verification:
    """Verify a bundle. Raises UsageError if there is none."""
    try:
        bundle = open_bundle(path)
    except EvidenceError as error:
        return _rejected(Rejection("bundle-unreadable", str(error)))
    if ENVELOPE not in bundle.names:
        return _rejected(Rejection("not-signed", ENVELOPE))
    try:
        envelope = parse_envelope(content(bundle, ENVELOPE))
    except EvidenceError as error:
        return _rejected(Rejection("envelope-unreadable", str(error)))
    return _opened(bundle, envelope, wanted, judge_again)


def _opened(bundle: Bundle, envelope: Envelope, wanted: Wanted, judge_again: Judge | None) -> Verification:
    """Verify the signatures; what is signed is read only if a wanted key signed it."""
    if envelope.payload_type != PAYLOAD_TYPE:
        return _rejected(Rejection("payload-type", envelope.payload_type))
    rejections = unsigned(envelope, wanted.keys)
    if wanted.key_set and not rejections:
        rejections = wanted.key_set.unlisted(envelope)
    if rejections:
        return _rejected(*rejections)
    try:
        statement = statement_of(envelope.payload)
    except EvidenceError as error:
        return _rejected(Rejection("statement-malformed", str(error)))
    signatures = signatures_of(envelope, wanted.keys, wanted.key_set)
    claimed = datetime.fromisoformat(extension(statement)["validity"]["notBefore"])
    times, refused = signing_times(envelope, signatures, claimed, wanted.authorities, wanted.logs)
    if wanted.key_set:
        refused += wanted.key_set.refusals(envelope, CERTIFIER, times)
    if refused:
        return _rejected(*refused)
    found = _held_to(bundle, statement, wanted, judge_again)
    counted = counting(envelope, signatures, wanted.keys, wanted.key_set, times)
    reasons = (*found.rejections, *_unlogged(envelope, signatures, wanted, times))
    return replace(found, rejections=reasons, signatures=counted, times=tuple(times))


def _unlogged(envelope: Envelope, signatures: Signatures, wanted: Wanted, times: Sequence[SignedAt]) -> list[Rejection]:
    """Return which signatures are in no log, if the verifier or the policy requires one."""
    if wanted.logs:
        return unlogged(envelope, signatures, wanted.keys, wanted.key_set, times)
    required = wanted.policy is not None and wanted.policy.get("log", False)
    return [Rejection("policy-unmet", "no entry of a transparency log was checked")] if required else []


def _rejected(*rejections: Rejection) -> Verification:
    return Verification(rejections=rejections)


def _held_to(
    bundle: Bundle,
    statement: JsonObject,
    wanted: Wanted,
    judge_again: Judge | None,
) -> Verification:
    rejections = [
        *untimely(statement, wanted.since, wanted.until),
        *_other_nonce(statement, wanted.nonce),
        *changed_files(bundle, statement),
        *([Rejection("number-borrowed", extension(statement)["number"])] if borrowed_number(statement) else []),
    ]
    report, unread = _report(bundle)
    rejections += unread if report is None else _of_report(bundle, statement, report, wanted)
    witness, unwitnessed = held_to_witness(bundle, report, wanted.policy, wanted.witness)
    rejections += unwitnessed
    judged = judge_again is not None and report is not None and not rejections
    if judge_again and report and judged:
        rejections += judged_otherwise(bundle, report, judge_again)
    files = compared_files(bundle, report) if report and judged and not rejections else ComparedFiles()
    rejections += files.rejections(signing=False)
    return Verification(
        rejections=tuple(dict.fromkeys(rejections)),
        statement=statement,
        judged_again=judged,
        known_version=is_known(extension(statement)["suite"]),
        same_suite=_is_ours(extension(statement)["suite"]),
        envelope=sha256(bundle, ENVELOPE),
        witness=witness,
        uncompared=files.uncompared,
        silent=silent_tests(bundle, report) if report and judged and not rejections else (),
        advised=advised(wanted.advisories, report) if wanted.advisories and report and not rejections else (),
    )


def _of_report(bundle: Bundle, statement: JsonObject, report: JsonObject, wanted: Wanted) -> list[Rejection]:
    """Return why a report is not that of its statement, or meets no policy."""
    found = _contradictions(bundle, statement, report)
    signed = datetime.fromisoformat(extension(statement)["validity"]["notBefore"])
    used = extension(statement).get("nonce-use")
    return [
        *(found or _uses_otherwise(bundle, statement)),
        *unmet(wanted.policy, report, signed, used),
        *wrongly_claimed(extension(statement)["policy"], report, signed, used),
    ]


def held_to_witness(
    bundle: Bundle, report: JsonObject | None, policy: JsonObject | None, record: WitnessRecord | None
) -> tuple[Comparison | None, list[Rejection]]:
    """Compare the evidence with the record of a witness; without one, say whether the policy requires one."""
    if record is None:
        required = policy is not None and policy.get("witness", False)
        return None, [Rejection("policy-unmet", "no record of a witness")] if required else []
    if report is None or (report["evidence"] or {}).get("file", "") not in bundle.names:
        return None, []
    from pytest_zstack_ticket.certify.witness_comparison import compared  # noqa: PLC0415 - imports httpx

    try:
        found = compared(report, lambda: exchanges_of(bundle, report["evidence"]["file"]), record)
    except (EvidenceError, ValueError, OverflowError, TypeError, AttributeError, KeyError) as error:
        # the schema of its lines is held to where it is judged again
        return None, [Rejection("evidence-damaged", str(error))]
    return found, found.rejections


def _uses_otherwise(bundle: Bundle, statement: JsonObject) -> list[Rejection]:
    """Return whether other creates carry the nonce than the statement says."""
    signed = extension(statement)
    nonce, stated = signed["nonce"], signed.get("nonce-use")
    if not nonce:
        return []
    counted = asdict(nonce_use_of(bundle, signed["evidence"]["file"], nonce))
    same = stated is not None and {"unmarked": counted["unmarked"], **stated} == counted
    return [] if same else [Rejection("nonce-use-differs", "{carrying} / {creates}".format(**counted))]


def _other_nonce(statement: JsonObject, nonce: str) -> list[Rejection]:
    signed = extension(statement)["nonce"] or ""
    return [Rejection("nonce-other", signed or "-")] if nonce and signed != nonce else []


def _report(bundle: Bundle) -> tuple[JsonObject | None, list[Rejection]]:
    if REPORT not in bundle.names:
        return None, [Rejection("file-missing", REPORT)]  # even if the statement names none
    try:
        return report_of(content(bundle, REPORT), REPORT), []
    except EvidenceError as error:
        return None, [Rejection("report-malformed", str(error))]


def _contradictions(bundle: Bundle, statement: JsonObject, report: JsonObject) -> list[Rejection]:
    found = disagreements(statement, report)
    if any(one.reason == "report-of-other-run" for one in found):
        return found
    signed = extension(statement)
    before = datetime.fromisoformat(signed["validity"]["notBefore"])
    return [*found, *ended_later(report, before), *contradictions(bundle, report, nonce=signed["nonce"] or "")]


def ended_later(report: JsonObject, signed: datetime) -> list[Rejection]:
    """Return whether a run ended after it was signed; the two clocks may differ by a few minutes."""
    try:
        ended = datetime.fromisoformat(report["run"]["ended"])
        late = ended > signed + CLOCKS
    except (ValueError, TypeError, OverflowError):
        late = True
    return [Rejection("signed-before-end", str(report["run"]["ended"]))] if late else []


def contradictions(bundle: Bundle, report: JsonObject, *, nonce: str) -> list[Rejection]:
    """Return why a bundle contradicts itself, signed or not."""
    return [
        *inconsistencies(report, known=shipped_requirements() if is_known(report["run"]["suite"]) else ()),
        *_evidence(bundle, report, nonce),
    ]


def _evidence(bundle: Bundle, report: JsonObject, nonce: str) -> list[Rejection]:
    """Return why a report does not belong to the evidence beside it."""
    name = (report["evidence"] or {}).get("file", "")
    if name not in bundle.names:
        return [Rejection("file-missing", name or "evidence.jsonl.gz")]
    try:
        found = seal_of(bundle, name)
        used = not nonce or nonce_use_of(bundle, name, nonce).carrying > 0
    except EvidenceError as error:
        return [Rejection("evidence-damaged", str(error))]
    return [
        *([] if found.whole else [Rejection("evidence-truncated", name)]),
        *unsealed(report, found),
        *([] if used else [Rejection("nonce-unused", nonce)]),
    ]


def _is_ours(suite: JsonObject) -> bool | None:
    signed_digest = suite.get("digest")
    return None if signed_digest is None else bool(signed_digest == suite_digest())
