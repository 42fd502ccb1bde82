"""The command `zstack-ticket`. The module of a command is imported when that command is named, so help is fast.

Output goes to stdout, messages to stderr; `NO_COLOR` is honoured by never writing a colour.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from pytest_zstack_ticket.model.errors import EvidenceError, TargetError, UsageError

COMMANDS = {
    "simulate": ("simulate", "serve a simulated ZStack cloud to try the suites on"),
    "faults": ("faults", "list the faults that can be simulated"),
    "requirements": ("requirements", "list the requirements that the suites test"),
    "explain": ("requirements", "show everything about one requirement"),
    "sweep": ("sweep", "delete the tickets that a run left on its target"),
    "doctor": ("doctor", "preflight: is a target ready to test, and what to fix"),
    "diff": ("diff", "compare the reports of two runs"),
    "history": ("history", "show which verdicts changed over several runs"),
    "waive": ("waivers", "add a waiver for a known failure"),
    "waivers": ("waivers", "check a file of waivers"),
    "judge": ("judge", "recompute the verdicts of a run from its evidence"),
    "keygen": ("keygen", "create a key pair for signing and verifying"),
    "sign": ("sign", "sign the result of a run"),
    "countersign": ("sign", "add a signature to a signed bundle"),
    "verify": ("verify", "verify that a signed bundle is genuine"),
    "advise": ("advise", "sign a list of requirements known to be wrong"),
    "export": ("export", "convert a run to the format of another tool"),
    "bundle": ("bundle", "pack the folder of a run into one zip"),
    "render": ("render", "render the pages of a report as HTML or PDF"),
}
"""Commands in the order of the help: the module of each in this package, and its line in the help."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status: 0 yes, 1 no, 4 for arguments or files that cannot be used."""
    words = sys.argv[1:] if arguments is None else arguments
    parser = make_parser(next((word for word in words if not word.startswith("-")), ""))
    parsed = parser.parse_args(words)
    if not hasattr(parsed, "run"):
        parser.print_help(sys.stderr)
        return 4
    try:
        status: int = parsed.run(parsed)
    except (UsageError, EvidenceError) as error:
        return _complain(error, 4)
    except TargetError as error:
        return _complain(error, 11)
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except KeyboardInterrupt:
        return 130
    return status


def make_parser(command: str) -> argparse.ArgumentParser:
    """Return the parser of all commands; only the one that was named has its arguments."""
    parser = argparse.ArgumentParser(
        prog="zstack-ticket",
        description="Companion commands of `pytest --zstack-url=URL`: simulator, preflight, reports, signing.",
        epilog="`zstack-ticket COMMAND --help` shows the options of a command.",
    )
    parser.add_argument("--version", action=Version, nargs=0, help="show the version and exit")
    table = parser.add_subparsers(title="commands", metavar="COMMAND")
    for name, (module, line) in COMMANDS.items():
        one = table.add_parser(name, help=line, formatter_class=argparse.RawDescriptionHelpFormatter)
        if name == command:
            known = import_module(f"pytest_zstack_ticket.cli.{module}").COMMANDS[name]
            one.description, one.epilog = known.description, known.example
            known.add_arguments(one)
            one.set_defaults(run=known.run)
    return parser


class Version(argparse.Action):
    """Prints the version; it is looked up only then."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """Print the version and exit."""
        from importlib.metadata import version  # noqa: PLC0415 - costs the help 20 ms

        print(f"zstack-ticket {version('pytest-zstack-ticket')}")  # noqa: T201 - this is a command
        parser.exit()


def _complain(error: Exception, status: int) -> int:
    """Print an error as one sentence, and return the exit status."""
    print(f"zstack-ticket: {error}", file=sys.stderr)  # noqa: T201 - this is a command
    return status
