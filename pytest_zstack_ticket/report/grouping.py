"""Causes of a run: failed requirements that show the same defect as one group with its root, and open reasons.

Computed from the rows of `report.json` alone, so that terminal, page, Markdown and JUnit agree. It changes no verdict:
`verdicts.judge` decides what is blocked by what; this says what to read first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pytest_zstack_ticket.checks.causes import FORMS, STORED

Row = Mapping[str, Any]
FOUNDATION = ("session", "http", "answer", "job", "body", "store", "query", "lifecycle", "isolation", "access")
"""Areas in the order in which they stand on one another; an area of a user's own comes last."""
LEVELS = ("must", "should", "may")
UNSTORED = frozenset({"query-unclear", "controls-changed"})
"""Reasons that follow from tickets that are not stored, where the requirement on that failed."""
NO_REASON = {"key": "", "parameters": {}, "en": "", "zh": ""}
"""Stands for a reason that a report does not have."""
SHOWN = frozenset({"expect-value", "expect-unchanged", "expect-same-value", "expect-same-shown", "expect-commented"})
"""Expectations on one member of a ticket; what is shown instead is one defect wherever it is seen."""
SHARED_MEMBERS = frozenset({"", "status", "total"})
"""Members that say too little: each event leads to a status of its own, and each query has a total of its own."""
OTHER_TICKETS = frozenset({"all-created-listed", "only-matching", "empty-result"})
"""Checks of queries in general, which see tickets that do not meet the conditions."""
ABOUT = frozenset({"ZT-QUERY-016"})
"""Requirements that say in general what others of their group say of one case."""
AGAIN = "same-decision-again"
"""Check that the calibration draft is decided as before, whatever was sent between."""
BYSTANDERS = frozenset({"access", "isolation"})
"""Areas that look for changes by calls that must change nothing: what changes with every call shows there, too."""
OF_MANY_STEPS = frozenset({"group-step"})
"""Checks of long programs on several tickets: whatever is wrong shows in them, too."""
DRIFT = "ZT-BODY-062"
"""A target that decides otherwise later in a run is read before all that it decided so."""
OPEN = ("error", "inconclusive", "untested", "inapplicable")
"""Verdicts without a decision, what needs action first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One defect: the failed requirement to read first, others that show the same, and what it left without verdict."""

    root: Row
    same: Sequence[Row]
    blocked: Sequence[Row]
    open: Sequence[Row]

    @property
    def explained(self) -> list[Row]:
        """Everything that the root explains."""
        return [*self.same, *self.blocked, *self.open]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenReason:
    """Requirements without a decision for one reason that no group explains; `reason` is that of the first."""

    verdict: str
    reason: Mapping[str, Any]
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Causes:
    """What a reader needs of a run, in this order."""

    groups: Sequence[Group]
    reasons: Sequence[OpenReason]


def causes_in(rows: Sequence[Row]) -> Causes:
    """Group the rows of a report: the defect that explains most comes first, waived ones last."""
    failed = [row for row in rows if row["verdict"] == "failed"]
    after = {row["id"]: row["after"] for row in rows}
    failed_ids = {row["id"] for row in failed}
    blocked = _attributed((row, _blockers(row)) for row in rows)
    undecided = _attributed((row, _explainers(row, failed_ids)) for row in rows)
    groups = [_group(same, after, blocked, undecided) for same in _clusters(failed, after)]
    taken = {row["id"] for group in groups for row in group.explained}
    left = [row for row in rows if row["verdict"] in OPEN and row["id"] not in taken]
    return Causes(groups=sorted(groups, key=_weight), reasons=_reasons(left))


def _group(
    members: Sequence[Row],
    after: Mapping[str, Sequence[str]],
    blocked: Mapping[str, Sequence[Row]],
    undecided: Mapping[str, Sequence[Row]],
) -> Group:
    # what never held is nearer to the defect than what mostly does
    never_held = {row["id"] for row in members if not row.get("examples", {}).get("held")}

    def order(row: Row) -> tuple[bool, bool, int, int, bool, bool, int]:
        name = row["id"]
        stands_on_another = bool(_below(name, after) & never_held)
        level, area = _rank(row)
        checks = {one["check"] for one in row["findings"]}
        expected = {one["expected"]["key"] for one in row["findings"]}
        beside = row["area"] in BYSTANDERS and expected == {"expect-unchanged"}
        nearness = beside or checks <= OF_MANY_STEPS, name not in never_held
        return name not in ABOUT, stands_on_another, -len(blocked.get(name, ())), level, *nearness, area

    root, *same = sorted(members, key=order)
    return Group(
        root=root,
        same=same,
        blocked=_once(row for one in members for row in blocked.get(one["id"], ())),
        open=_once(row for one in members for row in undecided.get(one["id"], ())),
    )


def _clusters(failed: Sequence[Row], after: Mapping[str, Sequence[str]]) -> list[list[Row]]:
    """Join failed requirements that share a mark, or of which one depends on the other."""
    ids = {row["id"] for row in failed}
    above = list(range(len(failed)))

    def head(place: int) -> int:
        while above[place] != place:
            above[place] = place = above[above[place]]
        return place

    first: dict[object, int] = {}
    for place, row in enumerate(failed):
        for mark in _marks(row) | {row["id"]} | (_below(row["id"], after) & ids):
            above[head(place)] = head(first.setdefault(mark, place))
    clusters: dict[int, list[Row]] = {}
    for place, row in enumerate(failed):
        clusters.setdefault(head(place), []).append(row)
    return list(clusters.values())


