"""The calls of a clean-up: many at once, over a session that lives, through an outage of the target.

Whether the target is silent is decided by the clean-up's own queries alone: a front end may word any refusal itself.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from pytest_zstack_ticket.api.classify import classify, from_gateway, session_died
from pytest_zstack_ticket.api.messages import final_answer
from pytest_zstack_ticket.api.polling import Flow, submit
from pytest_zstack_ticket.api.strict_json import Undecodable, decode
from pytest_zstack_ticket.cleanup.entries import Row
from pytest_zstack_ticket.model.errors import TargetError
from pytest_zstack_ticket.model.exchange import Exchange, Failure, Request
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.model.settings import Session
from pytest_zstack_ticket.transport.clock import Clock

OUTAGE = 90.0
"""Seconds for which the target may be away unless another limit is given, as long as a restart takes."""
FIRST_WAIT = 0.01
"""Seconds until a job is polled for the first time where it is not known how long jobs take."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 8.0
MOST_TRIES = 3
"""Times that a question is asked while the target answers others."""
PROBES = ("/v1/tickets?fields=uuid&limit=1", "/v1/tickets?limit=1")
FOR_GOOD = frozenset({"session-dead", "no-password", "password", "locked", "captcha", "change-password"})
"""Causes of a refused log-in that no waiting changes, and that another try may make worse."""
CALLS = {"PUT": "action", "DELETE": "delete"}
"""What the requests of a clean-up are, by method; others are queries."""
SUCCESS = 200
Item = TypeVar("Item")
Found = TypeVar("Found")


