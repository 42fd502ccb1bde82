"""Allure results: one result a requirement, with one set of attachments, made without Allure's pytest plugin.

error is broken, inconclusive is unknown, inapplicable and untested are skipped. A waived failure stays failed and is
marked as known and muted. Allure's own pages may load a tracker; see docs/reference/exports.md.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from pytest_zstack_ticket.report.exports.telling import (
    Report,
    Row,
    beyond,
    facts_of,
    message_of,
    message_text,
    plain,
    trace_of,
    waived,
)
from pytest_zstack_ticket.report.width import visible

STATUSES = {
    "passed": "passed",
    "failed": "failed",
    "error": "broken",
    "inconclusive": "unknown",
    "inapplicable": "skipped",
    "untested": "skipped",
}
SEVERITIES = {"must": "critical", "should": "normal", "may": "minor"}
EPIC = "CreateTicket conformance"
CATEGORIES = (
    ("Departures covered by a waiver", "failed", "waived: .*"),
    ("Departures of the target", "failed", "failed: .*"),
    ("The suite could not examine it", "broken", "error: .*"),
    ("Not decided", "unknown", "inconclusive: .*"),
    ("Does not apply to this target", "skipped", "inapplicable: .*"),
    ("Not run", "skipped", "untested: .*"),
)
"""Name, status and pattern of the message of each category."""


def allure(report: Report, witnesses: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[tuple[str, str]]:
    """Yield name and text of each file of the results.

    `witnesses` has messages, as findings have them, that show a requirement held.
    """
    for row in report["requirements"]:
        attached = list(_attachments(_uuid(report, row["id"]), row, witnesses.get(row["id"], ())))
        yield from ((source, text) for source, _, _, text in attached)
        uuid = _uuid(report, row["id"])
        links = [{"name": name, "source": source, "type": kind} for source, name, kind, _ in attached]
        yield f"{uuid}-result.json", _json(_result(report, row) | {"attachments": links})
    bad_end = beyond(report)
    if bad_end:
        yield f"{_uuid(report, bad_end[0])}-result.json", _json(_bad_end(report, *bad_end))
    yield "environment.properties", "".join(_property(*fact) for fact in facts_of(report).items())
    yield "categories.json", _json([_category(*one) for one in CATEGORIES])


def _result(report: Report, row: Row) -> dict[str, Any]:
    zh, en = visible(row["text"]["zh"]), visible(row["text"]["en"])
    kind = "waived" if waived(row) else row["verdict"]
    details: dict[str, Any] = {"message": f"{kind}: {message_of(row)}", "trace": plain(trace_of(row))}
    if waived(row):
        details |= {"known": True, "muted": True}
    consequence = row["consequence"] or {}
    told = {
        **_named(report, row["id"]),
        "name": f"{row['id']} {en} / {zh}",
        "description": plain("\n\n".join([en, zh, *consequence.values()])),
        "status": STATUSES[row["verdict"]],
        "labels": [{"name": name, "value": visible(value)} for name, value in _labels(row)],
        "links": _links(report, row),
        "parameters": [
            {"name": f"examples {name}", "value": str(count), "excluded": True}
            for name, count in row["examples"].items()
        ],
    }
    return told | ({} if row["verdict"] == "passed" else {"statusDetails": details})


def _bad_end(report: Report, name: str, why: str) -> dict[str, Any]:
    labels = [("epic", EPIC), ("feature", "run"), ("parentSuite", EPIC), ("suite", "run"), ("severity", "blocker")]
    return {
        **_named(report, name),
        "name": name,
        "status": "broken",
        "statusDetails": {"message": f"error: {why}"},
        "labels": [{"name": key, "value": value} for key, value in labels],
    }


def _named(report: Report, name: str) -> dict[str, Any]:
    """Return what tells a result from others, and what is the same in the next run, so that trends go on."""
    run = report["run"]
    start, stop = (round(datetime.fromisoformat(run[key]).timestamp() * 1000) for key in ("started", "ended"))
    same = hashlib.sha256(name.encode()).hexdigest()[:32]
    return {
        "uuid": _uuid(report, name),
        "historyId": same,
        "testCaseId": same,
        "fullName": f"zstack-ticket:{name}",
        "stage": "finished",
        "start": start,
        "stop": stop,
    }


def _labels(row: Row) -> list[tuple[str, str]]:
    return [
        ("epic", EPIC),
        ("feature", row["area"]),
        ("story", row["text"]["en"]),
        ("severity", SEVERITIES[row["level"]]),
        ("parentSuite", EPIC),
        ("suite", row["area"]),
        ("tag", row["level"].upper()),
        ("tag", row["basis"]),
        ("requirement", row["id"]),
        ("source", row["source"]),
        ("layer", "api"),
        ("framework", "pytest-zstack-ticket"),
        ("language", "http"),
    ]


def _links(report: Report, row: Row) -> list[dict[str, str]]:
    """Return the link to the requirement, which is a name and no address, and to the issues of its waivers."""
    waivers = [one for one in report.get("waivers", ()) if one["requirement"] == row["id"] and one["link"]]
    issues = [{"name": visible(one["link"]), "url": visible(one["link"]), "type": "issue"} for one in waivers]
    # only addresses of the web: a link of another kind could run something where the page is read
    issues = [one for one in issues if one["url"].startswith(("https://", "http://"))]
    return [{"name": row["id"], "url": f"urn:zstack-ticket:requirement:{row['id']}", "type": "requirement"}, *issues]


def _attachments(uuid: str, row: Row, witnesses: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str, str, str]]:
    """Yield file, name, type and text of each attachment."""
    found: list[tuple[str, str]] = []
    for number, finding in enumerate(row["findings"], start=1):
        roles = (role for role in ("subject", "sibling") if finding[role])
        found += [(f"finding {number}: {role}", message_text(finding[role])) for role in roles]
        found.append((f"finding {number}: curl", visible(finding["curl"])))
        found.append((f"finding {number}: run it again", visible(finding["regenerate"])))
    found += [(f"witness {number}", message_text(one)) for number, one in enumerate(witnesses, start=1)]
    if row["partitions"]:
        found.append(("partitions", "\n".join(visible(one) for one in row["partitions"])))
    for number, (name, text) in enumerate(found, start=1):
        if text:
            yield f"{uuid}-{number:02}-attachment.txt", name, "text/plain", text + "\n"


def _category(name: str, status: str, pattern: str) -> dict[str, Any]:
    return {"name": name, "matchedStatuses": [status], "messageRegex": f"(?s){pattern}"}


def _uuid(report: Report, name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"urn:zstack-ticket:run:{report['run']['id']}:{name}"))


def _property(name: str, value: str) -> str:
    """Return a line of a Java properties file, which every version of Allure reads if it is ASCII."""
    escaped = value.replace("\\", "\\\\").encode("utf-16-be")
    units = (int.from_bytes(escaped[at : at + 2], "big") for at in range(0, len(escaped), 2))
    return f"{name}=" + "".join(chr(unit) if 32 <= unit < 127 else f"\\u{unit:04x}" for unit in units) + "\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
