"""A clock for tests."""


class ManualClock:
    """A clock that moves only when somebody sleeps by it."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self.time = now

    def now(self) -> float:
        """Return seconds since the epoch."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Move the clock."""
        self.time += seconds
