"""Whether and where the target delivers the ends of jobs, instead of being polled for them."""

from __future__ import annotations

from pytest_zstack_ticket.client.webhook_listener import JobNotificationListener


class JobNotifications:
    """The listener for the ends of jobs, while there is one. Jobs are polled in any case, only later."""

    def __init__(self) -> None:
        self._listener: JobNotificationListener | None = None

    def listen(self, host: str) -> None:
        """Listen on an address of this machine from now on."""
        self.close()
        self._listener = JobNotificationListener(host)

    @property
    def listening(self) -> bool:
        """True while there is a listener."""
        return self._listener is not None

    @property
    def url(self) -> str:
        """The URL to give to the target; empty if jobs are only polled."""
        return self._listener.url if self._listener else ""

    @property
    def delivered(self) -> bool:
        """True if the end of the last job that was waited for was delivered."""
        return self._listener is not None and self._listener.has_delivered

    def wait(self, job: str, seconds: float) -> bool:
        """Wait for the end of a job; return whether it was delivered in time."""
        return self._listener is not None and self._listener.wait(job, seconds)

    def close(self) -> None:
        """Stop listening; a second call does nothing."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
