"""What passes over one connection, read as HTTP: no socket, no clock, and nothing that is read changes a byte of it.

Requests that are no HTTP are kept as bytes: the suites send some on purpose, each on a connection of its own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import h11

from pytest_zstack_ticket.certify.witnessed import End
from pytest_zstack_ticket.model.exchange import Headers, Request, Response
from pytest_zstack_ticket.transport.bounded_stream import MOST_INTERIM, TooLargeError
from pytest_zstack_ticket.transport.content_decoding import read_body
from pytest_zstack_ticket.transport.error_mapping import MalformedEncodingError

MOST_HEAD = 4 << 20
"""Bytes of the head of a request that are read as one: tests send long ones."""
MOST_ANSWER_HEAD = 100 << 10
"""Bytes of the head of an answer that the HTTP client of a run reads (httpcore, _sync/http11.py)."""
MOST_KEPT = 32 << 20
"""Bytes of one message that are kept; a longer request is passed on, but nothing can be said of it."""


@dataclass(slots=True)
class Overheard:
    """One exchange as it was on the line.

    `request` is None for what is no HTTP, `raw` are the bytes of the request, empty if there were too many. `answer`
    is None without a whole one, unpacked otherwise. `started` and `ended` are in seconds since the epoch.
    """

    started: float
    raw: bytearray = field(default_factory=bytearray)
    request: Request | None = None
    answer: Response | None = None
    ended: float = 0.0
    end: End = "complete"
    asked: bool = False
    overlong: bool = False
    reader: h11.Connection | None = None
    head: h11.Response | None = None
    body: bytearray = field(default_factory=bytearray)
    interim: int = 0

    def keep(self, data: bytes) -> None:
        """Keep bytes of the request."""
        self.overlong = self.overlong or len(self.raw) + len(data) > MOST_KEPT
        if self.overlong:
            self.raw.clear()
        else:
            self.raw += data


class Conversation:
    """Reads both directions of one connection; `learn` is given each exchange as soon as its answer is whole.

    `take_finished` returns the exchanges that have ended.
    """

    def __init__(self, learn: Callable[[Overheard], None]) -> None:
        self._learn = learn
        self._waiting: deque[Overheard] = deque()
        self._finished: list[Overheard] = []
        self._parser = h11.Connection(h11.SERVER, max_incomplete_event_size=MOST_HEAD)
        self._open: Overheard | None = None
        self._head: h11.Request | None = None
        self._parts = bytearray()
        self._no_http = False
        self._blind = False

    @property
    def waits(self) -> bool:
        """True while a request has no whole answer."""
        return any(not one.ended for one in self._waiting)

    @property
    def asking(self) -> bool:
        """True while a request has begun and not ended."""
        return self._open is not None

    def asked(self, data: bytes, now: float) -> None:
        """Read bytes of the client; none are the end of what it sends."""
        if self._no_http:
            if data and self._open:
                self._open.keep(data)
            return
        if data and self._open is None:
            self._begin(now)
        if self._open and data:
            self._open.keep(data)
        try:
            self._parser.receive_data(data)
            self._read_requests(now)
        except h11.ProtocolError:
            self._no_http = True

    def _begin(self, now: float) -> None:
        self._open = Overheard(started=now)
        self._waiting.append(self._open)

    def _read_requests(self, now: float) -> None:
        while self._open is not None:
            event = self._parser.next_event()
            if isinstance(event, h11.Request):
                self._head, self._parts = event, bytearray()
            elif isinstance(event, h11.Data):
                if len(self._parts) <= MOST_KEPT:
                    self._parts += event.data
            elif isinstance(event, h11.EndOfMessage):
                self._end_request(now)
            else:
                return

    def _end_request(self, now: float) -> None:
        """Note a whole request, and begin the next one if its first bytes are there."""
        one, head, rest = self._open, self._head, self._parser.trailing_data[0]
        if one is None or head is None:
            return
        if rest and not one.overlong:
            del one.raw[len(one.raw) - len(rest) :]
        one.asked = True
        one.request = Request(
            method=head.method.decode("latin-1"),
            path=head.target.decode("utf-8", "surrogateescape"),
            headers=_texts(head.headers),
            body=bytes(self._parts),
        )
        self._open, self._head = None, None
        self._parser = h11.Connection(h11.SERVER, max_incomplete_event_size=MOST_HEAD)
        self._settle(one)
        if rest:
            self._begin(now)
            self._waiting[-1].keep(rest)
            self._parser.receive_data(rest)

    def answered(self, data: bytes, now: float) -> None:
        """Read bytes of the target; none are the end of what it sends."""
        while not self._blind:
            one = next((each for each in self._waiting if not each.ended), None)
            if one is None:
                return
            if one.reader is None:
                one.reader = _reader_for(one, self._head)
            try:
                one.reader.receive_data(data)
                whole = _read_answer(one)
            except h11.ProtocolError:
                one.end, self._blind = ("target" if not data else "unreadable"), True
                return
            if not whole:
                return
            data = one.reader.trailing_data[0]
            _unpack(one)
            one.ended = now
            self._learn(one)
            self._settle(one)
            if not data:
                return

    def _settle(self, one: Overheard) -> None:
        """End an exchange once its request and its answer are whole."""
        if one.asked and one.ended:
            self._waiting.remove(one)
            self._finished.append(one)

    def closed(self, by: End, now: float) -> None:
        """End what is under way, because a side closed the connection."""
        if self._no_http and self._open:
            self._open.asked = True
        for one in self._waiting:
            if not one.ended:
                one.end = by if one.end == "complete" else one.end
                one.ended = now
            self._finished.append(one)
        self._waiting.clear()

    def take_finished(self) -> list[Overheard]:
        """Return the exchanges that have ended since the last time."""
        found, self._finished = self._finished, []
        return found


def _reader_for(one: Overheard, head: h11.Request | None) -> h11.Connection:
    """Return a reader of the answer to a request; it must know whether that was HEAD, whose answer has no body."""
    named = one.request.method if one.request else head.method.decode("latin-1") if head else ""
    reader = h11.Connection(h11.CLIENT, max_incomplete_event_size=MOST_ANSWER_HEAD)
    reader.send(h11.Request(method="HEAD" if named == "HEAD" else "GET", target="/", headers=[("Host", "witness")]))
    reader.send(h11.EndOfMessage())
    return reader


def _read_answer(one: Overheard) -> bool:
    """Read what there is of an answer; True if it is whole. Raises h11.ProtocolError."""
    assert one.reader is not None  # noqa: S101 - made before
    while True:
        event = one.reader.next_event()
        if isinstance(event, h11.Response):
            one.head = event
        elif isinstance(event, h11.Data):
            if len(one.body) <= MOST_KEPT:
                one.body += event.data
        elif isinstance(event, h11.EndOfMessage):
            return True
        elif isinstance(event, h11.InformationalResponse):
            one.interim += 1
            if one.interim > MOST_INTERIM:
                raise h11.RemoteProtocolError("interim answers came without an end")
        else:
            return False


def _unpack(one: Overheard) -> None:
    """Make the answer as evidence has it: unpacked, header names in lower case."""
    head = one.head
    assert head is not None  # noqa: S101 - the end of a message follows its head
    headers = _texts(head.headers)
    coding = ", ".join(value for name, value in headers if name.lower() == "content-encoding")
    try:
        body, _ = read_body(iter([bytes(one.body)]), coding)
    except MalformedEncodingError:
        one.end = "unreadable"
    except TooLargeError:
        one.end = "too-large"
    else:
        lowered = tuple((name.lower(), value) for name, value in headers)
        one.answer = Response(status=head.status_code, headers=lowered, body=body)
    one.body = bytearray()


def _texts(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)
