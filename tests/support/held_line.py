"""A target that is interrupted at: Ctrl-C arrives while a request is under way."""

from __future__ import annotations

import _thread
import threading

from pytest_zstack_ticket.model.exchange import Failure, Request, Response


class HeldLine:
    """Interrupts the main thread as a request arrives, and answers it once `go` is set."""

    def __init__(self, answer: Response) -> None:
        self.go = threading.Event()
        self._answer = answer

    def send(self, _request: Request, /) -> Response | Failure:
        """Answer a request, late."""
        _thread.interrupt_main()
        self.go.wait(10)
        return self._answer

    def close(self) -> None:
        """Nothing is open."""
