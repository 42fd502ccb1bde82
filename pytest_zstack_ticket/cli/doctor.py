"""`zstack-ticket doctor`: preflight. Is a target ready to test, and if not, what to fix."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from pytest_zstack_ticket.cli.arguments import add_json, add_lang, add_target_options, language_of
from pytest_zstack_ticket.cli.command import Command
from pytest_zstack_ticket.cli.output import write_json, write_line
from pytest_zstack_ticket.report.text.doctor_text import seen_text, step_lines
from pytest_zstack_ticket.runner.preparation import checked
from pytest_zstack_ticket.target.doctor import Line, options_for, visit

EXAMPLE = """example:
  ZSTACK_PASSWORD=... zstack-ticket doctor http://10.0.0.5:8080
  ZSTACK_PASSWORD=... zstack-ticket doctor https://cloud --ca ca.pem \\\n"
        "      --context cloud.toml --try-ticket"""
RUN_OPTIONS = ("login", "user", "project", "ca", "insecure", "context", "profile", "release")
"""Arguments that are options of a run too."""


def add_doctor_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `doctor`."""
    parser.add_argument("url", metavar="URL", help="the target, as for --zstack-url")
    add_target_options(parser)
    parser.add_argument("--try-ticket", action="store_true", help="create one ticket, find it and delete it")
    add_lang(parser)
    add_json(parser)


def doctor(arguments: argparse.Namespace) -> int:
    """Show whether a target is ready; the exit status is 11 if it is not. Raises UsageError."""
    options = checked(options_for(arguments.url, {name: getattr(arguments, name) for name in RUN_OPTIONS}))
    if not options.embedded:
        return _show(list(visit(options, try_ticket=arguments.try_ticket)), arguments)
    from pytest_zstack_ticket.simulator.server.server import started  # noqa: PLC0415 - only embedded runs pay for it
    from pytest_zstack_ticket.simulator.storage import seed_data  # noqa: PLC0415 - likewise

    server = started(arguments.url)
    try:
        return _show(list(visit(options.at(server.url, password=seed_data.PASSWORD), try_ticket=True)), arguments)
    finally:
        server.stop()


def _show(lines: list[Line], arguments: argparse.Namespace) -> int:
    if arguments.json:
        write_json([{**asdict(line), "seen": seen_text(line.seen, "en")} for line in lines])
    else:
        for line in lines:
            for part in step_lines(line.step, line.state, line.seen, line.cause, language_of(arguments)):
                write_line(part)
    return 11 if any(line.state == "failed" for line in lines) else 0


COMMANDS = {
    "doctor": Command(
        description="Check host name, port, TLS, clock, rate limit, login, ticket service and release and, with\n"
        "--try-ticket, the calibration request, its job and cleanup. Exit status: 0 ready to test, 4 usage,\n"
        "11 not ready: no verdict could be formed.",
        example=EXAMPLE,
        add_arguments=add_doctor_arguments,
        run=doctor,
    ),
}
