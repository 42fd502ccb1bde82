"""Whether findings and witnesses of a report are those of its evidence: each stands there, and none is left out.

A waiver covers a failed requirement if it covers each finding, so one that is left out would be covered by none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from pytest_zstack_ticket.artifacts.evidence_reader import Evidence
from pytest_zstack_ticket.model.codec import edit_to_json
from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.model.outcome import Violation
from pytest_zstack_ticket.model.verdict import Example
from pytest_zstack_ticket.report.document import MAX_WITNESSES
from pytest_zstack_ticket.report.finding import status_in_signature
from pytest_zstack_ticket.report.sanitize import scrubbed_json
from pytest_zstack_ticket.verdicts.judge import signature
from pytest_zstack_ticket.verdicts.relevance import ASIDE

MOST_TRIED = 9
"""How often a failure is sent at most to say how often it fails: once, and eight times more after the tests."""


def other_findings(report: JsonObject, evidence: Evidence, judged: Sequence[Example]) -> Iterator[str]:
    """Yield what is wrong with the findings and witnesses of a report; `judged` are the examples as checks judge now.

    A test shows the last of its violations, which after shrinking is the least one, and the first example that held.
    """
    failing: dict[str, list[Example]] = {}
    held: dict[str, list[Example]] = {}
    for one in judged:
        if isinstance(one.judgement, Violation):
            failing.setdefault(one.requirement, []).append(one)
        elif one.judgement is None:
            held.setdefault(one.requirement, []).append(one)
    whole = bool(report["run"]["complete"])
    drifts = whole and any(row["id"] == ASIDE and row["findings"] for row in report["requirements"])
    for row in report["requirements"]:
        if row["examples"]["failed"]:
            yield from _of_row(row, failing.get(row["id"], ()), evidence, whole=whole)
        if any(drifts and not found["irregular"] for found in row["findings"]):
            yield f"the target drifts, and a finding of {row['id']} is said to be regular"
        if row["verdict"] == "passed":
            yield from _of_witnesses(row, held.get(row["id"], ()))


def _of_row(row: JsonObject, failing: Iterable[Example], evidence: Evidence, *, whole: bool) -> Iterator[str]:
    known = set()
    last: dict[str, Example] = {}
    for one in failing:
        known.add(_facts_of(one))
        last[one.test] = one
    for found in row["findings"]:
        if _facts(row["id"], found, found["edit"]) not in known:
            yield f"a finding of {row['id']} does not stand in the evidence"
        elif found["requirement"] != row["id"] or not found["seen"] <= found["tried"] <= MOST_TRIED:
            yield f"a finding of {row['id']} is not what a run writes"
    shown = {one["signature"] for one in row["findings"]}
    for test, one in last.items() if whole else ():
        if signature(one, status=_status(one, evidence)) not in shown:
            yield f"the report leaves out how {row['id']} failed in {test}"


def _of_witnesses(row: JsonObject, held: Sequence[Example]) -> Iterator[str]:
    """Yield the passing examples of a row that are none of its evidence, and whether there are too few."""
    known = {_facts_of(one, edited=False) for one in held}
    shown = {_facts(row["id"], one, None) for one in row["witnesses"]}
    if not shown <= known:
        yield f"a passing example of {row['id']} does not stand in the evidence"
    if len(shown) != len(row["witnesses"]) or len(shown) < min(MAX_WITNESSES, len({one.test for one in held})):
        yield f"the report leaves out a passing example of {row['id']}"


def _facts_of(one: Example, *, edited: bool = True) -> str:
    """Return what identifies an example of the evidence, with its edit or without."""
    shown = {
        "test": one.test,
        "check": one.check,
        "arguments": one.arguments,
        "partition": one.partition,
        "exchanges": {role: list(ids) for role, ids in one.roles.items()},
    }
    return _facts(one.requirement, shown, edit_to_json(one.edit) if edited else None)


def _facts(requirement: str, shown: JsonObject, edit: JsonObject | None) -> str:
    """Return what identifies an example, as a report may have it."""
    told = {key: shown[key] for key in ("test", "check", "arguments", "partition", "exchanges")}
    return json.dumps(scrubbed_json({**told, "requirement": requirement, "edit": edit}), sort_keys=True)


def _status(example: Example, evidence: Evidence) -> int:
    exchanges = evidence.exchanges
    return status_in_signature({role: tuple(exchanges[one] for one in ids) for role, ids in example.roles.items()})
