"""Where exchanges, examples and observations of a process go."""

from __future__ import annotations

from typing import Any, Protocol

from pytest_zstack_ticket.model.exchange import Exchange
from pytest_zstack_ticket.model.verdict import Example, Observation


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
