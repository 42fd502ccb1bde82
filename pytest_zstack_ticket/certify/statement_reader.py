"""Read what was signed, and what the evidence of a bundle comes to."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from pytest_zstack_ticket.api.strict_json import parse
from pytest_zstack_ticket.artifacts.bundle import Bundle, reading
from pytest_zstack_ticket.artifacts.gzip_lines import lines_of
from pytest_zstack_ticket.artifacts.seal import Sealed, names_in_requests, sealed
from pytest_zstack_ticket.certify.statement import extension, files_of
from pytest_zstack_ticket.config.package_data import schemas_folder
from pytest_zstack_ticket.model.errors import EvidenceError

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator


def statement_of(payload: bytes) -> dict[str, Any]:
    """Return the statement that a payload is, of which a signature was verified. Raises EvidenceError."""
    try:
        told: dict[str, Any] = parse(payload)
        defect = next(_validator().iter_errors(told), None)
        if defect is not None:
            place = ".".join(map(str, defect.absolute_path)) or "statement"
            raise EvidenceError(f"{place} is not as a statement has it ({defect.message[:120]})")
        files_of(told)
        for moment in extension(told)["validity"].values():
            datetime.fromisoformat(moment)
    except ValueError as error:
        raise EvidenceError(f"it is no statement ({error})") from error
    return told


def seal_of(bundle: Bundle, name: str) -> Sealed:
    """Return what the lines of an evidence file come to. Raises EvidenceError if it is damaged."""
    try:
        with reading(bundle, name) as file:
            return sealed(lines_of(file))
    except ValueError as error:
        raise EvidenceError(f"{bundle.path}: {name}: {error}") from error


def nonce_is_used(bundle: Bundle, name: str, nonce: str) -> bool:
    """Return True if a ticket that the evidence shows was asked for with a nonce. Raises EvidenceError."""
    try:
        with reading(bundle, name) as file:
            return names_in_requests(lines_of(file), nonce)
    except ValueError as error:
        raise EvidenceError(f"{bundle.path}: {name}: {error}") from error


@cache
def _validator() -> Draft202012Validator:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - 140 ms that other commands do not pay

    schema = schemas_folder() / "artefact" / "certificate.schema.json"
    return Draft202012Validator(json.loads(schema.read_text("utf-8")))
