"""What a command of `zstack-ticket` is, and how it writes data."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pytest_zstack_ticket.model.exchange import Json

STDIN = Path("-")
"""Stands for a report on stdin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command: its words in the help, its arguments, and what it does; `run` returns the exit status."""

    name: str
    help: str
    description: str
    example: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def write(text: str) -> None:
    """Write data."""
    sys.stdout.write(text + "\n")


def write_json(value: Json) -> None:
    """Write data as JSON."""
    write(json.dumps(value, ensure_ascii=False, indent=2))


def talk(text: str) -> None:
    """Say something to the person in front of the terminal."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add the option that every command with data has."""
    parser.add_argument("--json", action="store_true", help="write JSON")
