"""The runs in a folder, found again by an opaque key: no name that a browser sends is ever a path.

A folder may hold thousands of runs, and a tenth of a second is needed for each. So a thread reads them, the newest file
first, and of each only what a list shows is kept; whole documents are read when a page needs them.
"""

from __future__ import annotations

import hashlib
import os
import sys
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Literal, TypeAlias

from pytest_zstack_ticket.artifacts.bundle import ENVELOPE, REPORT, open_bundle
from pytest_zstack_ticket.artifacts.load_reader import DOCUMENT, read_load
from pytest_zstack_ticket.artifacts.report_reader import load_head, load_report
from pytest_zstack_ticket.model.errors import EvidenceError, UsageError
from pytest_zstack_ticket.model.exchange import JsonObject

DEEPEST = 4
"""Folders below the shelf that are looked into."""
MOST = 2_000
"""Runs that are shown; a shelf of more is split into folders."""
MOST_ENTRIES = 100_000
"""Files and folders that are looked at, in all, to find them."""
PATIENCE = 3.0
"""Seconds that a list waits for what has not been read yet."""
KEPT = 16
"""Whole documents that are kept, those used last; a full report takes 4 MiB."""
BROKEN = (
    EvidenceError, UsageError, OSError, RecursionError, KeyError, IndexError, TypeError, ValueError, AttributeError,
)  # fmt: skip
"""Errors of a file that cannot be read or shown, even one that matches its schema: it may come from a stranger."""
Kind: TypeAlias = Literal["run", "load"]
Stamp: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a run or load lies. `stamp` changes when its file does, `signed` when it is signed."""

    key: str
    name: str
    path: Path
    file: Path
    kind: Kind
    stamp: Stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelved:
    """What a list shows of one run or load, as its document has it; `verdicts` are those of a run's requirements."""

    place: Place
    signed: bool
    started: str
    target: str
    release: str
    suite: str
    verdict: str
    ids: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The opaque key by which it is asked for."""
        return self.place.key

    @property
    def name(self) -> str:
        """Its place in the folder, as people read it."""
        return self.place.name

    @property
    def kind(self) -> Kind:
        """Whether it is a run or a load."""
        return self.place.kind


class Shelf:
    """Reads the runs of a folder; a file that has not changed is read once. Safe to use from many threads.

    Links are not followed. What cannot be read is left out and named in `unreadable`; `waiting` counts what has not
    been read yet, `left_out` is true if there is more than is ever shown.
    """

    def __init__(self, folder: Path, *, patience: float = PATIENCE) -> None:
        self.folder = folder.resolve()
        self.unreadable: list[str] = []
        self.waiting = 0
        self.left_out = False
        self._patience = patience
        self._known: dict[Path, Shelved] = {}
        self._broken: dict[Path, tuple[Stamp, str]] = {}
        self._documents: OrderedDict[tuple[Path, Stamp], JsonObject] = OrderedDict()
        self._lock = threading.Lock()
        self._reader: threading.Thread | None = None

    def runs(self) -> list[Shelved]:
        """Return the runs and loads that have been read, the newest first; what is new is read in the meantime."""
        with self._lock:
            reader = self._reader
            if reader is None or not reader.is_alive():
                reader = self._reader = threading.Thread(target=self._read_all, daemon=True, name="zstack-shelf")
                reader.start()
        reader.join(self._patience)
        with self._lock:
            found = list(self._known.values())
            self.unreadable = sorted(name for _, name in self._broken.values())
        return sorted(found, key=lambda one: (one.started, one.key), reverse=True)

    def find(self, key: str) -> Shelved | None:
        """Return the run of a key as it is now, None if there is none."""
        with self._lock:
            known = next((one for one in self._known.values() if one.key == key), None)
        if known is not None and self._is_still(known):
            return known
        return next((one for one in self.runs() if one.key == key), None)

    def document(self, one: Shelved) -> JsonObject:
        """Return all that the file of a run or load holds. Raises EvidenceError, UsageError and OSError."""
        mark = one.place.path, one.place.stamp
        with self._lock:
            if mark in self._documents:
                self._documents.move_to_end(mark)
                return self._documents[mark]
        found = load_report(one.place.path) if one.kind == "run" else read_load(one.place.file)
        with self._lock:
            self._documents[mark] = found
            while len(self._documents) > KEPT:
                self._documents.popitem(last=False)
        return found

    def _read_all(self) -> None:
        """Look for runs, forget those that are gone, and read the new ones, the newest file first."""
        budget = _Budget(MOST_ENTRIES)
        files = list(islice(_files(self.folder, DEEPEST, budget), MOST + 1))
        places = [place for path, kind in files[:MOST] if (place := self._place(path, kind)) is not None]
        here = {place.file: place for place in places}
        with self._lock:
            self.left_out = len(files) > MOST or budget.left <= 0
            self._known = {file: one for file, one in self._known.items() if file in here}
            self._broken = {file: one for file, one in self._broken.items() if file in here}
            new = [place for place in places if not self._is_known(place)]
            self.waiting = len(new)
        for place in sorted(new, key=lambda place: place.stamp, reverse=True):
            self._read(place)
            self.waiting -= 1

    def _is_known(self, place: Place) -> bool:
        known, broken = self._known.get(place.file), self._broken.get(place.file)
        if broken is not None and broken[0] == place.stamp:
            return True
        return known is not None and known.place == place and known.signed == _is_signed(place, known)

    def _is_still(self, one: Shelved) -> bool:
        place = self._place(one.place.file, one.kind)
        return place == one.place and _is_signed(one.place, one) == one.signed

    def _place(self, file: Path, kind: Kind) -> Place | None:
        try:
            status = file.lstat()
        except OSError:
            return None
        path = file if file.suffix == ".zip" else file.parent
        name = path.relative_to(self.folder).as_posix()
        key = hashlib.sha256(f"{kind} {name}".encode("utf-8", "surrogateescape")).hexdigest()[:16]
        stamp = (status.st_mtime_ns, status.st_size)
        return Place(key=key, name=name, path=path, file=file, kind=kind, stamp=stamp)

    def _read(self, place: Place) -> None:
        try:
            found = _shelved(place)
        except BROKEN:
            with self._lock:
                self._known.pop(place.file, None)
                self._broken[place.file] = place.stamp, place.file.relative_to(self.folder).as_posix()
        else:
            with self._lock:
                self._broken.pop(place.file, None)
                self._known[place.file] = found


def _shelved(place: Place) -> Shelved:
    signed = _is_signed(place)
    if place.kind == "load":
        document = read_load(place.file)
        return Shelved(
            place=place,
            signed=signed,
            started=document["load"]["started"],
            target=document["target"]["url"],
            release=document["target"]["release"],
            suite=document["suite"]["version"],
            verdict=document["result"],
        )
    head = load_head(place.path)
    release, rows = head["target"]["release"], head["requirements"]
    return Shelved(
        place=place,
        signed=signed,
        started=head["run"]["started"],
        target=head["target"]["url"],
        release=f"{release['oldest']} – {release['newest']}",
        suite=head["run"]["suite"]["version"],
        verdict=head["verdict"],
        ids=_same_ids(tuple(row["id"] for row in rows)),
        verdicts=tuple(sys.intern(row["verdict"]) for row in rows),
    )


@lru_cache(maxsize=64)
def _same_ids(ids: tuple[str, ...]) -> tuple[str, ...]:
    """Return one tuple for all runs of a catalogue: thousands of runs have few."""
    return ids


def _is_signed(place: Place, known: Shelved | None = None) -> bool:
    """Say whether a bundle has an envelope; a zip whose `known` stamp is the same is not opened again."""
    if place.path != place.file:
        return (place.path / ENVELOPE).is_file()
    if known is not None and known.place.stamp == place.stamp:
        return known.signed
    return ENVELOPE in open_bundle(place.path).names


@dataclass(slots=True)
class _Budget:
    """Entries of folders that may still be looked at."""

    left: int


def _files(folder: Path, depth: int, budget: _Budget) -> Iterator[tuple[Path, Kind]]:
    """Yield the files that stand for a run or a load; a folder that holds one is not looked into any further."""
    try:
        with os.scandir(folder) as found:
            entries = list(islice(found, max(0, budget.left)))
    except OSError:
        return
    budget.left -= len(entries)
    entries.sort(key=lambda entry: entry.name)
    plain = {entry.name for entry in entries if entry.is_file(follow_symlinks=False)}
    own: list[tuple[str, Kind]] = [(REPORT, "run"), (DOCUMENT, "load")]
    here = [(folder / name, kind) for name, kind in own if name in plain]
    yield from here
    if here:
        return
    yield from ((folder / name, "run") for name in sorted(plain) if name.endswith(".zip"))
    for entry in entries:
        if depth and entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path), depth - 1, budget)
