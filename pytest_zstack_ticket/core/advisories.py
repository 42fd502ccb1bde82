"""Which lines of a report an advisory is about: requirements of a suite that are known to be wrong.

An advisory changes no verdict: it says which ones should not be believed, and why.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pytest_zstack_ticket.core.consistency import DEFINED
from pytest_zstack_ticket.model.digests import digest

PAYLOAD_TYPE = "application/vnd.zstack-ticket.advisories+json"
SCHEMA = "urn:zstack-ticket:artefact:advisories:1"
DOUBTED = {
    "passed-wrongly": frozenset({"passed"}),
    "failed-wrongly": frozenset({"failed"}),
    "unclear": frozenset({"passed", "failed", "inconclusive", "error"}),
}
"""The verdicts that an advisory casts doubt on, by its effect."""

JsonObject = dict[str, Any]


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
    for told in advisories["advisory"]:
        if row["id"] in told["requirements"] and row["verdict"] in DOUBTED[told["effect"]] and _is_of(told, suite, row):
            yield Advised(
                advisory=told["id"],
                requirement=row["id"],
                verdict=row["verdict"],
                effect=told["effect"],
                text=told["text"],
                link=told.get("link", ""),
            )


def _is_of(told: JsonObject, suite: JsonObject, row: JsonObject) -> bool:
    """Return True if an advisory is about the suite, or about the rule as the row has it."""
    return (
        suite["version"] in told.get("versions", ())
        or suite.get("digest") in told.get("suites", ())
        or ("rules" in told and rule_digest(row) in told["rules"])
    )


def rule_digest(row: JsonObject) -> str:
    """Return the digest of what a row repeats of the catalogue."""
    return digest({key: row[key] for key in DEFINED})
