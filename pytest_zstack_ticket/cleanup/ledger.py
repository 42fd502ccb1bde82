"""The write-ahead ledger: before a POST is sent, what it may create is on the disk.

One file for each process of a run, JSON lines, each synced. It holds no secret: nonces, places, times and UUIDs.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.api.strict_json import parse
from pytest_zstack_ticket.cleanup.entries import Entry, Intent, LedgerEntries, intent_of
from pytest_zstack_ticket.model.errors import LedgerError
from pytest_zstack_ticket.model.exchange import Request

SCHEMA = "urn:zstack-ticket:artefact:ledger:1"
JOBS = "/v1/api-jobs/"
INTENT = tuple(one.name for one in fields(Intent))


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerHead:
    """Where and how a run sent: what a sweep needs to reach the same target as the same account.

    `part` is the role of another user, whose password has a variable of its own.
    """

    run: str
    url: str
    login: str
    user: str
    project: str = ""
    ca: str = ""
    insecure: bool = False
    patience: float = 60.0
    part: str = ""


class Ledger:
    """Writes one ledger and keeps its entries in memory. Safe for many threads.

    `broken` says why the file can no longer be written: no intent is accepted then, but what is known is kept in
    memory, so that a clean-up needs no disk.
    """

    def __init__(self, path: Path, head: LedgerHead) -> None:
        self.path = path
        self.broken = ""
        self._book = LedgerEntries()
        self._last = 0
        self._written = self._synced = 0
        self._lock = threading.RLock()
        self._syncing = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise LedgerError(f"the ledger {path} cannot be written ({error.strerror}); nothing was sent.") from error
        self._write({"type": "header", "schema": SCHEMA, **asdict(head)})
        self._sync(self._written)
        if self.broken:
            self.close(remove=True)
            raise LedgerError(f"the ledger {path} cannot be written ({self.broken}); nothing was sent.")

    @property
    def book(self) -> LedgerEntries:
        """The entries so far."""
        return self._book

    @property
    def trouble(self) -> str:
        """Why nothing more may be created, in one sentence; empty if it may."""
        return f"the ledger {self.path} cannot be written ({self.broken}), so nothing is created" if self.broken else ""

    @property
    def next_number(self) -> int:
        """The number that the next intent will have."""
        with self._lock:
            return self._last + 1

    def begin(self, request: Request, *, now: float) -> int:
        """Write the intent of a POST to the disk and return its number. Raises LedgerError."""
        with self._lock:
            intent = intent_of(request, number=self._last + 1, now=now)
            self._write({"type": "intent", **{name: getattr(intent, name) for name in INTENT}})
            if not self.broken:
                self._last += 1
                self._book.begin(intent)
            line = self._written
        self._sync(line)
        if self.broken:
            self.know(intent.number, {"end": "unsent", "gone": True})
            raise LedgerError(self.trouble)
        return intent.number

    def know(self, number: int, known: Mapping[str, Any]) -> None:
        """Add what became known of an intent; not synced, as a sweep would find it out again."""
        with self._lock:
            self._book.know(number, **known)
            self._write({"type": "known", "number": number, **known})

    def answered(self, number: int, known: Mapping[str, Any], seconds: float) -> None:
        """Add what the answer to an intent's POST said, or its loss, and take in after how many seconds that was."""
        with self._lock:
            self.know(number, known)
            self._book.answered(known, seconds)

    def own(self, account: str) -> None:
        """Record the account that creates tickets."""
        with self._lock:
            if account not in self._book.owners:
                self._book.owners.add(account)
                self._write({"type": "owner", "account": account})

    def drop_gone(self) -> list[Entry]:
        """Forget the entries of which no ticket exists any more and return them; the file still has them."""
        with self._lock:
            return self._book.drop_gone()

    def close(self, *, remove: bool = False) -> None:
        """Close the file, and remove it if nothing is left to sweep; a second call does nothing."""
        with self._lock, contextlib.suppress(OSError):
            if self._file >= 0:
                os.close(self._file)
                self._file = -1
                self.broken = self.broken or "it is closed"
            if remove:
                self.path.unlink(missing_ok=True)

    def _write(self, record: Mapping[str, Any]) -> None:
        """Write one line, or note why that cannot be done: after a torn line nothing more is written."""
        line = (json.dumps(record, ensure_ascii=True) + "\n").encode("ascii")
        if self.broken or self._file < 0:
            return
        try:
            while line:
                line = line[os.write(self._file, line) :]
        except OSError as error:
            self.broken = error.strerror or type(error).__name__
        self._written += 1

    def _sync(self, line: int) -> None:
        """Sync everything up to a line to the disk: all intents that wait meanwhile share the next call."""
        with self._syncing:
            if self._synced >= line or self.broken:
                return
            ready = self._written
            try:
                os.fdatasync(self._file)
            except OSError as error:
                self.broken = error.strerror or type(error).__name__
            self._synced = ready


class SavedLedger:
    """A ledger of an earlier run; the findings of a sweep are appended to its file, as long as that can be written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self.head, self._book = read_ledger(path)

    @property
    def book(self) -> LedgerEntries:
        """The entries."""
        return self._book

    def know(self, number: int, known: Mapping[str, Any]) -> None:
        """Add what is known of an intent; a later sweep finds out what could not be written."""
        line = json.dumps({"type": "known", "number": number, **known}) + "\n"
        with self._lock:
            self._book.know(number, **known)
            with contextlib.suppress(OSError), self.path.open("a", encoding="utf-8") as file:
                file.write(line)

    def drop_gone(self) -> list[Entry]:
        """Forget the entries of which no ticket exists any more and return them; the file still has them."""
        with self._lock:
            return self._book.drop_gone()


def read_ledger(path: Path) -> tuple[LedgerHead, LedgerEntries]:
    """Read a ledger; a torn last line is left out. Raises LedgerError, naming file and line."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LedgerError(
            f"{path} cannot be read ({error.__class__.__name__}). Name a ledger that a run left."
        ) from error
    return read_entries(text, path)


def read_entries(text: str, path: Path | str) -> tuple[LedgerHead, LedgerEntries]:
    """Read the text of a ledger; `path` says in messages where it stands. Raises LedgerError."""
    lines = text.split("\n")
    head, book = None, LedgerEntries()
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            record: Any = parse(line.encode())
            head = _taken(record, head, book)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            if number >= len(lines) - 1:
                break
            raise LedgerError(f"{path}, line {number}: no record of a ledger ({error}).") from error
    if head is None:
        raise LedgerError(f"{path} does not begin with the header of a ledger. Name a ledger that a run left.")
    return head, book


def _taken(record: dict[str, Any], head: LedgerHead | None, book: LedgerEntries) -> LedgerHead | None:
    kind = record.pop("type")
    if kind == "header":
        if record.pop("schema") != SCHEMA:
            raise ValueError("another schema")
        return LedgerHead(**record)
    if kind == "intent":
        book.begin(Intent(**record))
    elif kind == "known":
        book.know(record.pop("number"), **record)
    elif kind == "owner":
        book.owners.add(record["account"])
    return head
