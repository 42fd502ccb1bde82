"""Who is told how far a clean-up is."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Is told how far a sweep is."""

    def __call__(
        self, deleted: int, there: int, *, unended: int = 0, silent: bool = False, seconds: float = 0.0
    ) -> None:
        """Take the tickets deleted so far, and those that are known to be there.

        `unended` creates are waited for, at most so many more seconds: their jobs have not ended, so they may still
        leave tickets. A `silent` target is waited for, at most so many more seconds.
        """
        ...


def no_progress(deleted: int, there: int, *, unended: int = 0, silent: bool = False, seconds: float = 0.0) -> None:
    """Take no notice of how far a sweep is."""
