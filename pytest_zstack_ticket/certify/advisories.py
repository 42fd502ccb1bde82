"""Which lines of a report an advisory is about: requirements of a suite that are known to be wrong.

An advisory changes no verdict: it says which ones should not be believed, and why.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.certify.consistency import DEFINED
from pytest_zstack_ticket.certify.signed_list import ListKind
from pytest_zstack_ticket.config.toml_document import read_toml
from pytest_zstack_ticket.model.digest import digest
from pytest_zstack_ticket.model.errors import AdvisoryError
from pytest_zstack_ticket.model.exchange import JsonObject

ADVISORIES = ListKind(name="advisories", words="a list of advisories", made_by="advise", key_option="--advisory-key")
DOUBTED = {
    "passed-wrongly": frozenset({"passed"}),
    "failed-wrongly": frozenset({"failed"}),
    "unclear": frozenset({"passed", "failed", "inconclusive", "error"}),
}
"""The verdicts that an advisory casts doubt on, by its effect."""


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
    for listed in advisories["advisory"]:
        if (
            row["id"] in listed["requirements"]
            and row["verdict"] in DOUBTED[listed["effect"]]
            and _is_of(listed, suite, row)
        ):
            yield Advised(
                advisory=listed["id"],
                requirement=row["id"],
                verdict=row["verdict"],
                effect=listed["effect"],
                text=listed["text"],
                link=listed.get("link", ""),
            )


def _is_of(listed: JsonObject, suite: JsonObject, row: JsonObject) -> bool:
    """Return True if an advisory is about the suite, or about the rule as the row has it."""
    return (
        suite["version"] in listed.get("versions", ())
        or suite.get("digest") in listed.get("suites", ())
        or ("rules" in listed and rule_digest(row) in listed["rules"])
    )


def rule_digest(row: JsonObject) -> str:
    """Return the digest of what a row repeats of the catalogue."""
    return digest({key: row[key] for key in DEFINED})


def written(path: Path) -> dict[str, Any]:
    """Return the advisories of a TOML file. Raises AdvisoryError, also for an id that stands twice."""
    file = read_toml(path, "advisories", AdvisoryError)
    seen: set[str] = set()
    for position, listed in enumerate(file.value["advisory"]):
        if listed["id"] in seen:
            raise file.refuse(("advisory", position, "id"), f"{listed['id']} stands twice; give each its own")
        seen.add(listed["id"])
    for key in ("schema", "issued"):
        if key in file.value:
            raise file.refuse((key,), "is written when the file is signed; leave it out")
    return file.value
