"""Where exchanges, examples and observations of a process go."""

from __future__ import annotations

import re
from typing import Any, Protocol

from pytest_zstack_ticket.model.exchange import Exchange, Response
from pytest_zstack_ticket.model.verdict import Example, Observation

SESSIONS = "/v1/accounts/sessions/"
MOST_LEAKING = 20
_PARTS = re.compile(r"[\w+/=.-]{16,}")
"""Parts of an Authorization that are long enough to be a secret."""
REFUSED = 400
MOST_DOUBTFUL = 500
"""Refusals that quote their own session, of which it is kept whether the session lives on."""


class Recorder(Protocol):
    """Keeps the exchanges, examples and observations of a process."""

    def exchange(self, exchange: Exchange, /) -> None:
        """Keep one redacted exchange."""
        ...

    def example(self, example: Example, /) -> None:
        """Keep one example."""
        ...

    def observation(self, observation: Observation, /) -> None:
        """Keep one observation."""
        ...

    def close(self) -> None:
        """See that everything is on the disk."""
        ...

    @property
    def seal(self) -> dict[str, Any]:
        """What the kept lines can be recognised by, empty if none are kept. Raises EvidenceError if some are lost."""
        ...

    @property
    def failed(self) -> str:
        """Why nothing more can be kept, empty if it can."""
        ...


class LeakWatch:
    """Remembers the exchanges of a process in which an answer showed a secret, and hands all on to another recorder.

    Log-ins may answer a session, and a refusal may quote what its own path or header named, as that of an ended session
    does: neither is remembered, unless that session is taken later, so that the refusal was about something else. The
    first of them suffice.
    """

    def __init__(self, kept: Recorder) -> None:
        self._kept = kept
        self._doubtful: dict[str, Exchange] = {}
        self.leaking: list[Exchange] = []

    def exchange(self, exchange: Exchange, /) -> None:
        """Keep one redacted exchange."""
        if len(self.leaking) < MOST_LEAKING:
            self._look(exchange)
        self._kept.exchange(exchange)

    def _look(self, exchange: Exchange) -> None:
        request, answer = exchange.request, exchange.answer
        if not isinstance(answer, Response):
            return
        session = next((value for name, value in request.headers if name.lower() == "authorization"), "")
        if exchange.leaks and not ("login" in request.path or SESSIONS in request.path):
            if not _quotes(answer, session):
                self.leaking.append(exchange)
            elif len(self._doubtful) < MOST_DOUBTFUL:
                self._doubtful.setdefault(session, exchange)
        doubtful = self._doubtful.get(session)
        if doubtful is not None and not _is_refusal(answer) and exchange.started > doubtful.started:
            self.leaking.append(doubtful)
            self._doubtful.pop(session, None)

    def example(self, example: Example, /) -> None:
        """Keep one example."""
        self._kept.example(example)

    def observation(self, observation: Observation, /) -> None:
        """Keep one observation."""
        self._kept.observation(observation)

    def close(self) -> None:
        """See that everything is on the disk."""
        self._kept.close()

    @property
    def seal(self) -> dict[str, Any]:
        """What the kept lines can be recognised by. Raises EvidenceError if some are lost."""
        return self._kept.seal

    @property
    def failed(self) -> str:
        """Why nothing more can be kept, empty if it can."""
        return self._kept.failed


def _quotes(answer: Response, session: str) -> bool:
    """Return True for a refusal that quotes the Authorization of its request."""
    return _is_refusal(answer) and any(part.encode() in answer.body for part in _PARTS.findall(session))


def _is_refusal(answer: Response) -> bool:
    return answer.status >= REFUSED or b'"error"' in answer.body


class NoRecorder:
    """Keeps nothing: for runs that write no evidence."""

    failed = ""

    def exchange(self, exchange: Exchange, /) -> None:
        """Forget it."""

    def example(self, example: Example, /) -> None:
        """Forget it."""

    def observation(self, observation: Observation, /) -> None:
        """Forget it."""

    def close(self) -> None:
        """Nothing is open."""

    @property
    def seal(self) -> dict[str, Any]:
        """Nothing is kept."""
        return {}
