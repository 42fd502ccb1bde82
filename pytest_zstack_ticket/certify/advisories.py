"""Which lines of a report an advisory is about: requirements of a suite that are known to be wrong.

An advisory changes no verdict: it says which ones should not be believed, and why.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.api.strict_json import parse
from pytest_zstack_ticket.certify.consistency import DEFINED
from pytest_zstack_ticket.certify.dsse import Envelope, envelope_text, parse_envelope
from pytest_zstack_ticket.certify.keys import Signer, Verifier
from pytest_zstack_ticket.certify.statement import stamp
from pytest_zstack_ticket.config.schema import first_defect
from pytest_zstack_ticket.config.toml_document import read_toml
from pytest_zstack_ticket.model.digest import digest
from pytest_zstack_ticket.model.errors import AdvisoryError, EvidenceError
from pytest_zstack_ticket.model.exchange import JsonObject

PAYLOAD_TYPE = "application/vnd.zstack-ticket.advisories+json"
SCHEMA = "urn:zstack-ticket:artefact:advisories:1"
DOUBTED = {
    "passed-wrongly": frozenset({"passed"}),
    "failed-wrongly": frozenset({"failed"}),
    "unclear": frozenset({"passed", "failed", "inconclusive", "error"}),
}
"""The verdicts that an advisory casts doubt on, by its effect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advised:
    """One line of a report with the advisory that casts doubt on it; `text` is in every language."""

    advisory: str
    requirement: str
    verdict: str
    effect: str
    text: JsonObject
    link: str


def advised(advisories: JsonObject, report: JsonObject) -> tuple[Advised, ...]:
    """Return the lines of a report that advisories cast doubt on, in the order of the report."""
    return tuple(one for row in report["requirements"] for one in _of_row(advisories, report["run"]["suite"], row))


def _of_row(advisories: JsonObject, suite: JsonObject, row: JsonObject) -> Iterator[Advised]:
    for listed in advisories["advisory"]:
        if (
            row["id"] in listed["requirements"]
            and row["verdict"] in DOUBTED[listed["effect"]]
            and _is_of(listed, suite, row)
        ):
            yield Advised(
                advisory=listed["id"],
                requirement=row["id"],
                verdict=row["verdict"],
                effect=listed["effect"],
                text=listed["text"],
                link=listed.get("link", ""),
            )


def _is_of(listed: JsonObject, suite: JsonObject, row: JsonObject) -> bool:
    """Return True if an advisory is about the suite, or about the rule as the row has it."""
    return (
        suite["version"] in listed.get("versions", ())
        or suite.get("digest") in listed.get("suites", ())
        or ("rules" in listed and rule_digest(row) in listed["rules"])
    )


def rule_digest(row: JsonObject) -> str:
    """Return the digest of what a row repeats of the catalogue."""
    return digest({key: row[key] for key in DEFINED})


LARGEST = 16 << 20


def written(path: Path) -> dict[str, Any]:
    """Return the advisories of a TOML file. Raises AdvisoryError, also for an id that stands twice."""
    file = read_toml(path, "advisories", AdvisoryError)
    seen: set[str] = set()
    for position, listed in enumerate(file.value["advisory"]):
        if listed["id"] in seen:
            raise file.refuse(("advisory", position, "id"), f"{listed['id']} stands twice; give each its own")
        seen.add(listed["id"])
    for key in ("schema", "issued"):
        if key in file.value:
            raise file.refuse((key,), "is written when the file is signed; leave it out")
    return file.value


def signed(advisories: dict[str, Any], key: Signer, now: datetime) -> bytes:
    """Return the file that holds advisories, signed."""
    payload = json.dumps({"schema": SCHEMA, "issued": stamp(now), **advisories}, ensure_ascii=False, sort_keys=True)
    envelope = Envelope(payload_type=PAYLOAD_TYPE, payload=payload.encode())
    return envelope_text(envelope.with_signature(key.sign(envelope.signed_bytes)))


def believed(path: Path, keys: Sequence[Verifier], now: datetime) -> dict[str, Any]:
    """Return the advisories of a signed file if one of the keys signed it. Raises EvidenceError."""
    envelope = _envelope(path)
    if envelope.payload_type != PAYLOAD_TYPE:
        raise EvidenceError(
            f"{path} holds no advisories but {envelope.payload_type[:60]!r}. Name the file of `advise`."
        )
    text = envelope.signed_bytes
    if not any(key.verifies(text, one.value) for key in keys for one in envelope.signatures):
        raise EvidenceError(
            f"{path} is signed by none of the keys, so nothing in it counts. Give its key with --advisory-key."
        )
    return _payload(path, envelope.payload, now)


def _envelope(path: Path) -> Envelope:
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST + 1)
    except OSError as error:
        raise EvidenceError(f"{path} cannot be read: {error.strerror}. Name the file that `advise` wrote.") from error
    if len(text) > LARGEST:
        raise EvidenceError(f"{path} is larger than any file of advisories.")
    try:
        return parse_envelope(text)
    except EvidenceError as error:
        raise EvidenceError(f"{path}: {error}. Name the file that `advise` wrote.") from error


def _payload(path: Path, payload: bytes, now: datetime) -> dict[str, Any]:
    try:
        advisories: dict[str, Any] = parse(payload)
        defect = first_defect("advisories", advisories) or first_defect("advisories", advisories, definition="signed")
        if defect is not None:
            raise EvidenceError(f"{path}: what is signed is not a list of advisories: {defect.sentence('the list')}.")
        issued = datetime.fromisoformat(advisories["issued"])
    except ValueError as error:
        raise EvidenceError(f"{path}: what is signed is not a list of advisories ({error}).") from error
    if issued > now.astimezone(UTC):
        raise EvidenceError(f"{path} was issued at {advisories['issued']}, which is in the future. Set the clock.")
    return advisories
