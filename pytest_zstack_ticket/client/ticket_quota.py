"""What an endpoint asks for before it creates tickets: that the run's quota allows them."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol


class TicketQuota(Protocol):
    """Keeps the tickets of a run within its quota."""

    def free(self, count: int = 1, /) -> None:
        """Delete earlier tickets until `count` more may exist."""
        ...

    def keep(self, *keys: str) -> bool:
        """Keep the ticket with these nonces or UUIDs until the running test ends; False if the run deleted it."""
        ...

    def sharing(self) -> AbstractContextManager[None]:
        """Let later tests use what the block creates, too: it is deleted last."""
        ...

    def apart(self) -> AbstractContextManager[None]:
        """Keep what the block creates or asks about until its end only: the test does not look at it again."""
        ...


class NoQuota:
    """Allows any number of tickets and deletes none."""

    def free(self, count: int = 1, /) -> None:
        """Allow them."""

    def keep(self, *_keys: str) -> bool:
        """Nothing is deleted."""
        return True

    def sharing(self) -> AbstractContextManager[None]:
        """All tickets stay."""
        return nullcontext()

    def apart(self) -> AbstractContextManager[None]:
        """All tickets stay."""
        return nullcontext()
