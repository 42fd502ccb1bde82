"""Comparison of two runs' reports: what broke, what was fixed, what responds differently; seeds and dates do not count.

The reports are plain JSON as `report.json` has them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.model.saved_example import Observed, saved_example_from_json
from pytest_zstack_ticket.verdicts.judge import REGRESSION
from pytest_zstack_ticket.verdicts.saved_examples import same_input
from pytest_zstack_ticket.verdicts.tally import LEFT_OPEN

Report = Mapping[str, Any]
Kind: TypeAlias = Literal["regression", "fixed", "known-failure", "inconclusive", "not-comparable", "changed"]
KINDS: tuple[Kind, ...] = ("regression", "changed", "inconclusive", "not-comparable", "fixed", "known-failure")
"""In the order of how much they matter for the decision about an upgrade."""

FACTOR, LEAST = 4.0, 1.0
"""A response is slower or faster if it took this many times as long and at least this many seconds differ."""
DECIDED = frozenset({"passed", "failed"})
BY_RULE = ("level", "needs", "profiles")
"""What makes two requirements the same; their wording does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One difference. `what` names it: verdict, requirement, need, profile, code, status, fields, latency, or a fact.

    `requirements` is empty for a difference of the whole runs.
    """

    kind: Kind
    what: str
    before: Json
    after: Json
    requirements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """What differs between two runs. `known` are failures that both have; they are no difference."""

    lines: tuple[Line, ...]
    known: tuple[Line, ...]
    compared: int

    @property
    def exit_status(self) -> int:
        """10 if something broke, else 0."""
        return REGRESSION if any(line.kind == "regression" for line in self.lines) else 0


def compare(before: Report, after: Report) -> Diff:
    """Compare the run before an upgrade with the run after it."""
    ours, theirs = _rows(before), _rows(after)
    common = sorted(set(ours) & set(theirs))
    found = [line for key in common if (line := _verdicts(ours[key], theirs[key])) is not None]
    broken = {key for line in found if line.kind == "regression" for key in line.requirements}
    lines = [
        *_whole(before, after),
        *(_missing(key, ours, theirs) for key in sorted(set(ours) ^ set(theirs))),
        *(line for line in found if line.kind != "known-failure"),
        *_changed_examples(before, after, broken),
        *_changed_facts(before, after),
    ]
    return Diff(
        lines=tuple(sorted(lines, key=lambda line: (KINDS.index(line.kind), line.requirements, line.what))),
        known=tuple(line for line in found if line.kind == "known-failure"),
        compared=len(common),
    )


def diff_to_json(diff: Diff) -> dict[str, Any]:
    """Return a comparison as JSON."""
    return {
        "compared": diff.compared,
        "exit_status": diff.exit_status,
        "lines": [_line_json(line) for line in diff.lines],
        "known": [_line_json(line) for line in diff.known],
    }


def _line_json(line: Line) -> dict[str, Any]:
    return {
        "class": line.kind,
        "what": line.what,
        "requirements": list(line.requirements),
        "before": line.before,
        "after": line.after,
    }


def _rows(report: Report) -> dict[str, Mapping[str, Any]]:
    return {row["id"]: row for row in report["requirements"]}


def _whole(before: Report, after: Report) -> Iterator[Line]:
    """Yield what makes two runs hard to compare; the release is expected to differ."""
    for part in ("base", "limits"):
        was, now = before["profile"][part], after["profile"][part]
        if was != now:
            yield Line(kind="not-comparable", what=f"profile-{part}", before=was, after=now)


def _missing(key: str, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Line:
    was = ours[key]["verdict"] if key in ours else None
    now = theirs[key]["verdict"] if key in theirs else None
    return Line(kind="not-comparable", what="requirement", before=was, after=now, requirements=(key,))


def _verdicts(row: Mapping[str, Any], other: Mapping[str, Any]) -> Line | None:
    """Compare two verdicts on one requirement; None if there is nothing to report."""
    was, now = row["verdict"], other["verdict"]
    if any(row[part] != other[part] for part in BY_RULE):
        kind, what = "not-comparable", "rule"
    elif was == now:
        kind, what = ("known-failure" if was == "failed" else ""), "verdict"
    elif {was, now} <= DECIDED:
        kind, what = ("regression" if now == "failed" else "fixed"), "verdict"
    elif _left_open(row) or _left_open(other):
        kind, what = ("inconclusive" if "failed" in (was, now) else ""), "verdict"
    elif {was, now} & {"inapplicable", "untested"}:
        kind, what = "not-comparable", ("need" if "inapplicable" in (was, now) else "untested")
    else:
        kind, what = "inconclusive", "verdict"
    if not kind:
        return None
    return Line(kind=kind, what=what, before=was, after=now, requirements=(row["id"],))  # type: ignore[arg-type] # of KINDS


def _left_open(row: Mapping[str, Any]) -> bool:
    """Say whether a run saw only responses that leave a requirement open, such as jobs that were never pending.

    Whether a run sees others is a matter of timing, not of the target.
    """
    reason = row.get("reason")
    return row["verdict"] == "inapplicable" and reason is not None and reason["key"] in LEFT_OPEN


def _changed_examples(before: Report, after: Report, broken: set[str]) -> Iterator[Line]:
    """Yield changed responses to the same saved examples: one line for a change, whichever requirements show it.

    A change in an example of a broken requirement belongs to that regression and gets no line of its own.
    """
    known = {same_input(one): one.observed for one in map(saved_example_from_json, before.get("pinned", ()))}
    seen: dict[str, tuple[str, Json, Json, set[str]]] = {}
    for one in map(saved_example_from_json, after.get("pinned", ())):
        was = known.get(same_input(one))
        if was is None:
            continue
        for what, old, new in changes(was, one.observed):
            key = json.dumps([what, old, new] if what != "latency" else [what])
            seen.setdefault(key, (what, old, new, set()))[3].add(one.requirement)
    for what, old, new, requirements in seen.values():
        if not requirements & broken:
            yield Line(kind="changed", what=what, before=old, after=new, requirements=tuple(sorted(requirements)))


def changes(was: Observed, now: Observed) -> Iterator[tuple[str, Json, Json]]:
    """Yield name, old and new value of what changed in the response to one example."""
    if was.status // 100 != now.status // 100:
        yield "status", f"{was.status // 100}xx", f"{now.status // 100}xx"
    if was.code != now.code:
        yield "code", was.code, now.code
    if was.fields != now.fields:
        yield "fields", sorted(set(was.fields) - set(now.fields)), sorted(set(now.fields) - set(was.fields))
    slow, fast = max(was.seconds, now.seconds), min(was.seconds, now.seconds)
    if slow > FACTOR * fast and slow - fast > LEAST:
        yield "latency", round(was.seconds, 1), round(now.seconds, 1)


def _changed_facts(before: Report, after: Report) -> Iterator[Line]:
    """Yield the observations of which no value was seen again."""
    known, seen = _facts(before), _facts(after)
    for key in sorted(set(known) & set(seen)):
        if known[key] and seen[key] and not set(known[key]) & set(seen[key]):
            yield Line(kind="changed", what=key, before=sorted(known[key]), after=sorted(seen[key]))


def _facts(report: Report) -> dict[str, list[str]]:
    return {one["id"]: [json.dumps(seen["value"]) for seen in one["values"]] for one in report["observations"]}
