"""`zstack-ticket requirements` and `explain`: what the suites examine, without any target."""

from __future__ import annotations

import argparse
import difflib
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.cli.command import Command, add_json, write, write_json
from pytest_zstack_ticket.config.catalogue import catalogue, tested_in
from pytest_zstack_ticket.config.options import language
from pytest_zstack_ticket.model.errors import CatalogueError
from pytest_zstack_ticket.model.requirement import Requirement
from pytest_zstack_ticket.report.text.columns import pad, width
from pytest_zstack_ticket.report.text.translations import wording


def to_json(requirement: Requirement, tests: list[str]) -> dict[str, Any]:
    """Return everything that the catalogue says of a requirement."""
    from pytest_zstack_ticket.report.document import requirement_json  # noqa: PLC0415 - help is fast

    return {
        **requirement_json(requirement),
        "killed_by": list(requirement.killed_by),
        "not_tested": requirement.not_tested or None,
        "tests": tests,
    }


def add_requirements_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `requirements`."""
    add_json(parser)
    parser.add_argument("--coverage", action="store_true", help="show tests and faults of each requirement")
    parser.add_argument("--lang", choices=("en", "zh"), help="language of the texts (default: from LC_ALL or LANG)")


def list_requirements(told: argparse.Namespace) -> int:
    """List the requirements; the exit status is 1 if coverage was asked for and one has neither test nor reason."""
    rows, tests = catalogue(), tested_in()
    bare = [row.id for row in rows if not tests.get(row.id) and not row.not_tested]
    if told.json:
        write_json([to_json(row, tests.get(row.id, [])) for row in rows])
    elif told.coverage:
        for row in rows:
            where = ", ".join(tests.get(row.id, ())) or row.not_tested or "no test"
            write(f"{row.id:<16} {where:<28} {' '.join(row.killed_by) or 'no fault'}")
        tested = len(rows) - len(bare) - sum(bool(row.not_tested) for row in rows)
        faults = sum(bool(row.killed_by) for row in rows)
        write(f"{len(rows)} requirements: {tested} with a test, {faults} with a fault that must make them fail")
    else:
        lang = told.lang or language()
        for row in rows:
            write(f"{row.id:<16} {row.level:<7} {row.text[lang]}")
    return 1 if told.coverage and bare else 0


def add_explain_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `explain`."""
    parser.add_argument("id", metavar="ID", help="a requirement, such as ZT-BODY-004")
    add_json(parser)
    parser.add_argument("--lang", choices=("en", "zh"), help="language of the texts (default: from LC_ALL or LANG)")


def explain(told: argparse.Namespace) -> int:
    """Tell everything about one requirement. Raises CatalogueError for an unknown one."""
    rows = {row.id: row for row in catalogue()}
    row = rows.get(told.id.upper())
    if row is None:
        near = difflib.get_close_matches(told.id.upper(), rows, n=3)
        raise CatalogueError(f"there is no requirement {told.id}{'; near: ' + ', '.join(near) if near else ''}.")
    tests = tested_in().get(row.id, [])
    if told.json:
        write_json(to_json(row, tests))
        return 0
    lang = told.lang or language()
    lines = {
        "consequence": row.consequence[lang] if row.consequence else "",
        "source": row.source,
        "needs": ", ".join(row.needs),
        "after": ", ".join(row.after),
        "profiles": ", ".join(row.profiles),
        "tests": ", ".join(str(Path(test)) for test in tests) or row.not_tested,
        "killed-by": ", ".join(row.killed_by),
        "run": f"pytest --zstack-url=URL -k {row.id}",
    }
    labels = {name: wording().explain(name, lang) + ("：" if lang == "zh" else ":") for name in lines}
    columns = max(map(width, labels.values()))
    write(f"{row.id} ({row.level}, {row.basis})")
    write(f"  {row.text[lang]}")
    for name, text in lines.items():
        if text:
            write(f"  {pad(labels[name], columns)} {text}")
    return 0


COMMANDS = (
    Command(
        name="requirements",
        help="list what the suites examine",
        description="List the requirements of the shipped suites: id, level and text. Exit status: 0, or 1 if\n"
        "--coverage finds one without test and reason.",
        example="example:\n  zstack-ticket requirements --coverage",
        add_arguments=add_requirements_arguments,
        run=list_requirements,
    ),
    Command(
        name="explain",
        help="tell everything about one requirement",
        description="Tell what a requirement says, where that is written, what it needs, and how to run its tests.\n"
        "Exit status: 0, or 4 for an unknown one.",
        example="example:\n  zstack-ticket explain ZT-BODY-004 --lang zh",
        add_arguments=add_explain_arguments,
        run=explain,
    ),
)
