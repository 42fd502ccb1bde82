"""JUnit XML of a fleet: one suite a target, one test case a requirement, written as it is made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import IO, Any
from xml.sax.saxutils import escape, quoteattr

from pytest_zstack_ticket.report.exports.junit import OUTCOMES
from pytest_zstack_ticket.report.text.columns import visible

VERDICTS = {"p": "passed", "f": "failed", "e": "error", "i": "inconclusive", "u": "untested", "n": "inapplicable"}
Target = Mapping[str, Any]


def write_fleet_junit(fleet: Mapping[str, Any], file: IO[bytes]) -> None:
    """Write the JUnit XML of a fleet's result."""
    file.write(b'<?xml version="1.0" encoding="utf-8"?>\n<testsuites name="CreateTicket fleet">\n')
    for target in fleet["targets"]:
        file.write(_suite(target, fleet["requirements"]).encode())
    file.write(b"</testsuites>\n")


def _suite(target: Target, requirements: list[Mapping[str, Any]]) -> str:
    cases = []
    counts = Counter[str]()
    for row, letter in zip(requirements, target["verdicts"], strict=False):
        if letter in VERDICTS:
            outcome, text = _case(target, row["id"], VERDICTS[letter])
            cases.append(text)
            counts[outcome] += 1
    if target["state"] == "error":
        why = quoteattr(visible(f"{target['kind']}: {target['text']}"))
        name = quoteattr(target["name"])
        cases.append(f'  <testcase classname={name} name="run"><error type="run" message={why}/></testcase>\n')
        counts["error"] += 1
    head = {
        "name": target["name"],
        "tests": sum(counts.values()),
        "failures": counts["failure"],
        "errors": counts["error"],
        "skipped": counts["skipped"],
        "time": f"{target['seconds']:.3f}",
    }
    attributes = " ".join(f"{name}={quoteattr(visible(str(value)))}" for name, value in head.items())
    return f" <testsuite {attributes}>\n{''.join(cases)} </testsuite>\n"


def _case(target: Target, key: str, verdict: str) -> tuple[str, str]:
    waived = key in target["waived"]
    outcome = "skipped" if waived else OUTCOMES[verdict]
    head = f"  <testcase classname={quoteattr(target['name'])} name={quoteattr(visible(key))}"
    if not outcome:
        return outcome, f"{head}/>\n"
    kind = "waived" if waived else verdict
    note = target["notes"].get(key, {}).get("en", "")
    message = quoteattr(visible(f"{kind}: {note}"))
    regressed = escape("regression") if key in (target["regressions"] or ()) else ""
    return outcome, f"{head}><{outcome} type={quoteattr(kind)} message={message}>{regressed}</{outcome}></testcase>\n"
