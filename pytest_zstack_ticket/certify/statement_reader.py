"""Read a signed statement, and compute the seal of a bundle's evidence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pytest_zstack_ticket.api.strict_json import parse
from pytest_zstack_ticket.artifacts.bundle import Bundle, reading
from pytest_zstack_ticket.artifacts.gzip_lines import lines_of
from pytest_zstack_ticket.artifacts.seal import NonceUse, Sealed, nonce_use, sealed
from pytest_zstack_ticket.certify.statement import extension, files_of
from pytest_zstack_ticket.config.schema import first_defect
from pytest_zstack_ticket.model.codec import exchange_from_json
from pytest_zstack_ticket.model.errors import EvidenceError
from pytest_zstack_ticket.model.exchange import Exchange


def statement_of(payload: bytes) -> dict[str, Any]:
    """Parse a payload whose signature was verified. Raises EvidenceError."""
    try:
        statement: dict[str, Any] = parse(payload)
        defect = first_defect("certificate", statement)
        if defect is not None:
            raise EvidenceError(f"it is not a statement of ours: {defect.sentence('the statement')}")
        files_of(statement)
        for moment in extension(statement)["validity"].values():
            datetime.fromisoformat(moment)
    except ValueError as error:
        raise EvidenceError(f"it is not a statement ({error})") from error
    return statement


def seal_of(bundle: Bundle, name: str) -> Sealed:
    """Compute the seal of an evidence file. Raises EvidenceError if it is damaged."""
    try:
        with reading(bundle, name) as file:
            return sealed(lines_of(file))
    except ValueError as error:
        raise EvidenceError(f"{bundle.path}: {name}: {error}") from error


def nonce_use_of(bundle: Bundle, name: str, nonce: str) -> NonceUse:
    """Count the creates in the evidence that carry a nonce. Raises EvidenceError."""
    try:
        with reading(bundle, name) as file:
            return nonce_use(lines_of(file), nonce)
    except ValueError as error:
        raise EvidenceError(f"{bundle.path}: {name}: {error}") from error


def exchanges_of(bundle: Bundle, name: str) -> Iterator[Exchange]:
    """Yield the exchanges of an evidence file, one by one. Raises EvidenceError for what is none."""
    try:
        with reading(bundle, name) as file:
            for line in lines_of(file):
                entry = parse(line)
                if entry.get("type") == "exchange":
                    yield exchange_from_json(entry)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EvidenceError(f"{bundle.path}: {name}: {type(error).__name__}: {error}") from error
