"""The command `zstack-ticket`. The module of a command is imported when that command is named, so help is fast.

Output goes to stdout, messages to stderr; `NO_COLOR` is honoured by never writing a colour.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from pytest_zstack_ticket.cli.help_text import ChineseHelp, Help, chinese
from pytest_zstack_ticket.config.options import language
from pytest_zstack_ticket.model.errors import EvidenceError, TargetError, UsageError

GROUPS = {
    "examine": {
        "init": ("init", "write a first test, a context file and a recipe for CI"),
        "doctor": ("doctor", "preflight: is a target ready to test, and what to fix"),
        "context": ("context", "ask a cloud what it offers and write a context file"),
        "login": ("login", "print a session for the curl lines of a report"),
        "requirements": ("requirements", "list the requirements that the suites test"),
        "explain": ("requirements", "show everything about one requirement"),
        "fleet": ("fleet", "examine many targets in waves, on Dask"),
    },
    "under load": {
        "load": ("load", "let many users at once use a target, every answer judged"),
        "soak": ("load", "the same for hours with few users, with charts over time"),
    },
    "understand": {
        "replay": ("replay", "send a finding again: does it still fail?"),
        "diff": ("diff", "compare the reports of two runs"),
        "history": ("history", "show which verdicts changed over several runs"),
        "fleet-report": ("fleet", "matrix and summary of many runs"),
        "waive": ("waivers", "add a waiver for a known failure"),
        "waivers": ("waivers", "check a file of waivers"),
        "export": ("export", "convert a run to the format of another tool"),
        "render": ("render", "render the pages of a report as HTML or PDF"),
        "serve": ("serve", "show a folder of runs in a browser, read-only"),
        "bundle": ("bundle", "pack the folder of a run into one zip"),
    },
    "trust": {
        "judge": ("judge", "recompute the verdicts of a run from its evidence"),
        "keygen": ("keygen", "create a key pair for signing and verifying"),
        "sign": ("sign", "sign the result of a run"),
        "countersign": ("sign", "add a signature to a signed bundle"),
        "attach": ("attach", "keep a transparency log's entry beside a signature"),
        "verify": ("verify", "verify that a signed bundle is genuine"),
        "registry": ("registry", "list certificates publicly, or withdraw one"),
        "keyset": ("keyset", "sign a list of keys with roles and validity"),
        "advise": ("advise", "sign a list of requirements known to be wrong"),
        "witness": ("witness", "record what passes between a run and its target"),
    },
    "clean up": {
        "sweep": ("sweep", "delete the tickets that a run left on its target"),
    },
    "simulate": {
        "simulate": ("simulate", "serve a simulated ZStack cloud to try the suites on"),
        "faults": ("faults", "list the faults that can be simulated"),
    },
    "shell": {
        "completion": ("completion", "complete commands and options in bash, zsh and fish"),
    },
}
"""Commands by purpose, in the order of the help: the module of each in this package, and its line in the help."""
COMMANDS = {name: known for group in GROUPS.values() for name, known in group.items()}
COLUMN = 14
"""Columns of the names in the list of commands."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status: 0 yes, 1 no, 4 for arguments or files that cannot be used."""
    _escape_what_stdout_cannot_show()
    if "_ARGCOMPLETE" in os.environ:
        from pytest_zstack_ticket.cli.completion import complete  # noqa: PLC0415 - only a shell that completes needs it

        complete(make_parser)
    words = sys.argv[1:] if arguments is None else arguments
    named = next((word for word in words if not word.startswith("-")), "")
    if named and named not in COMMANDS:
        return _complain(f"there is no command {named}. {_nearest(named)} `zstack-ticket --help` lists all.", 4)
    parser = make_parser(named)
    parsed = parser.parse_args(words)
    if not hasattr(parsed, "run"):
        parser.print_help(sys.stderr)
        return 4
    return _run(parsed)


def _run(parsed: argparse.Namespace) -> int:
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
    except OSError as error:
        return _complain(f"{error.filename}: {error.strerror}" if error.filename else error, 4)
    return status


def _escape_what_stdout_cannot_show() -> None:
    """Let a terminal that is not UTF-8 show what it cannot write as escapes, and break no command."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


class Parser(argparse.ArgumentParser):
    """A parser that ends with the exit status of wrong options: that of argparse says that a run was interrupted."""

    def error(self, message: str) -> NoReturn:
        """Show the usage and what is wrong, and exit."""
        self.print_usage(sys.stderr)
        self.exit(4, f"{self.prog}: {message}\n")


def make_parser(command: str) -> argparse.ArgumentParser:
    """Return the parser of all commands; only the one that was named has its arguments."""
    lang = language()
    formatter: type[argparse.HelpFormatter] = ChineseHelp if lang == "zh" else Help
    description, epilog = _words(lang)
    parser = Parser(
        prog="zstack-ticket",
        formatter_class=formatter,
        description=f"{description}\n\n{listed_commands(lang)}",
        epilog=epilog,
    )
    parser.add_argument("--version", action=Version, nargs=0, help="show the version and exit")
    table = parser.add_subparsers(metavar="COMMAND", help="one of those listed above")
    for name, (module, _) in COMMANDS.items():
        one = table.add_parser(name, formatter_class=formatter)
        if name == command:
            known = import_module(f"pytest_zstack_ticket.cli.{module}").COMMANDS[name]
            one.description, one.epilog = known.description, known.example
            if lang == "zh":
                one.description = chinese()["descriptions"][name].strip()
                one.epilog = known.example.replace("example:", chinese()["example"], 1)
            known.add_arguments(one)
            one.set_defaults(run=known.run)
    return parser


def listed_commands(lang: str) -> str:
    """List the commands by purpose, as the help shows them in a language."""
    titles, texts = (chinese()["groups"], chinese()["commands"]) if lang == "zh" else ({}, {})
    lines = []
    for title, group in GROUPS.items():
        lines.append(f"{titles.get(title, title)}{'：' if titles else ':'}")
        lines += [f"  {name:<{COLUMN}}{texts.get(name, line)}" for name, (_, line) in group.items()]
        lines.append("")
    return "\n".join(lines).rstrip()


def _words(lang: str) -> tuple[str, str]:
    """Return what stands before and after the list of commands."""
    if lang == "zh":
        return chinese()["description"], chinese()["epilog"]
    return (
        "Companion commands of `pytest --zstack-url=URL`.",
        "`zstack-ticket COMMAND --help` shows the options of a command.",
    )


def _nearest(name: str) -> str:
    import difflib  # noqa: PLC0415 - only a mistyped command pays for it

    near = difflib.get_close_matches(name, COMMANDS, n=2)
    return f"Did you mean {' or '.join(near)}?" if near else "It is none of ours."


class Version(argparse.Action):
    """Prints the version; it is looked up only then."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """Print the version and exit."""
        from importlib.metadata import version  # noqa: PLC0415 - costs the help 20 ms

        print(f"zstack-ticket {version('pytest-zstack-ticket')}")  # noqa: T201 - this is a command
        parser.exit()


def _complain(error: Exception | str, status: int) -> int:
    """Print an error as one sentence, and return the exit status."""
    print(f"zstack-ticket: {error}", file=sys.stderr)  # noqa: T201 - this is a command
    return status
