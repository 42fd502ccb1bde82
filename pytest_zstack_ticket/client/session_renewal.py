"""Go on with a fresh session where the one that a run keeps has died, and with nothing else."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Protocol

from pytest_zstack_ticket.api.classify import classify, session_died
from pytest_zstack_ticket.api.polling import submit
from pytest_zstack_ticket.client.polling_pace import PollingPace
from pytest_zstack_ticket.model.errors import LoginError
from pytest_zstack_ticket.model.exchange import Exchange, Request, Wait
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.model.settings import Session

Flow = Generator[Request | Wait, Exchange, None]
QUERY = Request(method="GET", path="/v1/tickets?limit=1")
MOST_RENEWALS = 100


class Sender(Protocol):
    """What an endpoint needs of a client: drive one flow, and know the pace of jobs."""

    def run(self, flow: Flow) -> tuple[Exchange, ...]:
        """Send what the flow yields, wait as it asks, and return its redacted exchanges."""
        ...

    @property
    def pace(self) -> PollingPace:
        """How long jobs took lately."""
        ...

    @property
    def hook_url(self) -> str:
        """The URL to name to a target that delivers the ends of jobs; empty if they are polled."""
        ...


class Sessions(Protocol):
    """What an endpoint needs of the session manager."""

    @property
    def session(self) -> Session:
        """The session that the run uses now."""
        ...

    def another(self) -> Session:
        """Log in once more and return that session; raises LoginError."""
        ...

    def ended(self, uuid: str, /) -> None:
        """Note that another session was logged out."""
        ...

    def renew(self, dead: Session) -> Session:
        """Log in again because a session died; raises LoginError where that cannot be done."""
        ...

    def was_renewed(self, authorization: str) -> bool:
        """Return True for the session of the run that died before, whoever renewed it, a clean-up too."""
        ...


class SessionRenewer:
    """Renews the session that a run keeps, at most a hundred times. Safe to use from many threads."""

    def __init__(self, *, sender: Sender, sessions: Sessions) -> None:
        self._sender = sender
        self._sessions = sessions
        self._renewed_once: set[str] = set()

    def renewed_request(
        self, request: Request, exchanges: tuple[Exchange, ...], profile: Profile, call: str
    ) -> Request | None:
        """Return a refused request with a fresh session if the one that the run keeps has died, else None.

        A query with the same session has to be refused too, unless another thread has seen that already: a target that
        refuses a live session is to be judged, not helped. What a dead session sent was not carried out, so it may be
        sent again. Raises LoginError if there can be no fresh session.
        """
        sent = next((value for name, value in request.headers if name == "Authorization"), None)
        session = self._sessions.session
        if sent is None or not session_died(classify(exchanges, profile, call=call)):
            return None
        if sent == session.authorization:
            if not self._is_dead(sent, profile):
                return None
            session = self._renewed(session)
        elif not self._sessions.was_renewed(sent):
            return None
        fresh = ("Authorization", session.authorization)
        return replace(request, headers=tuple(fresh if pair[1] == sent else pair for pair in request.headers))

    def _is_dead(self, authorization: str, profile: Profile) -> bool:
        query = replace(QUERY, headers=(("Authorization", authorization),))
        asked = self._sender.run(submit(query, job_limit=0.0, first_wait=0.0))
        return session_died(classify(asked, profile, call="query"))

    def _renewed(self, session: Session) -> Session:
        # several threads may find one and the same session dead
        self._renewed_once.add(session.authorization)
        if (count := len(self._renewed_once)) > MOST_RENEWALS:
            raise LoginError(f"the target ended our session {count} times; it cannot be tested like this.")
        return self._sessions.renew(session)
