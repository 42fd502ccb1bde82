"""How the files of a bundle differ from those that were signed."""

from __future__ import annotations

from pytest_zstack_ticket.artifacts.bundle import ENVELOPE, Bundle, sha256
from pytest_zstack_ticket.artifacts.seal import Seal, tampering
from pytest_zstack_ticket.certify.rejection import Rejection
from pytest_zstack_ticket.certify.statement import extension, files_of
from pytest_zstack_ticket.certify.statement_reader import seal_of
from pytest_zstack_ticket.model.errors import EvidenceError
from pytest_zstack_ticket.model.exchange import JsonObject


def changed_files(bundle: Bundle, statement: JsonObject) -> list[Rejection]:
    """Return which files differ from what was signed; for the evidence, how its lines were changed."""
    signed = files_of(statement)
    evidence = extension(statement)["evidence"]["file"]
    rejections = [Rejection("file-odd", name) for name in sorted(bundle.odd)]
    rejections += [Rejection("file-extra", name) for name in sorted(bundle.names - {ENVELOPE} - set(signed))]
    for name in sorted(signed):
        if name not in bundle.names:
            rejections += [] if name in bundle.odd else [Rejection("file-missing", name)]
        elif _differs(bundle, name, signed[name]):
            rejections.append(
                _changed_evidence(bundle, statement) if name == evidence else Rejection("file-changed", name)
            )
    return rejections


def _differs(bundle: Bundle, name: str, signed: str) -> bool:
    try:
        return sha256(bundle, name) != signed
    except EvidenceError:
        return True


def _changed_evidence(bundle: Bundle, statement: JsonObject) -> Rejection:
    claimed = extension(statement)
    name = claimed["evidence"]["file"]
    seal = Seal(**{key: claimed["evidence"][key] for key in ("size", "root", "unordered")})
    try:
        reason = tampering(seal_of(bundle, name), seal, claimed["run"]["id"])
    except EvidenceError as error:
        return Rejection("evidence-damaged", str(error))
    # the same lines, packed otherwise or with another footer
    return Rejection(reason or "file-changed", name)
