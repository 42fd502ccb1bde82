"""The files of a bundle in a folder or a zip: their names, their bytes, and the place of the envelope.

A bundle comes from a stranger: no link is followed, and no name leads out of it.
"""

from __future__ import annotations

import hashlib
import posixpath
import stat
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from pytest_zstack_ticket.config.atomic_write import atomic_file
from pytest_zstack_ticket.model.errors import EvidenceError, UsageError

ENVELOPE = "statement.dsse.json"
REPORT = "report.json"
BLOCK = 1 << 20
LARGEST = 1 << 24
"""Upper bound in bytes for a report or envelope; a full run writes a tenth of it. Read and parsed, a text with one wide
character takes 14 times as much: four bytes for each other character, in several copies."""
MOST_FILES = 10_000
"""Upper bound for the files of a bundle; a run with every export writes a few hundred."""
MOST_UNPACKED = 1 << 31
"""Upper bound in bytes for an unpacked zip; the evidence of a million exchanges is a tenth of it."""
ODD = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)
"""Errors of reading a zip that is damaged, cut short, encrypted, or compressed in an unknown way."""


class Bundle(Protocol):
    """Files of a bundle; `odd` are the names of entries that are not plain files within it."""

    path: Path
    names: frozenset[str]
    odd: frozenset[str]

    def open(self, name: str) -> IO[bytes]:
        """Open one file. Use it through `reading`, which maps the errors."""
        ...

    def keep(self, envelope: bytes) -> None:
        """Write the envelope. Raises UsageError."""
        ...


def open_bundle(path: Path) -> Bundle:
    """Return the bundle at a path. Raises UsageError if there is none, EvidenceError if it is a damaged zip."""
    if path.is_dir():
        return FolderBundle(path)
    if not path.is_file():
        raise UsageError(f"{path} does not exist. Name the folder of --zstack-report, or a zip of it.")
    return ZipBundle(path)


@contextmanager
def reading(bundle: Bundle, name: str) -> Iterator[IO[bytes]]:
    """Open one file of a bundle. Raises EvidenceError if it cannot be read."""
    try:
        with bundle.open(name) as file:
            yield file
    except (KeyError, *ODD) as error:
        raise EvidenceError(f"{bundle.path}: {name} cannot be read ({error})") from error


def content(bundle: Bundle, name: str) -> bytes:
    """Return the bytes of a file. Raises EvidenceError."""
    with reading(bundle, name) as file:
        text = file.read(LARGEST + 1)
    if len(text) > LARGEST:
        raise EvidenceError(f"{bundle.path}: {name} is larger than any of ours")
    return text


def sha256(bundle: Bundle, name: str) -> str:
    """Return the SHA-256 of a file. Raises EvidenceError."""
    found = hashlib.sha256()
    with reading(bundle, name) as file:
        while block := file.read(BLOCK):
            found.update(block)
    return found.hexdigest()


class FolderBundle:
    """A bundle that lies in a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        entries = {entry.relative_to(path).as_posix(): entry.lstat().st_mode for entry in path.rglob("*")}
        plain = {name for name, mode in entries.items() if stat.S_ISREG(mode)}
        self.names = frozenset(plain)
        self.odd = frozenset(name for name, mode in entries.items() if name not in plain and not stat.S_ISDIR(mode))

    def open(self, name: str) -> IO[bytes]:
        """Open one file."""
        return (self.path / name).open("rb")

    def keep(self, envelope: bytes) -> None:
        """Write the envelope, whole or not at all. Raises UsageError."""
        _replace(self.path / ENVELOPE, lambda file: file.write(envelope))
        self.names |= {ENVELOPE}


class ZipBundle:
    """A bundle that is packed in a zip, at its top or in the one folder that it holds."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with zipfile.ZipFile(path) as packed:
                entries = [entry for entry in packed.infolist() if not entry.is_dir()]
        except ODD as error:
            raise EvidenceError(f"{path} is not a readable zip ({error})") from error
        if len(entries) > MOST_FILES:
            raise EvidenceError(f"{path} holds more files than any bundle of a run")
        names = [entry.filename for entry in entries]
        if len(names) != len({_canonical(name) for name in names}):
            raise EvidenceError(f"{path}: a name stands twice in the zip")
        self._top = _top(names)
        self.odd = frozenset(entry.filename for entry in entries if not _is_plain(entry))
        self.names = frozenset(name.removeprefix(self._top) for name in names if name not in self.odd)

    def open(self, name: str) -> IO[bytes]:
        """Open one file."""
        with zipfile.ZipFile(self.path) as packed:  # stays open for as long as the file that is returned
            return packed.open(self._top + name)

    def keep(self, envelope: bytes) -> None:
        """Rewrite the zip with the envelope. Raises UsageError."""
        _replace(self.path, lambda file: self._pack(file, envelope))
        self.names |= {ENVELOPE}

    def _pack(self, file: IO[bytes], envelope: bytes) -> None:
        with zipfile.ZipFile(self.path) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
            for entry in old.infolist():
                if entry.filename != self._top + ENVELOPE:
                    with old.open(entry) as source, new.open(entry, "w") as kept:
                        while block := source.read(BLOCK):
                            kept.write(block)
            new.writestr(self._top + ENVELOPE, envelope)


def _top(names: list[str]) -> str:
    """Return the folder that all of a zip is in, empty if it has its files at the top."""
    tops = {name.split("/")[0] for name in names}
    return f"{tops.pop()}/" if len(tops) == 1 and all("/" in name for name in names) else ""


def _canonical(name: str) -> str:
    """Return what all spellings of a name have in common on the systems that unpack it.

    That is its parts, whatever their case and composition, and without dots and blanks at their ends.
    """
    parts = posixpath.normpath(name).split("/")
    return unicodedata.normalize("NFC", "/".join(part.rstrip(". ") for part in parts)).casefold()


def _is_plain(entry: zipfile.ZipInfo) -> bool:
    name, mode = entry.orig_filename, entry.external_attr >> 16
    parts = name.split("/")
    inside = all(part.rstrip(". ") == part != "" for part in parts) and name.isprintable() and "\\" not in name
    return inside and stat.S_IFMT(mode) in (0, stat.S_IFREG)


def _replace(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Write a file anew, whole or not at all. Raises UsageError."""
    try:
        with atomic_file(path, durable=True) as file:
            write(file)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}. Copy the bundle to a folder that you may write to."
        ) from error


@contextmanager
def as_folder(bundle: Bundle) -> Iterator[Path]:
    """Lend a bundle as a folder; a zip is unpacked meanwhile. Raises EvidenceError.

    Nothing in a zip leads out of the folder, and one that would fill the disk is refused.
    """
    if isinstance(bundle, FolderBundle):
        yield bundle.path
        return
    with tempfile.TemporaryDirectory(prefix="zstack-ticket-") as scratch:
        folder, left = Path(scratch), MOST_UNPACKED
        for name in bundle.names:
            place = folder / name
            with reading(bundle, name) as file:
                place.parent.mkdir(parents=True, exist_ok=True)
                with place.open("wb") as kept:
                    while block := file.read(BLOCK):
                        left -= len(block)
                        if left < 0:
                            raise EvidenceError(f"{bundle.path} unpacks to more than any bundle of a run.")
                        kept.write(block)
        yield folder
