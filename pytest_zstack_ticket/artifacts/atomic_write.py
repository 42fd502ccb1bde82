"""Files that appear whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pytest_zstack_ticket.model.errors import SettingsError


@contextmanager
def new_file(output: str) -> Iterator[IO[bytes]]:
    """Open a file that takes its place when all of it is written. Raises SettingsError."""
    path = Path(output)
    scratch = path.with_name(f"{path.name}.tmp")
    try:
        with scratch.open("wb") as file:
            yield file
        scratch.replace(path)
    except OSError as error:
        scratch.unlink(missing_ok=True)
        raise SettingsError(f"--output: {output} cannot be written ({error.strerror}).") from error
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise


def put(path: Path, content: str | bytes) -> Path:
    """Write a file whole or not at all. Raises OSError."""
    scratch = path.with_name(f"{path.name}.tmp")
    scratch.write_bytes(content if isinstance(content, bytes) else content.encode())
    scratch.replace(path)
    return path
