"""What an endpoint asks for before it creates tickets: that the run's quota allows them."""

from __future__ import annotations

from typing import Protocol


class TicketQuota(Protocol):
    """Keeps the tickets of a run within its quota; `deleted` are nonces and UUIDs of tickets deleted for that."""

    @property
    def deleted(self) -> set[str]:
        """The nonces and UUIDs of deleted tickets; the set itself, which grows."""
        ...

    def free(self, count: int = 1, /) -> None:
        """Delete earlier tickets until `count` more may exist."""
        ...

    def wait(self) -> None:
        """Wait while another thread deletes tickets: what that does to them is not the target's doing."""
        ...


class NoQuota:
    """Allows any number of tickets and deletes none."""

    def __init__(self) -> None:
        self.deleted: set[str] = set()

    def free(self, count: int = 1, /) -> None:
        """Allow them."""

    def wait(self) -> None:
        """Nothing is being deleted."""
