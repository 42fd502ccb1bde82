"""Allure results: one result a requirement, with one set of attachments, made without Allure's pytest plugin.

The words are those of `allure_live.py` too, which gives them to the results of that plugin. error is broken,
inconclusive is unknown, inapplicable and untested are skipped. A waived failure stays failed and is marked as known and
muted. Allure's own pages may load a tracker; see docs/reference/exports.md.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from pytest_zstack_ticket.report.exports.plain_text import (
    Report,
    Row,
    bad_end,
    facts_of,
    message_of,
    message_text,
    plain,
    trace_of,
    waived,
)
from pytest_zstack_ticket.report.text.columns import visible

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
    ("Violations covered by a waiver", "failed", "waived: .*"),
    ("Violations by the target", "failed", "failed: .*"),
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
        yield from requirement_files(report, row, witnesses.get(row["id"], ()))
    yield from run_files(report)


def requirement_files(report: Report, row: Row, witnesses: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield name and text of each file of one result."""
    uuid = _uuid(report, row["id"])
    attached = list(_attached(uuid, row, witnesses))
    yield from ((source, text) for source, _, _, text in attached)
    shown = [{"name": name, "source": source, "type": kind} for source, name, kind, _ in attached]
    yield f"{uuid}-result.json", _json(_result(report, row) | {"attachments": shown})


def run_files(report: Report) -> Iterator[tuple[str, str]]:
    """Yield name and text of each file that is about the run and not a requirement."""
    end = bad_end(report)
    if end:
        yield f"{_uuid(report, end[0])}-result.json", _json(_bad_end(report, *end))
    yield "environment.properties", "".join(_property(*fact) for fact in facts_of(report).items())
    yield "categories.json", _json([_category(*one) for one in CATEGORIES])


def title(row: Row) -> str:
    """Name a result."""
    return f"{row['id']} {visible(row['text']['en'])} / {visible(row['text']['zh'])}"


def description(row: Row) -> str:
    """Write what a requirement asks for, where that is documented, and what a violation means."""
    consequence = row["consequence"] or {}
    source = f"source: {row['source']} ({row['basis']})"
    return plain("\n\n".join([row["text"]["en"], row["text"]["zh"], source, *consequence.values()]))


def details(row: Row) -> dict[str, Any] | None:
    """Explain why a requirement did not pass, None if it did; categories match the first word of the message."""
    if row["verdict"] == "passed":
        return None
    kind = "waived" if waived(row) else row["verdict"]
    result: dict[str, Any] = {"message": f"{kind}: {message_of(row)}", "trace": plain(trace_of(row))}
    return result | ({"known": True, "muted": True} if waived(row) else {})


def parameters(row: Row) -> list[dict[str, Any]]:
    """Count the examples; they differ from run to run, so they are no part of the history."""
    counts = row["examples"].items()
    return [{"name": f"examples {name}", "value": str(count), "excluded": True} for name, count in counts]


def labels(row: Row) -> list[dict[str, str]]:
    """List what results are grouped and filtered by."""
    return [{"name": name, "value": visible(value)} for name, value in _labels(row)]


def _result(report: Report, row: Row) -> dict[str, Any]:
    result = {
        **_named(report, row["id"]),
        "name": title(row),
        "description": description(row),
        "status": STATUSES[row["verdict"]],
        "labels": labels(row),
        "links": links(row, report.get("waivers", ())),
        "parameters": parameters(row),
    }
    why = details(row)
    return result | ({"statusDetails": why} if why else {})


def _bad_end(report: Report, name: str, why: str) -> dict[str, Any]:
    labels = [("epic", EPIC), ("feature", "run"), ("parentSuite", EPIC), ("suite", "run"), ("severity", "blocker")]
    return {
        **_named(report, name),
        "name": name,
        "status": "broken",
        "statusDetails": {"message": f"error: {why}"},
        "labels": [{"name": key, "value": value} for key, value in labels],
    }


def history_id(name: str) -> str:
    """Make the id by which a result is recognised in the next run, so that trends go on."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def _named(report: Report, name: str) -> dict[str, Any]:
    """Identify a result."""
    run = report["run"]
    start, stop = (round(datetime.fromisoformat(run[key]).timestamp() * 1000) for key in ("started", "ended"))
    same = history_id(name)
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


def links(row: Row, waivers: Iterable[Mapping[str, Any]] = ()) -> list[dict[str, str]]:
    """Link to the requirement, which is a name and not an address, and to the issues of its waivers."""
    found = [visible(one["link"]) for one in waivers if one["requirement"] == row["id"] and one["link"]]
    # only addresses of the web: a link of another kind could run something where the page is read
    issues = [{"name": one, "url": one, "type": "issue"} for one in found if one.startswith(("https://", "http://"))]
    name = visible(row["id"])
    return [{"name": name, "url": f"urn:zstack-ticket:requirement:{name}", "type": "requirement"}, *issues]


def attachments(row: Row, witnesses: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield name and text of each attachment: all of the findings, or what shows that a requirement held."""
    found: list[tuple[str, str]] = []
    for number, finding in enumerate(row["findings"], start=1):
        said = (f"{word}: {visible(finding[key]['en'])}" for word, key in (("expected", "expected"), ("got", "actual")))
        found.append((f"finding {number}: expected and actual", "\n".join(said)))
        roles = (role for role in ("subject", "sibling") if finding[role])
        found += [(f"finding {number}: {role}", message_text(finding[role])) for role in roles]
        found.append((f"finding {number}: curl", visible(finding["curl"])))
        found.append((f"finding {number}: run it again", visible(finding["regenerate"])))
    found += [(f"witness {number}", message_text(one)) for number, one in enumerate(witnesses, start=1)]
    if row["partitions"]:
        found.append(("partitions", "\n".join(visible(one) for one in row["partitions"])))
    yield from ((name, f"{text}\n") for name, text in found if text)


def _attached(uuid: str, row: Row, witnesses: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str, str, str]]:
    """Yield file, name, type and text of each attachment."""
    for number, (name, text) in enumerate(attachments(row, witnesses), start=1):
        yield f"{uuid}-{number:02}-attachment.txt", name, "text/plain", text


def _category(name: str, status: str, pattern: str) -> dict[str, Any]:
    return {"name": name, "matchedStatuses": [status], "messageRegex": f"(?s){pattern}"}


def _uuid(report: Report, name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"urn:zstack-ticket:run:{report['run']['id']}:{name}"))


def _property(name: str, value: str) -> str:
    """Write a line of a Java properties file, which every version of Allure reads if it is ASCII."""
    escaped = value.replace("\\", "\\\\").encode("utf-16-be")
    units = (int.from_bytes(escaped[at : at + 2], "big") for at in range(0, len(escaped), 2))
    return f"{name}=" + "".join(chr(unit) if 32 <= unit < 127 else f"\\u{unit:04x}" for unit in units) + "\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
