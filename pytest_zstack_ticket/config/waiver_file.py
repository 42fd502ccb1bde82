"""Waivers in a TOML file: read, and appended."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.config.atomic_write import write_atomically
from pytest_zstack_ticket.config.toml_document import TomlFile, parse_toml, read_toml
from pytest_zstack_ticket.model.codec import body_from_json, body_to_json
from pytest_zstack_ticket.model.errors import WaiverError
from pytest_zstack_ticket.model.json_limits import MAX_FILE_DEPTH, too_deep
from pytest_zstack_ticket.model.look_alikes import one_person
from pytest_zstack_ticket.model.saved_example import Observed, SavedCall, SavedExample
from pytest_zstack_ticket.model.waiver import Waiver

UNSEEN = Observed(status=0, code="", fields=(), seconds=0.0)


def load_waivers(path: Path, *, known: Collection[str] = ()) -> tuple[Waiver, ...]:
    """Return the waivers of a file, expired ones too. Raises WaiverError, naming file, line and field.

    If `known` requirements are given, an id of the shipped suites (ZT-...) that is not among them is refused.
    """
    return waivers_of(read_toml(path, "waivers", WaiverError), known=known)


def waivers_of(file: TomlFile, *, known: Collection[str] = ()) -> tuple[Waiver, ...]:
    """Return the waivers of a TOML document, as `load_waivers`."""
    found: list[Waiver] = []
    for position, row in enumerate(file.value.get("waiver", [])):
        one = _waiver(file, position, row)
        if known and one.requirement.startswith("ZT-") and one.requirement not in known:
            raise file.refuse(
                ("waiver", position, "requirement"), f"names {one.requirement}, which no shipped suite has"
            )
        if any((one.requirement, one.signature) == (other.requirement, other.signature) for other in found):
            raise file.refuse(
                ("waiver", position, "signature"), f"of {one.requirement} is waived above already; keep one"
            )
        found.append(one)
    return tuple(found)


def _waiver(file: TomlFile, position: int, row: Mapping[str, Any]) -> Waiver:
    at = ("waiver", position)
    if one_person(row["owner"], row["approver"]):
        raise file.refuse((*at, "approver"), f"must be another person than the owner, {row['owner']}")
    try:
        expires = date.fromisoformat(row["expires"])
    except ValueError as error:
        raise file.refuse((*at, "expires"), f"is not a calendar date: {row['expires']!r}; write YYYY-MM-DD") from error
    if row.get("seen", 0) > row.get("tried", 0):
        raise file.refuse((*at, "seen"), "must not be more than tried")
    return Waiver(
        requirement=row["requirement"],
        signature=row["signature"],
        kind=row["class"],
        reason=row["reason"],
        owner=row["owner"],
        approver=row["approver"],
        expires=expires,
        link=row.get("link", ""),
        releases=tuple(row.get("releases", ())),
        seen=row.get("seen", 0),
        tried=row.get("tried", 0),
        counterexample=_counterexample(file, position, row) if "counterexample" in row else None,
    )


def _counterexample(file: TomlFile, position: int, row: Mapping[str, Any]) -> SavedExample:
    saved, at = row["counterexample"], ("waiver", position, "counterexample")
    objects = {}
    for field in ("arguments", "edit"):
        try:
            objects[field] = json.loads(saved.get(field, "null"))
        except (ValueError, RecursionError) as error:
            raise file.refuse((*at, field), "must be a JSON object as text") from error
        if too_deep(objects[field], MAX_FILE_DEPTH):
            raise file.refuse((*at, field), f"is nested more than {MAX_FILE_DEPTH} levels deep")
    if [call["role"] for call in saved["calls"]].count("subject") != 1:
        raise file.refuse((*at, "calls"), "must have one call with the role subject")
    try:
        calls = tuple(_call(call) for call in saved["calls"])
    except (ValueError, TypeError) as error:
        raise file.refuse((*at, "calls"), f"cannot be read ({error})") from error
    return SavedExample(
        requirement=row["requirement"],
        test=saved["test"],
        check=saved["check"],
        arguments=objects["arguments"] or {},
        edit=objects["edit"],
        partition=saved.get("partition", ""),
        signature=row["signature"],
        calls=calls,
        observed=UNSEEN,
    )


def _call(row: Mapping[str, Any]) -> SavedCall:
    packed = {"base64": row["body-base64"]} if "body-base64" in row else row.get("body")
    return SavedCall(
        role=row["role"],
        method=row["method"],
        path=row["path"],
        headers=tuple((name, value) for name, value in row["headers"]),
        session=row["session"],
        body=body_from_json(packed),
    )


def add_waiver(path: Path, waiver: Waiver) -> None:
    """Append a waiver to a file, which is created if missing. Raises WaiverError.

    What the file will hold is validated first, so a refused waiver leaves it as it was.
    """
    try:
        before = path.read_text("utf-8") if path.exists() else ""
        text = f"{before}{chr(10) if before else ''}{waiver_toml(waiver)}"
        waivers_of(parse_toml(text, path, "waivers", WaiverError))
        write_atomically(path, text, durable=True)
    except OSError as error:
        raise WaiverError(f"{path} cannot be written: {error.strerror}. Name another file with --file.") from error


def waiver_toml(waiver: Waiver) -> str:
    """Return a waiver as TOML."""
    values = {
        "requirement": waiver.requirement,
        "signature": waiver.signature,
        "class": waiver.kind,
        "reason": waiver.reason,
        "owner": waiver.owner,
        "approver": waiver.approver,
        "expires": waiver.expires.isoformat(),
        "link": waiver.link,
        "releases": list(waiver.releases),
        "seen": waiver.seen,
        "tried": waiver.tried,
    }
    lines = ["[[waiver]]", *_pairs({key: value for key, value in values.items() if value or key in ("seen", "tried")})]
    if waiver.counterexample:
        lines += _counterexample_lines(waiver.counterexample)
    return "\n".join(lines) + "\n"


def _counterexample_lines(pinned: SavedExample) -> Iterator[str]:
    yield "[waiver.counterexample]"
    yield from _pairs({"test": pinned.test, "check": pinned.check, "partition": pinned.partition})
    yield from _pairs({"arguments": json.dumps(pinned.arguments)})
    if pinned.edit:
        yield from _pairs({"edit": json.dumps(pinned.edit)})
    for call in pinned.calls:
        yield "[[waiver.counterexample.calls]]"
        headers = [list(pair) for pair in call.headers]
        values = {"role": call.role, "method": call.method, "path": call.path, "headers": headers}
        yield from _pairs({**values, "session": call.session})
        body = body_to_json(call.body)
        if isinstance(body, dict):
            yield from _pairs({"body-base64": body["base64"]})
        elif body is not None:
            yield from _pairs({"body": body})


def _pairs(values: Mapping[str, Any]) -> Iterator[str]:
    """Yield keys with values as TOML, which writes strings, numbers, booleans and lists as JSON does."""
    for key, value in values.items():
        yield f"{key} = {json.dumps(value, ensure_ascii=False)}".replace("\x7f", "\\u007f")