class SilentTargetError(Exception):
    """The target gave no answer for too long, or the time is over; `why` is the word for the report."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(slots=True)
class Silence:
    """Since when a target has not answered the clean-ups of a run: they wait for it together, not one by one.

    `since` is in seconds since the epoch, None where it answered last. `in_vain` says that it answers, but was waited
    for as long as an outage may last without showing a page of tickets.
    """

    since: float | None = None
    in_vain: bool = False


class SessionKeeper(Protocol):
    """Holds the session of the calls."""

    @property
    def session(self) -> Session:
        """The session that is used now. Raises TargetError."""
        ...

    def renew(self, dead: Session) -> Session:
        """Log in again because a session died. Raises TargetError."""
        ...


class CleanupCalls:
    """Sends the calls of one clean-up, `window` at once, for at most `longest` seconds. Safe for many threads.

    A job that is followed is polled after `first_wait` seconds. `when_silent` is told for how many seconds at most a
    target that does not answer is waited for.
    """

    def __init__(  # noqa: PLR0913 - what a clean-up needs of a run
        self,
        *,
        run: Callable[[Flow], tuple[Exchange, ...]],
        sessions: SessionKeeper,
        profile: Profile,
        clock: Clock,
        patience: float,
        longest: float,
        window: int = 1,
        outage: float = OUTAGE,
        silence: Silence | None = None,
        first_wait: float = FIRST_WAIT,
    ) -> None:
        self._run = run
        self._sessions = sessions
        self._profile = profile
        self._patience = patience
        self._shows = "query" in profile.capabilities
        self._lost = 0
        self._end = clock.now() + longest
        self._outage = outage
        self.silence = silence or Silence()
        self._first_wait = first_wait
        self._lock = threading.Lock()
        self._recoveries = 0
        self._over = ""
        self.when_silent: Callable[[float], None] = _unsaid
        self.clock = clock
        self.window = window

    def each(self, task: Callable[[Item], Found], items: Iterable[Item]) -> list[Found]:
        """Do a task for each item, many at once, and return what came of it in order. Raises SilentTargetError."""
        todo = list(items)
        if min(self.window, len(todo)) <= 1:
            return [task(one) for one in todo]
        with ThreadPoolExecutor(min(self.window, len(todo)), thread_name_prefix="zstack-sweep") as pool:
            futures = [pool.submit(task, one) for one in todo]
            try:
                return [future.result() for future in futures]
            finally:
                for future in futures:
                    future.cancel()

    def send(self, request: Request, *, follow: bool = False) -> tuple[Exchange, ...]:
        """Send a request with the session, and follow its job if asked; no exchanges if there is no session now.

        Raises SilentTargetError once the time is over.
        """
        if not self._over and self.clock.now() > self._end:
            self._over = "time-over"
        if self._over:
            raise SilentTargetError(self._over)
        try:
            session = self._sessions.session
            trail = self._sent(request, session, follow=follow)
            # a query is answered at once; only of what starts a job its result may be that the session had died
            if session_died(classify(trail, self._profile, call=CALLS.get(request.method, "query"))):
                trail = self._sent(request, self._sessions.renew(session), follow=follow)
        except TargetError as error:
            if error.cause in FOR_GOOD:
                self._over = "no-session"
                raise SilentTargetError(self._over) from error
            return ()
        return trail

    def rows(self, path: str) -> list[Row] | None:
        """Rows that a query shows, None where it has no answer that can be read. Raises SilentTargetError."""
        for _ in range(MOST_TRIES):
            seen = self._recoveries
            trail = self.send(Request(method="GET", path=path))
            if is_answered(trail):
                self.silence.since = None
                return _rows_in(trail)
            self.recover(seen)
        return None

    @property
    def recoveries(self) -> int:
        """How often the target was seen to answer again."""
        return self._recoveries

    def recover(self, seen: int) -> None:
        """Wait until the target answers a query, unless it did since `seen`. Raises SilentTargetError.

        A target that has no queries is given up after some lost calls.
        """
        with self._lock:
            if not self._shows:
                self._lost += 1
            if self._lost >= MOST_TRIES or (self._shows and self._recoveries == seen and not self._outlasts_outage()):
                self._over = self._over or "no-answer"
                raise SilentTargetError(self._over)

    def begin(self) -> None:
        """Ask a target that gave an earlier clean-up no answer whether it does now. Raises SilentTargetError."""
        since = self.silence.since
        if since is None:
            return
        self.when_silent(max(0.0, since + self._outage - self.clock.now()))
        trail = self.send(Request(method="GET", path=PROBES[1]))
        if trail and not isinstance(trail[-1].answer, Failure):
            self.silence.since = None
        elif self.clock.now() > since + self._outage:
            self._over = "no-answer"
            raise SilentTargetError(self._over)

    def shows_tickets(self) -> bool:
        """Wait until the target shows tickets again, once in a run as long as an outage. Raises SilentTargetError."""
        with self._lock:
            shown = self._probed() if self.silence.in_vain else self._outlasts_outage()
            self.silence.in_vain = not shown
            return shown

    def _outlasts_outage(self) -> bool:
        pause = FIRST_PAUSE
        began = self.silence.since = self.silence.since or self.clock.now()
        while not self._probed():
            left = min(self._end, began + self._outage) - self.clock.now()
            self.when_silent(max(0.0, left))
            if left < pause:
                return False
            self.clock.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        self.silence.since = None
        self._recoveries += 1
        return True

    def _probed(self) -> bool:
        """Return True if the target shows a page of tickets, with fields or without."""
        for path in PROBES:
            trail = self.send(Request(method="GET", path=path))
            if _rows_in(trail) is not None:
                return True
            if not trail or isinstance(trail[-1].answer, Failure):
                return False  # it does not answer at all, which may take as long as an answer may
        return False

    def _sent(self, request: Request, session: Session, *, follow: bool) -> tuple[Exchange, ...]:
        asked = replace(request, headers=(*request.headers, ("Authorization", session.authorization)))
        return self._run(submit(asked, job_limit=self._patience if follow else 0.0, first_wait=self._first_wait))


def _unsaid(_seconds: float) -> None:
    """Say nothing of a target that does not answer."""


def is_answered(trail: tuple[Exchange, ...]) -> bool:
    """Return True if the API answered a call, with whatever: also with more than can be read."""
    last = trail[-1].answer if trail else None
    if isinstance(last, Failure):
        return last.kind in ("too-large", "protocol")
    return last is not None and not from_gateway(last)


def _rows_in(trail: tuple[Exchange, ...]) -> list[Row] | None:
    """Rows in the answer to a query, read leniently: what cannot be read is no reason to leave the rest."""
    answer = final_answer(trail)
    if answer is None or answer.status != SUCCESS:
        return None
    body = decode(answer.body)
    if isinstance(body, Undecodable):
        try:
            body = json.loads(answer.body.decode(json.detect_encoding(answer.body), "replace"), strict=False)
        except (ValueError, RecursionError):
            return None
    rows = body.get("inventories") if isinstance(body, dict) else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else None
