"""The command `zstack-ticket`: a table of commands, each in a module of its group.

Data goes to stdout and talk to stderr; `NO_COLOR` is honoured by never writing a colour.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_zstack_ticket.cli.command import Command

GROUPS = (
    "simulate",
    "faults",
    "requirements",
    "sweep",
    "doctor",
    "diff",
    "history",
    "waivers",
    "judge",
    "keygen",
    "sign",
    "verify",
    "advise",
    "export",
    "bundle",
    "render",
)
"""Modules of this package that hold commands, in the order of the help; each has `COMMANDS`."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status: 0 done, 1 no, 4 for arguments or files that cannot be used."""
    from pytest_zstack_ticket.model.errors import EvidenceError, TargetError, UsageError  # noqa: PLC0415 - help is fast

    parser = make_parser(commands())
    told = parser.parse_args(arguments)
    if not hasattr(told, "run"):
        parser.print_help(sys.stderr)
        return 4
    try:
        status: int = told.run(told)
    except (UsageError, EvidenceError) as error:
        return complain(error, 4)
    except TargetError as error:
        return complain(error, 11)
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except KeyboardInterrupt:
        return 130
    return status


def complain(error: Exception, status: int) -> int:
    """Say what is wrong in one sentence, and return the exit status."""
    print(f"zstack-ticket: {error}", file=sys.stderr)  # noqa: T201 - this is a command
    return status


def commands() -> list[Command]:
    """Return every command."""
    return [command for group in GROUPS for command in import_module(f"pytest_zstack_ticket.cli.{group}").COMMANDS]


def make_parser(known: Sequence[Command]) -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="zstack-ticket",
        description="Beside `pytest --zstack-url=URL`: an endpoint to try it on, and what the requirements say.",
        epilog="`zstack-ticket COMMAND --help` tells more about a command.",
    )
    parser.add_argument("--version", action="version", version=f"zstack-ticket {version('pytest-zstack-ticket')}")
    table = parser.add_subparsers(title="commands", metavar="COMMAND")
    for command in known:
        one = table.add_parser(
            command.name,
            help=command.help,
            description=command.description,
            epilog=command.example,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.add_arguments(one)
        one.set_defaults(run=command.run)
    return parser
