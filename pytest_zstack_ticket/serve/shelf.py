"""The runs in a folder, found again by an opaque key: no name that a browser sends is ever a path."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from pytest_zstack_ticket.artifacts.bundle import ENVELOPE, REPORT, open_bundle
from pytest_zstack_ticket.artifacts.load_reader import DOCUMENT, read_load
from pytest_zstack_ticket.artifacts.report_reader import load_report
from pytest_zstack_ticket.model.errors import EvidenceError, UsageError
from pytest_zstack_ticket.model.exchange import JsonObject

DEEPEST = 4
"""Folders below the shelf that are looked into."""
MOST = 2_000
"""Runs that are shown; a shelf of more is split into folders."""
Kind: TypeAlias = Literal["run", "load"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelved:
    """One run or load of the shelf. `stamp` changes when its file does; `document` is what its file holds."""

    key: str
    name: str
    path: Path
    kind: Kind
    stamp: tuple[int, int]
    signed: bool
    document: JsonObject

    @property
    def started(self) -> str:
        """When it began, as it was written."""
        return str(self.document["run" if self.kind == "run" else "load"]["started"])


class Shelf:
    """Reads the runs of a folder; a file that has not changed is read once. Safe to use from many threads.

    Links are not followed. What cannot be read is left out and named in `unreadable`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.unreadable: list[str] = []
        self._known: dict[Path, Shelved] = {}
        self._lock = threading.Lock()

    def runs(self) -> list[Shelved]:
        """Return all runs and loads, the newest first."""
        with self._lock:
            found, unreadable = {}, []
            for path, kind in list(_files(self.folder, DEEPEST))[:MOST]:
                try:
                    found[path] = self._read(path, kind)
                except (EvidenceError, UsageError, OSError):
                    unreadable.append(path.relative_to(self.folder).as_posix())
            self._known, self.unreadable = found, sorted(unreadable)
            return sorted(found.values(), key=lambda one: (one.started, one.key), reverse=True)

    def find(self, key: str) -> Shelved | None:
        """Return the run of a key, None if there is none."""
        return next((one for one in self.runs() if one.key == key), None)

    def _read(self, path: Path, kind: Kind) -> Shelved:
        status = path.stat()
        known, stamp = self._known.get(path), (status.st_mtime_ns, status.st_size)
        place = path if path.suffix == ".zip" else path.parent
        signed = ENVELOPE in open_bundle(place).names
        if known is not None and known.stamp == stamp and known.signed == signed:
            return known
        name = place.relative_to(self.folder).as_posix()
        document = load_report(place) if kind == "run" else read_load(path)
        key = hashlib.sha256(f"{kind} {name}".encode("utf-8", "surrogateescape")).hexdigest()[:16]
        return Shelved(key=key, name=name, path=place, kind=kind, stamp=stamp, signed=signed, document=document)


def _files(folder: Path, depth: int) -> Iterator[tuple[Path, Kind]]:
    """Yield the files that stand for a run or a load; a folder that holds one is not looked into any further."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    plain = {entry.name for entry in entries if entry.is_file(follow_symlinks=False)}
    own: list[tuple[str, Kind]] = [(REPORT, "run"), (DOCUMENT, "load")]
    here = [(folder / name, kind) for name, kind in own if name in plain]
    yield from here
    if here:
        return
    yield from ((folder / name, "run") for name in sorted(plain) if name.endswith(".zip"))
    for entry in entries:
        if depth and entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path), depth - 1)
