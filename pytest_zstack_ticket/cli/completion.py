"""`zstack-ticket completion`: what makes a shell complete commands and options. Needs the extra [completion]."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from types import ModuleType

from pytest_zstack_ticket.cli.command import Command
from pytest_zstack_ticket.cli.output import write_line
from pytest_zstack_ticket.model.errors import SettingsError

SHELLS = ("bash", "zsh", "fish")


def add_completion_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `completion`."""
    parser.add_argument("shell", metavar="SHELL", choices=SHELLS, help=", ".join(SHELLS))


def completion(arguments: argparse.Namespace) -> int:
    """Write the lines for a shell. Raises SettingsError."""
    write_line(_library().shellcode(["zstack-ticket"], shell=arguments.shell))
    return 0


def complete(make_parser: Callable[[str], argparse.ArgumentParser]) -> None:
    """Tell the shell that asks what may come next, and end the process. Raises SettingsError."""
    line = os.environ.get("COMP_LINE", "")
    words = line[: int(os.environ.get("COMP_POINT") or len(line))].split()[1:]
    named = next((word for word in words if not word.startswith("-")), "")
    _library().autocomplete(make_parser(named), always_complete_options="long")


def _library() -> ModuleType:
    try:
        import argcomplete  # noqa: PLC0415 - an extra that only this command needs
    except ImportError as error:
        raise SettingsError("completion needs an extra: pip install 'pytest-zstack-ticket[completion]'.") from error
    return argcomplete


COMMANDS = {
    "completion": Command(
        description="Write what makes a shell complete the commands and options of zstack-ticket.\n"
        "Needs the extra [completion]. Exit status: 0, 4 usage.",
        example="example:\n"
        '  eval "$(zstack-ticket completion bash)"     # in ~/.bashrc\n'
        '  eval "$(zstack-ticket completion zsh)"      # in ~/.zshrc, after compinit\n'
        "  zstack-ticket completion fish | source      # in ~/.config/fish/config.fish",
        add_arguments=add_completion_arguments,
        run=completion,
    ),
}
