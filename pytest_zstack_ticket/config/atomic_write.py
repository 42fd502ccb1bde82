"""Files that appear whole or not at all: written under a random name in the same folder, then renamed.

A reader never sees half a file, a failed write leaves the old file as it was, and the temporary name cannot be guessed.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def atomic_file(path: Path, *, durable: bool = False) -> Iterator[IO[bytes]]:
    """Open a file that replaces `path` when the block ends, and is removed if the block fails. Raises OSError.

    `durable` waits until the content is on the disk, so that a crash of the machine does not lose it. An existing file
    passes on its mode. A device or pipe is written to directly, as it cannot be replaced.
    """
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            yield file
        return
    scratch = path.with_name(f".{path.name[:100]}.{secrets.token_hex(8)}.tmp")
    try:
        with scratch.open("xb") as file:
            yield file
            if durable:
                file.flush()
                os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, scratch)
        scratch.replace(path)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise
    if durable:
        _sync_folder(path.parent)


def write_atomically(path: Path, content: str | bytes, *, durable: bool = False) -> Path:
    """Write a file whole or not at all; text becomes UTF-8. Raises OSError."""
    with atomic_file(path, durable=durable) as file:
        file.write(content if isinstance(content, bytes) else content.encode())
    return path


def _sync_folder(folder: Path) -> None:
    """Have the rename itself on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
