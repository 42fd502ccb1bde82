"""The coverage of other catalogues: every id exists, nothing stands twice, and the figures are what the page says."""

from __future__ import annotations

from collections import Counter

import pytest

from docs.generate import REFERENCE, coverage
from pytest_zstack_ticket.config.catalogue import catalogue
from pytest_zstack_ticket.config.coverage_tables import CATALOGUES, coverage_lines, coverage_table

TABLES = {name: coverage_table(name) for name in CATALOGUES}
ENTRIES = {
    "owasp": 32,
    "cats": 186,
    "wfc": 46,
    "rfc9110": 46,
    "jsontestsuite": 340,
    "schemathesis": 61,
    "restler": 9,
    "tempest": 32,
    "strings": 50,
    "concurrency": 34,
}
MOST_NOT_COVERED = 42
"""Of the entries that apply, at least 700 of 742 are covered."""


@pytest.mark.parametrize("name", CATALOGUES)
def test_every_id_is_a_requirement(name: str) -> None:
    known = {row.id for row in catalogue()} | {f"{row.id.rpartition('-')[0]}-*" for row in catalogue()}
    named = {one for entry in TABLES[name].entries for one in entry.ids}
    assert named - known == set()


@pytest.mark.parametrize("name", CATALOGUES)
def test_every_entry_stands_once(name: str) -> None:
    counts = Counter(one for entry in TABLES[name].entries for one in entry.names)
    assert [one for one, count in counts.items() if count > 1] == []
    assert counts.total() == ENTRIES[name]


def test_few_entries_that_apply_are_not_covered() -> None:
    missing = sum(table.count("not-covered") for table in TABLES.values())
    covered = sum(table.count("covered", "observed") for table in TABLES.values())
    assert missing <= MOST_NOT_COVERED
    assert covered >= 700


def test_the_page_is_the_one_that_is_generated() -> None:
    assert (REFERENCE / "coverage.md").read_text("utf-8") == coverage()


def test_each_entry_is_a_line_with_ids_or_a_reason() -> None:
    lines = list(coverage_lines(TABLES["owasp"]))
    assert len(lines) == ENTRIES["owasp"] + 1
    assert any("ZT-ISOLATION-003" in line for line in lines if line.startswith("API1"))
    assert "32 entries" in lines[-1]
