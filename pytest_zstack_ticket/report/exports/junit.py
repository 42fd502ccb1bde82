"""JUnit XML: one test case a requirement, one suite an area.

failed is a failure; error and inconclusive are errors, since neither allows the conclusion that the target conforms;
inapplicable, untested and a waived failure are skipped, with the verdict as their type. XML is of version 1.0, in which
most control characters cannot be written at all, so they are shown as escapes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from pytest_zstack_ticket.report.exports.plain_text import (
    Report,
    Row,
    bad_end,
    facts_of,
    message_of,
    plain,
    trace_of,
    waived,
)
from pytest_zstack_ticket.report.grouping import causes_in
from pytest_zstack_ticket.report.text.columns import visible

OUTCOMES = {
    "passed": "",
    "failed": "failure",
    "error": "error",
    "inconclusive": "error",
    "inapplicable": "skipped",
    "untested": "skipped",
}
"""The element of each verdict; a passed test case has none."""
PACKAGE = "zstack-ticket"


def junit(report: Report) -> str:
    """Write the JUnit XML of a report.

    No requirement has a duration of its own, because examples are sent once and judged by many: `time` is that of the
    run, and 0 on suites and test cases.
    """
    groups = causes_in(report["requirements"]).groups
    roots = {row["id"]: group.root["id"] for group in groups for row in group.explained}
    root = Element("testsuites", {"name": "CreateTicket conformance"})
    by_area = groupby(sorted(report["requirements"], key=lambda row: str(row["area"])), lambda row: str(row["area"]))
    for area, rows in by_area:
        _add_suite(root, area, report, [_case(row, roots.get(row["id"], "")) for row in rows])
    end = bad_end(report)
    if end:
        _add_suite(root, "run", report, [_bad_end(*end)])
    _set_counts(root, root.iter("testcase"))
    root.set("time", _seconds(report))
    indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, "unicode") + "\n"


def _add_suite(root: Element, name: str, report: Report, cases: list[Element]) -> None:
    started = datetime.fromisoformat(report["run"]["started"]).replace(tzinfo=None)
    facts = {"timestamp": started.isoformat(timespec="seconds"), "hostname": "localhost", "time": "0.000"}
    suite = SubElement(root, "testsuite", {"name": visible(name), **facts})
    _set_counts(suite, cases)
    _add_properties(suite, facts_of(report))
    suite.extend(cases)


def _set_counts(element: Element, cases: Iterable[Element]) -> None:
    counts = dict.fromkeys(("tests", "failure", "error", "skipped"), 0)
    for case in cases:
        counts["tests"] += 1
        for child in case:
            counts[child.tag] = counts.get(child.tag, 0) + 1
    names = {"tests": "tests", "failures": "failure", "errors": "error", "skipped": "skipped"}
    for name, tag in names.items():
        element.set(name, str(counts[tag]))


def _case(row: Row, root: str) -> Element:
    attributes = {"classname": f"{PACKAGE}.{row['area']}", "name": f"{row['id']} {row['text']['en']}", "time": "0.000"}
    case = Element("testcase", {name: visible(value) for name, value in attributes.items()})
    _add_properties(case, {**_properties(row), **({"cause": visible(root)} if root else {})})
    tag = "skipped" if waived(row) else OUTCOMES[row["verdict"]]
    if tag:
        kind = "waived" if waived(row) else row["verdict"]
        outcome = SubElement(case, tag, {"type": kind, "message": f"{kind}: {message_of(row)}"})
        outcome.text = plain(trace_of(row)) or None
    return case


def _bad_end(name: str, why: str) -> Element:
    case = Element("testcase", {"classname": f"{PACKAGE}.run", "name": name, "time": "0.000"})
    SubElement(case, "error", {"type": "run", "message": why})
    return case


def _properties(row: Row) -> Mapping[str, str]:
    values = {
        "requirement": row["id"],
        "level": row["level"],
        "basis": row["basis"],
        "verdict": row["verdict"],
        "waived": "true" if waived(row) else "",
        "source": row["source"],
        "text.zh": row["text"]["zh"],
        **{f"examples.{name}": str(count) for name, count in row["examples"].items()},
        "signature": " ".join(finding["signature"] for finding in row["findings"]),
    }
    return {name: visible(value) for name, value in values.items() if value}


def _add_properties(element: Element, values: Mapping[str, str]) -> None:
    properties = SubElement(element, "properties")
    for name, value in values.items():
        SubElement(properties, "property", {"name": name, "value": value})


def _seconds(report: Report) -> str:
    run = report["run"]
    lasted = datetime.fromisoformat(run["ended"]) - datetime.fromisoformat(run["started"])
    return f"{max(0.0, lasted.total_seconds()):.3f}"
