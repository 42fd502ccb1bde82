"""Reproducible zips: the same names and bytes of files give the same bytes of the zip."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Collection
from pathlib import Path
from typing import IO

from pytest_zstack_ticket.model.errors import EvidenceError

DATE = (1980, 1, 1, 0, 0, 0)
"""The oldest date that a zip can hold."""
PACKED = frozenset({".gz", ".zip", ".png", ".pdf"})
"""Suffixes of files that are compressed already."""
REGULAR = 0o100644


def pack(folder: Path, target: IO[bytes], *, leave: Collection[Path] = ()) -> int:
    """Write the files of a folder in the order of their names, and return how many.

    `leave` are files to leave out, such as the zip itself. The target must be seekable: the bytes of a zip depend on
    that. Raises EvidenceError for a link, which could lead out of the folder, and OSError.
    """
    files = [path for path in folder.rglob("*") if path.is_symlink() or path.is_file()]
    left_out = {path.resolve() for path in leave}
    files = [path for path in files if path.resolve() not in left_out]
    with zipfile.ZipFile(target, "w") as packed:
        for path in sorted(files, key=lambda path: path.relative_to(folder).as_posix()):
            if path.is_symlink():
                raise EvidenceError(f"{path} is a link; a bundle holds files only. Put the file in its place.")
            _add(packed, path, path.relative_to(folder).as_posix())
    return len(files)


def _add(packed: zipfile.ZipFile, path: Path, name: str) -> None:
    entry = zipfile.ZipInfo(name, DATE)
    entry.create_system = 3
    entry.external_attr = REGULAR << 16
    entry.compress_type = zipfile.ZIP_STORED if path.suffix in PACKED else zipfile.ZIP_DEFLATED
    try:
        source = path.open("rb")
    except OSError as error:
        raise EvidenceError(f"{path} cannot be read: {error.strerror}.") from error
    with source, packed.open(entry, "w") as into:
        shutil.copyfileobj(source, into)