def _marks(row: Row) -> set[object]:
    """Say what the findings of a row share with others that show the same.

    That is a request, a check with both sides, a member that is shown otherwise, an event that must be refused, or
    tickets that a query must not show. A check alone is no mark: a refusal missing for two fields is two defects.
    """
    marks: set[object] = set()
    for finding in row["findings"]:
        edit, subject = finding["edit"] or {}, finding["subject"]
        sides = (finding["check"], finding["expected"]["key"], finding["actual"]["key"])
        marks.add((*sides, edit.get("path", ""), edit.get("name", "")) if edit else (*sides, _member(finding)))
        if edit and not edit.get("path") and _member(finding):
            marks.add((*sides, _member(finding)))
        if subject:
            marks.add((subject["exchange"], finding["actual"]["key"]))
        marks.update(_symptoms(finding))
    return marks


def _symptoms(finding: Mapping[str, Any]) -> Iterator[object]:
    """Yield what a finding shows, whichever check saw it."""
    expected, actual = finding["expected"], finding["actual"]
    member = expected["parameters"].get("member", "")
    if expected["key"] in SHOWN and member not in SHARED_MEMBERS:
        yield "member", member.partition("[")[0].partition(".")[0]
    if expected["key"] == "expect-denied" and actual["key"] == "was-accepted":
        yield "event", expected["parameters"].get("event", "")
    if finding["check"] == AGAIN:
        yield AGAIN, actual["key"], *(actual["parameters"].get(name, "") for name in ("status", "code", "details"))
    if (expected["key"], actual["key"], actual["parameters"].get("count")) == ("expect-stored", "stored", "0"):
        yield ("not stored",)
    if finding["check"] in OTHER_TICKETS and actual["parameters"].get("stray", "-") != "-":
        yield ("other tickets",)


def _member(finding: Mapping[str, Any]) -> str:
    """Name the part of a response that a finding is about, empty if it is about all of it."""
    known = finding["expected"]["parameters"]
    return str(known.get("member") or known.get("path") or known.get("event") or "")


def _below(one: str, after: Mapping[str, Sequence[str]]) -> set[str]:
    """Collect the requirements that one depends on, however far."""
    found: set[str] = set()
    waiting = list(after.get(one, ()))
    while waiting:
        base = waiting.pop()
        if base not in found:
            found.add(base)
            waiting += after.get(base, ())
    return found - {one}


def _blockers(row: Row) -> list[str]:
    """Name the failed requirements that block a row, as its reason says."""
    reason = row["reason"] or {}
    return reason["parameters"]["by"].split(", ") if reason.get("key") == "blocked" else []


def _explainers(row: Row, failed: Collection[str]) -> list[str]:
    """Name the failed requirement that an inconclusive row's reason follows from."""
    key = (row["reason"] or {}).get("key", "") if row["verdict"] == "inconclusive" else ""
    cause = STORED if key in UNSTORED else FORMS.get(key, "")
    return [cause] if cause in failed else []


def _attributed(pairs: Iterable[tuple[Row, Sequence[str]]]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row, causes in pairs:
        if causes:
            # several roots may block one: it is listed once, under the first
            found.setdefault(causes[0], []).append(row)
    return found


def _reasons(rows: Iterable[Row]) -> list[OpenReason]:
    """Group rows by verdict and key of their reason, so that a number in a message makes no group of its own."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        found.setdefault((row["verdict"], _cause(row["reason"] or NO_REASON)), []).append(row)
    made = [
        OpenReason(verdict=verdict, reason=same[0]["reason"] or NO_REASON, rows=same)
        for (verdict, _), same in found.items()
    ]
    return sorted(made, key=lambda one: (OPEN.index(one.verdict), -len(one.rows)))


def _cause(reason: Mapping[str, Any]) -> str:
    """Key of a reason, with the parameter that makes it another cause."""
    named = reason["parameters"]
    which = (str(named[name]) for name in ("need", "profile", "by", "member") if name in named)
    status = [str(named["status"])] if reason["key"] == "front-end" and "status" in named else []
    return " ".join([reason["key"], *which, *status])


def _weight(group: Group) -> tuple[bool, bool, int, int, int, bool]:
    drifts = DRIFT in (group.root["id"], *(row["id"] for row in group.same))
    some_held = bool(group.root.get("examples", {}).get("held"))
    return bool(group.root.get("waived")), not drifts, -len(group.explained), *_rank(group.root), some_held


def _rank(row: Row) -> tuple[int, int]:
    area, level = row["area"], row["level"]
    place = FOUNDATION.index(area) if area in FOUNDATION else len(FOUNDATION)
    return LEVELS.index(level) if level in LEVELS else len(LEVELS), place


def _once(rows: Iterable[Row]) -> list[Row]:
    return list({row["id"]: row for row in rows}.values())
