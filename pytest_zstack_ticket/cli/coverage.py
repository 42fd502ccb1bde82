"""`zstack-ticket requirements --coverage CATALOGUE`: what the suites look for, entry by entry of another catalogue."""

from __future__ import annotations

from pytest_zstack_ticket.cli.output import write_json, write_line
from pytest_zstack_ticket.config.coverage_tables import CoverageTable, coverage_lines, coverage_table
from pytest_zstack_ticket.model.exchange import JsonObject


def show_coverage(name: str, *, as_json: bool) -> int:
    """Show one catalogue, as lines or as JSON."""
    table = coverage_table(name)
    if as_json:
        write_json(_to_json(table))
    else:
        for line in coverage_lines(table):
            write_line(line)
    return 0


def _to_json(table: CoverageTable) -> JsonObject:
    return {
        "catalogue": table.name,
        "title": table.title,
        "source": table.source,
        "entries": [
            {"name": name, "coverage": one.coverage, "requirements": list(one.ids), "reason": one.reason or None}
            for one in table.entries
            for name in one.names
        ],
    }
