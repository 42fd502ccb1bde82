"""The entry of a transparency log, kept in the envelope beside the signature that it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pytest_zstack_ticket.artifacts.bundle import ENVELOPE, content, open_bundle
from pytest_zstack_ticket.certify.dsse import envelope_text, parse_envelope
from pytest_zstack_ticket.certify.log_keys import LogKey
from pytest_zstack_ticket.certify.logged import Logged, logged
from pytest_zstack_ticket.model.errors import EvidenceError, UsageError


def attach_entry(path: Path, entry: bytes, keys: Sequence[LogKey]) -> list[Logged]:
    """Keep an entry beside each signature that it holds, in the place of an earlier one; return where it has each.

    Raises UsageError for a bundle that is not signed, EvidenceError for an entry that no signature is in, or that the
    log with one of the keys did not make.
    """
    bundle = open_bundle(path)
    if ENVELOPE not in bundle.names:
        raise UsageError(f"{path} is not signed. Sign it with `sign`, and log {ENVELOPE}.")
    envelope = parse_envelope(content(bundle, ENVELOPE))
    found, signatures, why = [], [], "it has no signature"
    for one in envelope.signatures:
        try:
            found.append(logged(entry, envelope, one, keys))
            signatures.append(replace(one, log_entry=entry))
        except EvidenceError as error:
            signatures.append(one)
            why = str(error)
    if not found:
        raise EvidenceError(f"--log-entry: {why}. Log {ENVELOPE} as it is, and name what the log answered.")
    bundle.keep(envelope_text(replace(envelope, signatures=tuple(signatures))))
    return found
