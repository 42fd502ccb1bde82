"""A target at which a run is interrupted: Ctrl-C arrives while a request is under way."""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType
from typing import Self

from pytest_zstack_ticket.model.exchange import Failure, Request, Response


class HeldLine:
    """Interrupts the main thread, by a signal of its own, as a request arrives, and answers it once `go` is set."""

    def __init__(self, answer: Response) -> None:
        self.go = threading.Event()
        self._answer = answer

    def __enter__(self) -> Self:
        self._former = signal.signal(signal.SIGALRM, _interrupt)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGALRM, self._former)

    def send(self, _request: Request, /) -> Response | Failure:
        """Answer a request, late."""
        os.kill(os.getpid(), signal.SIGALRM)
        self.go.wait(10)
        return self._answer

    def close(self) -> None:
        """Nothing is open."""


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
