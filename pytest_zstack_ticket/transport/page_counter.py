"""Count what something in front of the target answered in its stead."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping

from pytest_zstack_ticket.api.classify import from_gateway
from pytest_zstack_ticket.model.exchange import Failure, Request, Response
from pytest_zstack_ticket.transport.base import Transport


class PageCounter:
    """A transport that counts, by status, the answers of something in front of the target."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._lock = threading.Lock()
        self.counts: Counter[int] = Counter()

    def send(self, request: Request, /) -> Response | Failure:
        """Send one request and look at its answer."""
        answer = self._transport.send(request)
        if isinstance(answer, Response) and from_gateway(answer):
            with self._lock:
                self.counts[answer.status] += 1
        return answer

    def add(self, counts: Mapping[int, int]) -> None:
        """Add what another process of the run has counted."""
        with self._lock:
            self.counts.update({int(status): count for status, count in counts.items()})

    def close(self) -> None:
        """Give up connections."""
        self._transport.close()
