"""`zstack-ticket requirements` and `explain`: what the suites test, without a target."""

from __future__ import annotations

import argparse

from pytest_zstack_ticket.cli.arguments import add_json, add_lang, language_of, say
from pytest_zstack_ticket.cli.command import Command
from pytest_zstack_ticket.cli.coverage import show_coverage
from pytest_zstack_ticket.cli.output import write_json, write_line
from pytest_zstack_ticket.config.catalogue import catalogue, nearest_requirements, tested_in
from pytest_zstack_ticket.config.coverage_tables import CATALOGUES
from pytest_zstack_ticket.model.errors import CatalogueError
from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.model.requirement import Requirement
from pytest_zstack_ticket.report.document import requirement_json
from pytest_zstack_ticket.report.text.columns import pad, width
from pytest_zstack_ticket.report.text.translations import translations

OWN = "requirements"
"""What `--coverage` shows without a name: each requirement's own tests and faults."""


def to_json(requirement: Requirement, tests: list[str]) -> JsonObject:
    """Return the whole catalogue entry of a requirement, with the files that test it."""
    return {
        **requirement_json(requirement),
        "killed_by": list(requirement.killed_by),
        "sdk": list(requirement.sdk),
        "not_tested": requirement.not_tested or None,
        "tests": tests,
    }


def add_requirements_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `requirements`."""
    add_json(parser)
    parser.add_argument(
        "--coverage",
        nargs="?",
        const=OWN,
        choices=(OWN, *CATALOGUES),
        metavar="CATALOGUE",
        help=f"show tests and faults of each requirement, or which of them look for each entry of a catalogue: "
        f"{', '.join(CATALOGUES)}",
    )
    add_lang(parser)


def list_requirements(arguments: argparse.Namespace) -> int:
    """List the requirements; the exit status is 1 if `--coverage` finds one with neither test nor reason."""
    if arguments.coverage in CATALOGUES:
        return show_coverage(arguments.coverage, as_json=arguments.json)
    rows, tests = catalogue(), tested_in()
    bare = [row.id for row in rows if not tests.get(row.id) and not row.not_tested]
    if arguments.json:
        write_json([to_json(row, tests.get(row.id, [])) for row in rows])
    elif arguments.coverage:
        for row in rows:
            where = ", ".join(tests.get(row.id, ())) or row.not_tested or "no test"
            write_line(f"{row.id:<16} {where:<28} {' '.join(row.killed_by) or 'no fault'}")
        tested = len(rows) - len(bare) - sum(bool(row.not_tested) for row in rows)
        faults = sum(bool(row.killed_by) for row in rows)
        write_line(say(arguments, "coverage", count=len(rows), tested=tested, faults=faults))
    else:
        lang = language_of(arguments)
        for row in rows:
            write_line(f"{row.id:<16} {row.level:<7} {row.text[lang]}")
    return 1 if arguments.coverage and bare else 0


def add_explain_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `explain`."""
    parser.add_argument("id", metavar="ID", help="a requirement, such as ZT-BODY-004")
    add_json(parser)
    add_lang(parser)


def explain(arguments: argparse.Namespace) -> int:
    """Show everything about one requirement. Raises CatalogueError for an unknown one."""
    rows = {row.id: row for row in catalogue()}
    row = rows.get(arguments.id.upper())
    if row is None:
        near = nearest_requirements(arguments.id, rows)
        hint = f"Did you mean {' or '.join(near)}?" if near else "`zstack-ticket requirements` lists all."
        raise CatalogueError(f"there is no requirement {arguments.id}. {hint}")
    tests = tested_in().get(row.id, [])
    if arguments.json:
        write_json(to_json(row, tests))
        return 0
    lang = language_of(arguments)
    lines = {
        "consequence": row.consequence[lang] if row.consequence else "",
        "sdk": ", ".join(row.sdk),
        "source": row.source,
        "needs": ", ".join(row.needs),
        "after": ", ".join(row.after),
        "profiles": ", ".join(row.profiles),
        "tests": ", ".join(tests) or row.not_tested,
        "killed-by": ", ".join(row.killed_by),
        "run": f"pytest --zstack-url=URL -k {row.id}",
    }
    labels = {name: translations().explain(name, lang) + ("：" if lang == "zh" else ":") for name in lines}
    columns = max(map(width, labels.values()))
    words = translations()
    standing = (words.word(row.level, lang), words.page(f"basis-{row.basis}", lang))
    write_line(words.say("with-note", lang, name=row.id, note=words.say("comma", lang).join(standing)))
    write_line(f"  {row.text[lang]}")
    for name, text in lines.items():
        if text:
            write_line(f"  {pad(labels[name], columns)} {text}")
    return 0


COMMANDS = {
    "requirements": Command(
        description="List the requirements of the shipped suites: id, level and text. Exit status: 0, or 1 if\n"
        "--coverage finds one with neither a test nor a reason for having none.",
        example="example:\n  zstack-ticket requirements --coverage\n  zstack-ticket requirements --coverage owasp",
        add_arguments=add_requirements_arguments,
        run=list_requirements,
    ),
    "explain": Command(
        description="Show what a requirement says, its source, what it needs, and how to run its tests.\n"
        "Exit status: 0, or 4 for an unknown requirement.",
        example="example:\n  zstack-ticket explain ZT-BODY-004 --lang zh",
        add_arguments=add_explain_arguments,
        run=explain,
    ),
}
