"""`zstack-ticket init`: the first files of a project that tests a cloud."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from urllib.parse import urlsplit

from pytest_zstack_ticket.cli.arguments import add_json
from pytest_zstack_ticket.cli.command import Command
from pytest_zstack_ticket.cli.output import write_json, write_line
from pytest_zstack_ticket.cli.starter_files import CONTEXT, RECIPES, TEST
from pytest_zstack_ticket.config.atomic_write import write_atomically
from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.target.preflight import normalised_url


def add_init_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `init`."""
    parser.add_argument("folder", metavar="FOLDER", nargs="?", type=Path, default=Path(), help="where (default: here)")
    parser.add_argument("--url", metavar="URL", default="http://10.0.0.5:8080", help="the cloud that CI will test")
    parser.add_argument("--ci", choices=RECIPES, default="github", help="CI system of the recipe (default: github)")
    parser.add_argument(
        "--install",
        metavar="WHAT",
        default="pytest-zstack-ticket",
        help="what the recipe installs: a wheel in the repository, a folder or a name (default: %(default)s)",
    )
    add_json(parser)


def init(arguments: argparse.Namespace) -> int:
    """Write the files; one that exists is never overwritten. Raises SettingsError."""
    url = _plain("--url", normalised_url(arguments.url))
    path, recipe = RECIPES[arguments.ci]
    filled = recipe.format(url=url, host=urlsplit(url).hostname, install=_plain("--install", arguments.install))
    files = {"test_cloud.py": TEST, "cloud.toml": CONTEXT, path: filled}
    made = {arguments.folder / name: text for name, text in files.items()}
    there = [str(one) for one in made if one.exists()]
    if there:
        raise SettingsError(f"already there: {', '.join(there)}. Files are never overwritten; name another folder.")
    try:
        for one, text in made.items():
            one.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(one, text)
    except OSError as error:
        raise SettingsError(f"{arguments.folder} cannot be written to ({error.strerror}).") from error
    if arguments.json:
        write_json({"files": [str(one) for one in made]})
    else:
        for one in made:
            write_line(str(one))
    return 0


def _plain(option: str, text: str) -> str:
    """Return a text that means itself to a shell, in YAML and in Groovy. Raises SettingsError for any other."""
    if not re.fullmatch(r"[\w./@+=:~\[\],-]+", text, re.ASCII):
        raise SettingsError(f"{option}: {text!r} has characters that a recipe cannot hold, such as blanks and quotes.")
    return text


COMMANDS = {
    "init": Command(
        description="Write a first test, a context file whose values are commented out, and a recipe for CI.\n"
        "Exit status: 0 written, 4 a file is there already or cannot be written.",
        example="example:\n  zstack-ticket init --ci gitlab --url http://10.0.0.5:8080",
        add_arguments=add_init_arguments,
        run=init,
    ),
}
