"""`zstack-ticket doctor`: whether a target is ready to test, and what to fix."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING

from pytest_zstack_ticket.cli.command import Command, add_json, write, write_json

if TYPE_CHECKING:
    from pytest_zstack_ticket.target.doctor import Line

EXAMPLE = """example:
  ZSTACK_PASSWORD=... zstack-ticket doctor http://10.0.0.5:8080
  ZSTACK_PASSWORD=... zstack-ticket doctor https://cloud --ca ca.pem --context cloud.toml --try-ticket"""
TOLD = ("login", "user", "project", "ca", "insecure", "context", "profile", "release")


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", help="the target, as for --zstack-url")
    parser.add_argument("--user", help="the account or virtual ID to log in with (default: admin)")
    parser.add_argument("--login", choices=("account", "virtual-id"), help="how to log in")
    parser.add_argument("--project", help="the project to log in to after that")
    parser.add_argument("--ca", help="a PEM file with the CA of the target")
    parser.add_argument("--insecure", action="store_true", help="do not verify the target's certificate")
    parser.add_argument("--context", help="a TOML file with what this cloud accepts")
    parser.add_argument("--profile", help="deployed, documented or a file")
    parser.add_argument("--release", help="the target's release, such as 4.8")
    parser.add_argument("--try-ticket", action="store_true", help="create one ticket, find it and delete it")
    parser.add_argument("--lang", choices=("en", "zh"), help="language (default: from LC_ALL or LANG)")
    add_json(parser)


def _visit(told: argparse.Namespace) -> int:
    from pytest_zstack_ticket.runner.preparation import checked  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.target.doctor import visit, wishes_for  # noqa: PLC0415 - help is fast

    wishes = checked(wishes_for(told.url, {name: getattr(told, name) for name in TOLD}))
    if wishes.embedded:
        from pytest_zstack_ticket.simulator.server.server import started  # noqa: PLC0415 - likewise

        server = started(told.url)
        try:
            return _told(list(visit(wishes.at(server.url), try_ticket=True)), told)
        finally:
            server.stop()
    return _told(list(visit(wishes, try_ticket=told.try_ticket)), told)


def _told(lines: list[Line], told: argparse.Namespace) -> int:
    from pytest_zstack_ticket.report.text.doctor_text import seen_text  # noqa: PLC0415 - help is fast

    if told.json:
        write_json([{**asdict(line), "seen": seen_text(line.seen, "en")} for line in lines])
    else:
        _say(lines, told.lang)
    return 11 if any(line.state == "failed" for line in lines) else 0


def _say(lines: list[Line], lang: str | None) -> None:
    from pytest_zstack_ticket.config.options import language  # noqa: PLC0415 - help is fast
    from pytest_zstack_ticket.report.text.doctor_text import step_lines  # noqa: PLC0415 - likewise

    for line in lines:
        for part in step_lines(line.step, line.state, line.seen, line.cause, lang or language()):
            write(part)


COMMANDS = [
    Command(
        name="doctor",
        help="preflight: is a target ready to test, and what to fix",
        description="Check host name, port, TLS, clock, rate limit, login, ticket service, release and, with "
        "--try-ticket, the calibration ticket, its job, and cleanup. Exit status 11 if a run could reach no verdict.",
        example=EXAMPLE,
        add_arguments=_arguments,
        run=_visit,
    )
]
