"""Signing and countersigning of bundles; a bundle that contradicts itself is never signed."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from pytest_zstack_ticket.artifacts.bundle import ENVELOPE, REPORT, Bundle, content, open_bundle, sha256
from pytest_zstack_ticket.artifacts.report_reader import report_of
from pytest_zstack_ticket.certify.dsse import Envelope, envelope_text, parse_envelope
from pytest_zstack_ticket.certify.judged_again import Judge, judged_otherwise
from pytest_zstack_ticket.certify.keys import PrivateKey, PublicKey
from pytest_zstack_ticket.certify.policy import unmet
from pytest_zstack_ticket.certify.rejection import Rejection
from pytest_zstack_ticket.certify.report_files import ComparedFiles, compared_files
from pytest_zstack_ticket.certify.statement import PAYLOAD_TYPE, Terms, extension, make_statement
from pytest_zstack_ticket.certify.statement_reader import nonce_use_of, seal_of
from pytest_zstack_ticket.certify.timestamps import TimeStamper
from pytest_zstack_ticket.certify.verify import Wanted, contradictions, ended_later, held_to_witness, verify_bundle
from pytest_zstack_ticket.certify.witness_record import WitnessRecord
from pytest_zstack_ticket.model.errors import UsageError
from pytest_zstack_ticket.model.exchange import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """Result of signing: nothing is written if there are `rejections`; `uncompared` are files that may say anything."""

    rejections: tuple[Rejection, ...] = ()
    statement: JsonObject | None = None
    signatures: tuple[str, ...] = ()
    uncompared: tuple[str, ...] = ()


def sign_bundle(  # noqa: PLR0913 - what a signer decides
    path: Path,
    key: PrivateKey,
    terms: Terms,
    *,
    judge_again: Judge,
    replace: bool = False,
    stamper: TimeStamper | None = None,
    witness: WitnessRecord | None = None,
) -> Signing:
    """Judge a bundle again, and write the statement about it into it, signed. Raises UsageError or EvidenceError."""
    bundle = open_bundle(path)
    if ENVELOPE in bundle.names and not replace:
        raise UsageError(f"{path} is already signed. Add your signature with `countersign`, or give --replace.")
    if REPORT not in bundle.names:
        raise UsageError(f"{path} holds no {REPORT}. Name the folder of --zstack-report, or a zip of it.")
    report = report_of(content(bundle, REPORT), f"{path}: {REPORT}")
    rejections = [Rejection("file-odd", name) for name in sorted(bundle.odd)]
    ours = report["run"].get("nonce") or ""
    if terms.nonce and ours not in ("", terms.nonce):
        rejections.append(Rejection("nonce-other", ours))
    rejections += ended_later(report, terms.not_before)
    nonce = terms.nonce or ours
    rejections += contradictions(bundle, report, nonce=nonce)
    used = asdict(nonce_use_of(bundle, report["evidence"]["file"], nonce)) if nonce and not rejections else None
    rejections += unmet(terms.policy, report, terms.not_before, used)
    rejections += held_to_witness(bundle, report, terms.policy, witness)[1]
    if not rejections:
        rejections += judged_otherwise(bundle, report, judge_again)
    compared = ComparedFiles() if rejections else compared_files(bundle, report)
    rejections += compared.rejections(signing=True)
    if rejections:
        return Signing(rejections=tuple(rejections))
    statement = _statement(bundle, report, terms, used)
    payload = json.dumps(statement, sort_keys=True, separators=(",", ":")).encode()
    envelope = _signed(Envelope(payload_type=PAYLOAD_TYPE, payload=payload), key, stamper)
    bundle.keep(envelope_text(envelope))
    return Signing(statement=statement, signatures=(key.keyid,), uncompared=compared.uncompared)


def _signed(envelope: Envelope, key: PrivateKey, stamper: TimeStamper | None) -> Envelope:
    """Add a signature, with a time-stamp if there is an authority to ask. Raises EvidenceError without its answer."""
    made = key.sign(envelope.signed_bytes)
    return envelope.with_signature(
        made if stamper is None else dataclasses.replace(made, timestamp=stamper(made.value))
    )


def _statement(bundle: Bundle, report: JsonObject, terms: Terms, used: JsonObject | None) -> JsonObject:
    files = {name: sha256(bundle, name) for name in bundle.names - {ENVELOPE}}
    return make_statement(report, files, seal_of(bundle, report["evidence"]["file"]).seal, terms, used)


def countersign_bundle(  # noqa: PLR0913 - what a verifier holds a bundle to
    path: Path,
    key: PrivateKey,
    *,
    now: datetime,
    nonce: str = "",
    others: Sequence[PublicKey] = (),
    judge_again: Judge | None = None,
    stamper: TimeStamper | None = None,
) -> Signing:
    """Add a signature to a genuine bundle; `others` are keys that must have signed before.

    Raises UsageError or EvidenceError.
    """
    found = verify_bundle(path, Wanted(keys=others, since=now, until=now, nonce=nonce), judge_again=judge_again)
    if not found.genuine:
        return Signing(rejections=found.rejections)
    bundle = open_bundle(path)
    envelope = parse_envelope(content(bundle, ENVELOPE))
    if any(key.public.verifies(envelope.signed_bytes, one.value) for one in envelope.signatures):
        raise UsageError(f"{path}: this key has already signed. Countersign with another one.")
    envelope = _signed(envelope, key, stamper)
    bundle.keep(envelope_text(envelope))
    signers = tuple(one.keyid for one in envelope.signatures)
    return Signing(statement=found.statement, signatures=signers, uncompared=found.uncompared)


def summary(statement: JsonObject) -> JsonObject:
    """Return the claims of a statement with its in-toto result and the number of files."""
    claimed = extension(statement)
    files = sum("uri" not in one for one in statement["subject"])
    return {"result": statement["predicate"]["result"], "files": files, **claimed}
