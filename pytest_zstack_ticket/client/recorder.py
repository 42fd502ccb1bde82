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
REFUSED, NEAR = 400, 60
_ABOUT = re.compile(rb"(?:session|token|oauth|authori[sz]ation|\xe4\xbc\x9a\xe8\xaf\x9d)[^,;(]*\Z", re.IGNORECASE)
"""Words just before what a refusal quotes of its request: it is about that, then."""


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

    Log-ins may answer a session, and a refusal of a session may quote it: neither is remembered. What shows the session
    among other things, as a statement for a database or a ticket does, is. The first of them suffice.
    """

    def __init__(self, kept: Recorder) -> None:
        self._kept = kept
        self.leaking: list[Exchange] = []

    def exchange(self, exchange: Exchange, /) -> None:
        """Keep one redacted exchange."""
        if exchange.leaks and len(self.leaking) < MOST_LEAKING and not _is_named(exchange):
            self.leaking.append(exchange)
        self._kept.exchange(exchange)

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


def _is_named(exchange: Exchange) -> bool:
    """Return True for an answer that may show a secret: of a log-in, or one that quotes its own request."""
    request, answer = exchange.request, exchange.answer
    if "login" in request.path or SESSIONS in request.path:
        return True
    sent = [
        part for name, value in request.headers if name.lower() == "authorization" for part in _PARTS.findall(value)
    ]
    if not isinstance(answer, Response):
        return False
    quoted = [at for part in sent for at in re.finditer(re.escape(part.encode()), answer.body)]
    refused = answer.status >= REFUSED or b'"error"' in answer.body
    return bool(quoted) and refused and all(_ABOUT.search(answer.body[: one.start()][-NEAR:]) for one in quoted)


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
