"""Which tickets the tests that run still look at, so that no other ones are deleted before the end of a run.

A test holds the tickets that its body creates, and those of earlier tests that it asks about. Tickets that several
tests share are held by none of them, but they are the last to go.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from pytest_zstack_ticket.cleanup.entries import Entry

Place = tuple[str, int]
"""A ticket by the part of the user who creates it and its number in that user's ledger."""

_BODY: ContextVar[Hashable] = ContextVar("zstack_ticket_body", default=None)
"""The body of a test that creates in this context, and in the threads that it starts; None where there is none."""
_SHARING: ContextVar[bool] = ContextVar("zstack_ticket_sharing", default=False)


@contextmanager
def sharing() -> Iterator[None]:
    """Let what this block creates be used by later tests, too."""
    token = _SHARING.set(True)
    try:
        yield
    finally:
        _SHARING.reset(token)


@dataclass(slots=True)
class TicketHolds:
    """The holds of one process. Safe for many threads.

    `deleted` are nonces and UUIDs of tickets that were deleted, or are being deleted now.
    """

    deleted: set[str] = field(default_factory=set)
    ended: int = 0
    _waiting: Counter[Hashable] = field(default_factory=Counter)
    _running: set[Hashable] = field(default_factory=set)
    _body_of: dict[Place, Hashable] = field(default_factory=dict)
    _shared: set[Place] = field(default_factory=set)
    _kept: dict[str, set[Hashable]] = field(default_factory=dict)
    _under_way: set[tuple[str, str]] = field(default_factory=set)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def begin(self, body: Hashable) -> None:
        """Let a body hold what it creates from now on."""
        with self._lock:
            self._running.add(body)

    def end(self, body: Hashable) -> None:
        """Let go of whatever a body holds."""
        with self._lock:
            if body in self._running:
                self._running.remove(body)
                self.ended += 1
            for key in [key for key, bodies in self._kept.items() if body in bodies]:
                self._kept[key].discard(body)
                if not self._kept[key]:
                    del self._kept[key]

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Hold what this block creates or asks about until its end, not until that of the body, which waits for it."""
        own = object()
        self.begin(own)
        with self.waiting():
            token = _BODY.set(own)
            try:
                yield
            finally:
                _BODY.reset(token)
                self.end(own)

    @staticmethod
    def enter(body: Hashable) -> None:
        """Take what is created in this context as that of a body."""
        _BODY.set(body)

    @staticmethod
    def current() -> Hashable:
        """Return the body of this context."""
        return _BODY.get()

    @property
    def others(self) -> bool:
        """True if another body than that of this context runs."""
        with self._lock:
            return bool(self._running - {_BODY.get()})

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Note that the body of this context waits for others to let go of their tickets."""
        body = _BODY.get()
        with self._lock:
            self._waiting[body] += 1
        try:
            yield
        finally:
            with self._lock:
                self._waiting[body] -= 1

    @property
    def stuck(self) -> bool:
        """True if every body that runs waits for the others."""
        with self._lock:
            return all(self._waiting[body] > 0 for body in self._running)

    def created(self, place: Place) -> None:
        """Note that a ticket is about to be created in this context."""
        with self._lock:
            self._body_of[place] = _BODY.get()
            if _SHARING.get() or _BODY.get() is None:
                self._shared.add(place)

    def keep(self, *keys: str) -> bool:
        """Hold the ticket with these nonces or UUIDs for the body of this context; False if it was deleted already."""
        with self._lock:
            if not self.deleted.isdisjoint(keys):
                return False
            body = _BODY.get()
            if body in self._running:
                for key in filter(None, keys):
                    self._kept.setdefault(key, set()).add(body)
            return True

    def held(self, part: str, entry: Entry) -> bool:
        """Return True if a body that runs created a ticket, or asked about it."""
        with self._lock:
            return self._body_of.get((part, entry.intent.number)) in self._running or bool(self._keepers(entry))

    def is_shared(self, part: str, entry: Entry) -> bool:
        """Return True for a ticket that later tests may use."""
        return (part, entry.intent.number) in self._shared

    def take(self, part: str, entry: Entry, uuid: str, *, own: int = 0, shared: bool = True) -> bool:
        """Mark a ticket as one that is deleted now; False if it has to stay, or if another clean-up deletes it.

        A ticket with a lower number than `own` goes too if only the body of this context holds it.
        """
        with self._lock:
            if (part, uuid) in self._under_way:
                return False
            body, me = self._body_of.get((part, entry.intent.number)), _BODY.get()
            mine = entry.intent.number < own
            holders = self._keepers(entry) | ({body} & self._running)
            if (holders and not (mine and holders == {me})) or (not shared and self.is_shared(part, entry)):
                return False
            self.deleted |= keys_of(entry) | {uuid}
            self._under_way.add((part, uuid))
            return True

    def give_up(self, part: str, uuids: Iterable[str]) -> None:
        """Let another clean-up delete tickets that one has taken, if they are still there."""
        with self._lock:
            self._under_way.difference_update((part, uuid) for uuid in uuids)

    @property
    def own_count(self) -> int:
        """How many tickets the body of this context has created that may exist."""
        with self._lock:
            me = _BODY.get()
            return sum(body == me for body in self._body_of.values())

    def own_before(self, part: str, kept: int) -> int:
        """Return the number of the first of the latest tickets that the body of this context created as one user."""
        with self._lock:
            me = _BODY.get()
            own = sorted(number for (user, number), body in self._body_of.items() if user == part and body == me)
        return own[-kept] if len(own) > kept else 0

    def forget(self, part: str, entry: Entry) -> None:
        """Forget a ticket that is gone."""
        with self._lock:
            self._body_of.pop((part, entry.intent.number), None)
            self._shared.discard((part, entry.intent.number))

    def _keepers(self, entry: Entry) -> set[Hashable]:
        return set().union(*(self._kept.get(key, ()) for key in keys_of(entry)))


def keys_of(entry: Entry) -> set[str]:
    """Return the nonce and the UUIDs that a ticket is asked about by."""
    return {entry.intent.nonce, entry.ticket, entry.intent.resource} - {""}
