"""Catalogues of other tools and of standards, entry by entry: which requirements look for it, or why none does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pytest_zstack_ticket.config.package_data import PACKAGE
from pytest_zstack_ticket.config.toml_document import read_toml
from pytest_zstack_ticket.model.errors import CatalogueError

CATALOGUES = (
    *("owasp", "cats", "wfc", "rfc9110", "jsontestsuite"),
    *("schemathesis", "restler", "tempest", "strings", "concurrency"),
)
"""The catalogues by the names that `requirements --coverage` takes."""
ONLY_OBSERVED = frozenset({"ZT-ANSWER-035", "ZT-HTTP-014", "ZT-HTTP-015", "ZT-HTTP-016", "ZT-HTTP-022", "ZT-HTTP-023"})
"""Requirements of which the requests are sent and have to be answered, but whose decision is not judged."""
LEAST_RUN = 3
"""So many ids in a row are shown as the first and the last."""

Coverage: TypeAlias = Literal["covered", "observed", "not-applicable", "not-covered"]


@dataclass(frozen=True, slots=True)
class CoverageEntry:
    """Entries of one kind: the requirements that look for them, or the reason why none does."""

    names: tuple[str, ...]
    ids: tuple[str, ...]
    coverage: Coverage
    reason: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class CoverageTable:
    """One catalogue."""

    name: str
    title: str
    source: str
    about: str
    entries: tuple[CoverageEntry, ...]

    def count(self, *coverage: Coverage) -> int:
        """Count the entries of some states, all if none is given."""
        return sum(len(one.names) for one in self.entries if not coverage or one.coverage in coverage)


def coverage_table(name: str) -> CoverageTable:
    """Return a catalogue by its name. Raises CatalogueError for a file that is broken."""
    value = read_toml(PACKAGE / "config" / "coverage" / f"{name}.toml", "coverage", CatalogueError).value
    return CoverageTable(
        name=name,
        title=value["title"],
        source=value["source"],
        about=value["about"],
        entries=tuple(_entry(row) for row in value["entry"]),
    )


def _entry(row: dict[str, list[str] | str]) -> CoverageEntry:
    ids = tuple(row.get("ids", ()))
    names, kind = tuple(row["names"]), str(row.get("kind", ""))
    if ids:
        state: Coverage = "observed" if set(ids) <= ONLY_OBSERVED else "covered"
        return CoverageEntry(names, ids, state, kind=kind)
    unfit: Coverage = "not-applicable" if "not-applicable" in row else "not-covered"
    return CoverageEntry(names, ids, unfit, str(row[unfit]), kind)


def coverage_lines(table: CoverageTable) -> Iterator[str]:
    """Yield one line for each entry, and one with the figures."""
    width = max((len(name) for one in table.entries for name in one.names), default=0)
    for one in table.entries:
        for name in one.names:
            yield f"{name:<{width}}  {one.coverage:<14}  {shown_ids(one.ids) or one.reason}"
    yield figures(table)


def shown_ids(ids: tuple[str, ...]) -> str:
    """Return ids as a text, with runs of consecutive ones as `ZT-SESSION-020 to 027`."""
    runs: list[list[str]] = []
    for one in ids:
        area, _, number = one.rpartition("-")
        follows = runs and number.isdigit() and runs[-1][-1] == f"{area}-{int(number) - 1:03}"
        if follows:
            runs[-1].append(one)
        else:
            runs.append([one])
    shown = [[f"{run[0]} to {run[-1].rpartition('-')[2]}"] if len(run) >= LEAST_RUN else run for run in runs]
    return ", ".join(part for run in shown for part in run)


def figures(table: CoverageTable) -> str:
    """Return how many entries are in which state, in one sentence."""
    fitting = table.count() - table.count("not-applicable")
    seen = table.count("covered") + table.count("observed")
    return (
        f"{table.title}: {table.count()} entries, {fitting} apply, {seen} of these covered "
        f"({table.count('observed')} only observed), {table.count('not-covered')} not"
    )
