"""How commands write: output to stdout or a file, messages to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pytest_zstack_ticket.cli.arguments import STDOUT
from pytest_zstack_ticket.config.atomic_write import atomic_file
from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.model.exchange import Json


def write_line(text: str) -> None:
    """Write one line of output."""
    sys.stdout.write(text + "\n")


def write_json(value: Json) -> None:
    """Write output as JSON."""
    write_line(json.dumps(value, ensure_ascii=False, indent=2))


def print_message(text: str) -> None:
    """Print a message for the user to stderr."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


@contextmanager
def open_output(output: str) -> Iterator[IO[bytes]]:
    """Open the file of `--output`, which appears once it is whole, or stdout for `-`. Raises SettingsError."""
    if output == STDOUT:
        yield sys.stdout.buffer  # files say that they are UTF-8, whatever the terminal is
        return
    try:
        with atomic_file(Path(output)) as file:
            yield file
    except OSError as error:
        raise SettingsError(f"--output: {output} cannot be written ({error.strerror}). Name another file.") from error
