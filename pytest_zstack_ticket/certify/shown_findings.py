"""Whether the findings of a report are those of its evidence: each one stands there, and none that does is left out.

A waiver covers a failed requirement if it covers each finding, so one that is left out would be covered by none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pytest_zstack_ticket.artifacts.evidence_reader import Evidence
from pytest_zstack_ticket.model.exchange import JsonObject, Response
from pytest_zstack_ticket.model.outcome import Violation
from pytest_zstack_ticket.model.verdict import Example
from pytest_zstack_ticket.report.finding import subject_role
from pytest_zstack_ticket.report.sanitize import scrubbed_json
from pytest_zstack_ticket.verdicts.judge import signature

MOST_TRIED = 9
"""How often a failure is sent at most to say how often it fails: once, and eight times more after the tests."""


def other_findings(report: JsonObject, evidence: Evidence, judged: Sequence[Example]) -> Iterator[str]:
    """Yield what is wrong with the findings of a report; `judged` are the examples with what their checks say now.

    A test shows the last of its violations, which after shrinking is the least one.
    """
    failing: dict[str, list[Example]] = {}
    for one in judged:
        if isinstance(one.judgement, Violation):
            failing.setdefault(one.requirement, []).append(one)
    for row in report["requirements"]:
        if row["examples"]["failed"]:
            yield from _of_row(row, failing.get(row["id"], ()), evidence, whole=bool(report["run"]["complete"]))


def _of_row(row: JsonObject, failing: Iterable[Example], evidence: Evidence, *, whole: bool) -> Iterator[str]:
    known = set()
    last: dict[str, Example] = {}
    for one in failing:
        known.add(_facts(one.requirement, one.test, one.check, one.roles))
        last[one.test] = one
    for found in row["findings"]:
        if _facts(row["id"], found["test"], found["check"], found["exchanges"]) not in known:
            yield f"a finding of {row['id']} does not stand in the evidence"
        elif found["requirement"] != row["id"] or not found["seen"] <= found["tried"] <= MOST_TRIED:
            yield f"a finding of {row['id']} is not what a run writes"
    shown = {one["signature"] for one in row["findings"]}
    for test, one in last.items() if whole else ():
        if signature(one, status=_status(one, evidence)) not in shown:
            yield f"the report leaves out how {row['id']} failed in {test}"


def _facts(requirement: str, test: str, check: str, roles: Mapping[str, Sequence[str]]) -> str:
    """Return what identifies an example, as a report may have it."""
    listed = {role: list(ids) for role, ids in roles.items()}
    return json.dumps(scrubbed_json({"of": [requirement, test, check], "roles": listed}), sort_keys=True)


def _status(example: Example, evidence: Evidence) -> int:
    ids = example.roles.get(subject_role(dict.fromkeys(example.roles, ())), ())
    answer = evidence.exchanges[ids[-1]].answer if ids else None
    return answer.status if isinstance(answer, Response) else 0
