"""Entries of a ledger: the tickets that a run may have created, the places of their nonces, and which are gone.

A ticket counts as created by the run only if it has a nonce of the ledger in its place and a date of the run.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pytest_zstack_ticket.api.classify import BUSY, NO_SUCH_JOB, from_gateway, last_segment
from pytest_zstack_ticket.api.messages import moment
from pytest_zstack_ticket.api.strict_json import Undecodable, decode
from pytest_zstack_ticket.model.exchange import ENDING_EARLY, UNHURRIED, Failure, Json, Request, Response
from pytest_zstack_ticket.model.nonce import NONCE_PATTERN

ZONES = timedelta(hours=26)
"""A target writes dates in a zone of its own, so a day and the zones between are allowed on each side."""
DEEPEST = 12
MOST_DROPPED = 20_000
"""Settled entries that are kept, so that a ticket that is shown after all is known as ours: more than a run makes."""
USUAL_PLACES = ("name", "request[0].requestName")
"""Where drafts put the nonce; looked at where the body of a POST cannot be read as it will be stored."""
Row = dict[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One POST that is about to be sent. `places` maps the places of the nonce to the texts there.

    A text is empty where it is not known how the target reads it. `number` counts within one ledger; `sent` is in
    seconds since the epoch. One that is not `whole` ends too early: its connection is closed before. One that is
    `provoking` has an odd framing, or a connection that we cut: that it has no answer is no sign of a slow target.
    """

    number: int
    nonce: str
    places: Mapping[str, str]
    name: str | None
    sent: float
    job: str = ""
    resource: str = ""
    whole: bool = True
    provoking: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An intent with what became known of it.

    `end` is how its POST ended: "" while unknown, `refused` (an error was answered), `accepted`, `unsent`.
    `ticket` is the UUID that the target answered, `shown` says that the answer carried our nonce with it;
    `denied` says that the target, asked last, knew nothing of the job that it had started: real servers lose some;
    `gone` says that the ticket is known not to exist (any more).
    """

    intent: Intent
    end: str = ""
    job: str = ""
    ticket: str = ""
    shown: bool = False
    denied: bool = False
    gone: bool = False

    @property
    def open(self) -> bool:
        """True while a ticket may still come of it."""
        return self.end == ""

    def news(self, known: Mapping[str, Any]) -> dict[str, Any]:
        """Return what of a finding this entry does not have yet."""
        return {name: value for name, value in known.items() if getattr(self, name) != value}

    @property
    def answered_ours(self) -> bool:
        """True if the answer alone proves the ticket ours: it shows our nonce, or the uuid that we chose instead."""
        return self.shown or (not self.intent.nonce and self.ticket != "" and self.ticket == self.intent.resource)


def intent_of(request: Request, *, number: int, now: float) -> Intent:
    """Intent of a POST, by what its draft means; a body without nonce is recognised by its name alone."""
    texts, exact = _meaning(request)
    found = {_in_ticket(place): text for place, text in texts.items() if NONCE_PATTERN.search(text)}
    nonce = next((match[0] for text in found.values() if (match := NONCE_PATTERN.search(text))), "")
    if not nonce:
        raw = NONCE_PATTERN.search((request.body or b"").replace(b"\0", b"").decode("latin-1"))
        nonce = raw[0] if raw else ""
    if nonce and not exact:
        found = dict.fromkeys((*USUAL_PLACES, *found), "")
    named = {key.lower(): value for key, value in request.headers}
    return Intent(
        number=number,
        nonce=nonce,
        places=found,
        name=texts.get("params.name") if exact else None,
        sent=now,
        job=named.get("x-job-uuid", ""),
        resource=texts.get("params.resourceUuid", ""),
        whole=request.framing not in ENDING_EARLY,
        provoking=bool(request.cut or request.framing) and request.framing not in UNHURRIED,
    )


def _meaning(request: Request) -> tuple[dict[str, str], bool]:
    """Texts of a body by place, and whether they are exact: the draft says what it means, else the bytes are read."""
    body = request.body or b""
    value = decode(body if request.reading is None else request.reading)
    if not isinstance(value, Undecodable):
        return dict(_texts(value)), True
    return dict(_texts(decode(body.decode(json.detect_encoding(body), "replace").encode()))), False


def _in_ticket(place: str) -> str:
    """Return the place in a ticket for a place of the body: `params.requests[0]` is its `request[0]`."""
    return place.removeprefix("params.").replace("requests[", "request[", 1)


def _texts(value: Json, place: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif depth < DEEPEST and isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, f"{place}.{key}" if place else str(key), depth + 1)
    elif depth < DEEPEST and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, f"{place}[{index}]", depth + 1)


@dataclass(slots=True)
class LedgerEntries:
    """The entries of a ledger in order, and what a job or an answer adds to them.

    `started` says that a create started a job, `direct` that one was accepted without. `slowest` is how long a create
    took at most, in seconds, until it was answered or lost; 0 if that is not known, as of an earlier run's creates.
    """

    entries: dict[int, Entry] = field(default_factory=dict)
    owners: set[str] = field(default_factory=set)
    jobs: dict[str, int] = field(default_factory=dict)
    dropped: dict[int, Entry] = field(default_factory=dict)
    first: float = 0.0
    last: float = 0.0
    started: bool = False
    direct: bool = False
    slowest: float = 0.0

    def begin(self, intent: Intent) -> None:
        """Take in an intent."""
        self.first = min(self.first or intent.sent, intent.sent)
        self.last = max(self.last, intent.sent)
        self.entries[intent.number] = Entry(intent=intent)

    def know(self, number: int, **known: Any) -> None:
        """Add what is known of an entry; one that was dropped is taken up again where its ticket is there after all."""
        if known.get("gone") is False and number in self.dropped:
            self.entries[number] = self.dropped.pop(number)
        if number in self.entries:
            self.entries[number] = replace(self.entries[number], **known)
        self.started = self.started or "job" in known
        if known.get("job"):
            self.jobs[known["job"]] = number

    def answered(self, known: Mapping[str, Any], seconds: float) -> None:
        """Take in what became known of a create by its answer, or by its loss, after so many seconds."""
        self.direct = self.direct or known.get("end") == "accepted"
        self.slowest = max(self.slowest, seconds)

    def of_job(self, job: str) -> Entry | None:
        """Return the latest entry whose POST started a job."""
        return self.entries.get(self.jobs.get(job, 0))

    def drop_gone(self) -> list[Entry]:
        """Put the entries aside of which no ticket exists any more and return them; the file still has them."""
        gone = [entry for entry in list(self.entries.values()) if entry.gone]
        for entry in gone:
            self.dropped[entry.intent.number] = self.entries.pop(entry.intent.number)
            self.jobs.pop(entry.job, None)
        for number in list(self.dropped)[: max(0, len(self.dropped) - MOST_DROPPED)]:
            del self.dropped[number]
        return gone

    def settled(self) -> list[Entry]:
        """Return the entries whose tickets were seen to be gone, of those put aside the latest."""
        return [*self.dropped.values(), *(entry for entry in list(self.entries.values()) if entry.gone)]

    def pending(self) -> list[Entry]:
        """Return the entries of which a ticket may exist."""
        return [entry for entry in list(self.entries.values()) if not entry.gone]

    @property
    def window(self) -> tuple[float, float]:
        """The first and the last moment at which the run created; in seconds since the epoch."""
        return self.first, self.last


def learned(request: Request, answer: Response | Failure) -> dict[str, Any]:
    """Return what an answer to a request that may create, or to a poll of its job, adds to the entry."""
    if isinstance(answer, Failure):
        return {} if answer.sent else {"end": "unsent", "gone": True}
    body = decode(answer.body)
    answered = body if isinstance(body, dict) else {}
    creates = request.method != "GET"
    if answer.status == 202:
        return {"job": last_segment(answered.get("location")) or ""} if creates else {"denied": False}
    if "error" in answered and answer.status in (200, 503):
        return {"end": "refused"}
    if 200 <= answer.status < 300 and not from_gateway(answer):
        row = answered.get("inventory")
        ticket = row.get("uuid") if isinstance(row, dict) else None
        shown = bool(NONCE_PATTERN.search(str(row)))
        return {"end": "accepted", "ticket": ticket if isinstance(ticket, str) else "", "shown": shown}
    # a poll that is lost says nothing of its job; a refused POST most likely made nothing, which a look will show
    if creates:
        return {"end": "refused"} if answer.status == BUSY or not from_gateway(answer) else {}
    return {"denied": answer.status == NO_SUCH_JOB and not from_gateway(answer)}


def proven(row: Mapping[str, Json], entry: Entry, window: tuple[float, float], owners: Iterable[str] = ()) -> bool:
    """Tell whether a ticket of the target is that of an entry: nonce in its place, owner and time match."""
    if not in_window(row.get("createDate"), window):
        return False
    known = set(owners)
    for member in ("accountUuid", "ownerUuid"):
        if known and isinstance(row.get(member), str) and row[member] not in known:
            return False
    shown = dict(_texts(dict(row)))
    intent = entry.intent
    if any(_same(shown.get(place), text, intent.nonce) for place, text in intent.places.items()):
        return True
    answered = bool(entry.ticket) and row.get("uuid") == entry.ticket
    if not answered and intent.resource:
        answered = row.get("uuid") == intent.resource
    if not answered:
        return False
    if intent.nonce:
        return any(intent.nonce in text.lower() for text in shown.values())
    return intent.name is None or shown.get("name", "").strip() == intent.name.strip()


def _same(shown: str | None, sent: str, nonce: str) -> bool:
    """Return True if a place shows the text that was sent there, or the nonce where that text is not known."""
    if shown is None:
        return False
    return shown.strip() == sent.strip() if sent else bool(nonce) and nonce in shown.lower()


def nonces_of(row: Mapping[str, Json]) -> set[str]:
    """Every nonce that a ticket shows anywhere."""
    return {nonce for _, text in _texts(dict(row)) for nonce in NONCE_PATTERN.findall(text.lower())}


def in_window(date: Json, window: tuple[float, float]) -> bool:
    """Tell whether a ticket's date lies within the window in any time zone; a date that cannot be read does."""
    written = moment(date)
    if written is None:
        return True
    first, last = (datetime.fromtimestamp(edge, UTC) for edge in window)
    return first - ZONES <= (written if written.tzinfo else written.replace(tzinfo=UTC)) <= last + ZONES


@dataclass(slots=True)
class Finder:
    """Finds the entry that a shown ticket belongs to, by nonce or UUID and then by proof: a pending one, or another."""

    book: LedgerEntries
    others: Sequence[Entry] | None = None
    by_key: dict[str, list[Entry]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for entry in self.book.pending() if self.others is None else self.others:
            for key in {entry.intent.nonce, entry.ticket, entry.intent.resource} - {""}:
                self.by_key.setdefault(key, []).append(entry)

    def entry_of(self, row: Mapping[str, Json]) -> Entry | None:
        """Return the entry that proves that the run created a ticket, else None."""
        keys = {str(row.get("uuid")), *nonces_of(row)}
        window = self.book.window
        candidates = (entry for key in sorted(keys) for entry in self.by_key.get(key, ()))
        return next((entry for entry in candidates if proven(row, entry, window, self.book.owners)), None)
