"""The ledger: an intent is on the disk before its POST, and a disk that is full stops creates and nothing else."""

from __future__ import annotations

import errno
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_zstack_ticket.api.auth import login_request
from pytest_zstack_ticket.cleanup.ledger import Ledger, LedgerHead, SavedLedger
from pytest_zstack_ticket.cleanup.ledger_transport import LedgerTransport
from pytest_zstack_ticket.model.errors import LedgerError
from pytest_zstack_ticket.model.exchange import Failure, Request, Response
from pytest_zstack_ticket.transport.quota import counts_as_creation
from tests.support.manual_clock import ManualClock

HEAD = LedgerHead(run="m", url="http://x/zstack", login="account", user="admin")
NOW = 1_700_000_000.0


def create(number: int) -> Request:
    body = f'{{"params": {{"name": "a zt-{number:016x}"}}}}'.encode()
    return Request(method="POST", path="/v1/tickets", body=body)


class Line:
    """Answers everything with one answer, and remembers what was sent."""

    def __init__(self, answer: Response) -> None:
        self.given = answer
        self.sent: list[Request] = []

    def send(self, request: Request, /) -> Response | Failure:
        self.sent.append(request)
        return self.given

    def close(self) -> None:
        """Nothing is open."""


class Disk:
    """The calls that write a ledger: takes so many bytes, and counts how often it was synced."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, room: int = 1 << 30, pause: float = 0.0) -> None:
        self.room = room
        self.pause = pause
        self.syncs = 0
        self.written = self.synced = 0
        self._write, self._sync = os.write, os.fdatasync
        monkeypatch.setattr("pytest_zstack_ticket.cleanup.ledger.os.write", self.write)
        monkeypatch.setattr("pytest_zstack_ticket.cleanup.ledger.os.fdatasync", self.fdatasync)

    def write(self, file: int, data: bytes) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        taken = self._write(file, data[: self.room])
        self.room -= taken
        self.written += taken
        return taken

    def fdatasync(self, file: int) -> None:
        ready = self.written
        time.sleep(self.pause)
        self._sync(file)
        self.synced = ready
        self.syncs += 1


def test_what_was_written_is_read_again(tmp_path: Path):
    ledger = Ledger(tmp_path / "ledger", HEAD)
    ledger.own("me")
    ledger.know(ledger.begin(create(1), now=NOW), {"end": "accepted", "ticket": "u"})
    ledger.close()
    saved = SavedLedger(tmp_path / "ledger")
    assert saved.head == HEAD
    assert saved.book == ledger.book


def test_intents_that_wait_share_one_sync_and_none_is_sent_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    disk, synced = Disk(monkeypatch, pause=0.05), dict[int, int]()
    ledger = Ledger(tmp_path / "ledger", HEAD)

    def begin(number: int) -> None:
        ledger.begin(create(number), now=NOW)
        synced[number] = disk.synced

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(begin, range(160)))
    text = (tmp_path / "ledger").read_bytes()
    assert all(f"{number:016x}".encode() in text[:end] for number, end in synced.items())
    assert len(ledger.book.pending()) == 160
    assert disk.syncs < 120  # 160 if none were shared, however busy the machine is


@pytest.mark.parametrize("room", [400, 401, 700, 1000])
def test_a_full_disk_stops_creates_but_nothing_that_a_sweep_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
):
    disk = Disk(monkeypatch)
    ledger = Ledger(tmp_path / "ledger", HEAD)
    disk.room = room
    line = Line(Response(status=202, body=b'{"location": "http://x/v1/api-jobs/j1"}'))
    transport = LedgerTransport(line, ledger=ledger, clock=ManualClock(NOW))
    answers = [transport.send(create(number)) for number in range(6)]
    stopped = [answer for answer in answers if isinstance(answer, Failure)]
    assert {(one.kind, one.sent) for one in stopped} == {("stopped", False)}
    assert "No space left" in ledger.trouble
    assert len(line.sent) + len(stopped) == 6
    assert len(ledger.book.pending()) == len(line.sent)
    transport.send(Request(method="GET", path="/v1/api-jobs/j1"))
    disk.room = 1 << 20
    assert isinstance(transport.send(create(9)), Failure)
    ledger.know(1, {"gone": True})
    ledger.close()
    creates = [one for one in line.sent if one.method == "POST"]
    assert len(SavedLedger(tmp_path / "ledger").book.entries) == len(creates)


def test_a_ledger_that_cannot_be_begun_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    Disk(monkeypatch, room=10)
    with pytest.raises(LedgerError, match=r"ledger cannot be written \(No space left on device\); nothing was sent"):
        Ledger(tmp_path / "ledger", HEAD)
    assert not (tmp_path / "ledger").exists()


def test_what_is_gone_is_forgotten_while_others_add(tmp_path: Path):
    ledger, end = Ledger(tmp_path / "ledger", HEAD), threading.Event()

    def forget() -> int:
        dropped = 0
        while not end.is_set():
            dropped += len(ledger.drop_gone())
        return dropped + len(ledger.drop_gone())

    with ThreadPoolExecutor(2) as pool:
        dropped = pool.submit(forget)
        for number in range(200):
            ledger.know(ledger.begin(create(number), now=NOW), {"job": f"j{number}", "gone": number % 2 == 0})
        end.set()
        assert dropped.result() == 100
    assert len(ledger.book.pending()) == len(ledger.book.jobs) == 100


def test_only_a_log_in_says_who_owns_the_tickets(tmp_path: Path):
    ledger = Ledger(tmp_path / "ledger", HEAD)
    line = Line(Response(status=200, body=b'{"inventory": {"accountUuid": "me", "userUuid": "my virtual ID"}}'))
    transport = LedgerTransport(line, ledger=ledger, clock=ManualClock(NOW))
    for path in ("/v1/tickets/login", "/v1/accounts/me", "/v1/catalogues", "/v1/accounts/login?x=login"):
        transport.send(Request(method="GET", path=path))
        transport.send(Request(method="PUT", path=path))
    assert ledger.book.owners == set()
    transport.send(login_request("account", "admin", "password"))
    assert ledger.book.owners == {"me", "my virtual ID"}


@pytest.mark.parametrize(
    "method", ["POST", "PATCH", "post", "CONFORM", "TRACE", "GET", "PUT", "DELETE", "HEAD", "OPTIONS"]
)
@pytest.mark.parametrize(("status", "open_"), [(405, True), (400, False)])
def test_whatever_counts_as_a_create_has_an_entry_that_can_be_settled(
    tmp_path: Path, method: str, status: int, open_: bool
):
    ledger = Ledger(tmp_path / "ledger.jsonl", HEAD)
    page, error = b"<html>405</html>", b'{"error": {"code": "SYS.1000"}}'
    line = Line(Response(status=status, headers=(), body=page if open_ else error))
    begun: list[int] = []
    transport = LedgerTransport(line, ledger=ledger, clock=ManualClock(NOW), began=begun.append)
    request = Request(method=method, path="/v1/tickets", body=create(7).body)
    transport.send(request)
    pending = ledger.book.pending()
    assert len(pending) == len(begun) == counts_as_creation(request)
    assert all((one.open, one.intent.nonce) == (open_, f"zt-{7:016x}") for one in pending)


def test_how_long_creates_took_is_known_but_of_those_that_were_sent_to_be_slow_or_lost(tmp_path: Path):
    clock = ManualClock(NOW)

    class Slow(Line):
        def send(self, request: Request, /) -> Response | Failure:
            clock.sleep(9.0 if request.framing else 2.0)
            return super().send(request)

    ledger = Ledger(tmp_path / "ledger", HEAD)
    line = LedgerTransport(Slow(Response(status=200, body=b'{"inventory": {"uuid": "u"}}')), ledger=ledger, clock=clock)
    assert (ledger.book.direct, ledger.book.slowest) == (False, 0.0)
    line.send(create(1))
    line.send(replace(create(2), framing="slow-body"))
    assert (ledger.book.direct, ledger.book.started, ledger.book.slowest) == (True, False, 2.0)
    line = LedgerTransport(Slow(Response(status=202, body=b'{"location": "x/j"}')), ledger=ledger, clock=clock)
    line.send(create(3))
    assert ledger.book.started
    ledger.close(remove=True)
