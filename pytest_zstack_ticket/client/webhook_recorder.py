"""The webhook listener of a run: what a target delivers becomes evidence like every other exchange."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import Self

from pytest_zstack_ticket.client.recorder import Recorder
from pytest_zstack_ticket.client.webhook_listener import WebhookListener
from pytest_zstack_ticket.model.exchange import Exchange


class HookListener:
    """Listens for the webhooks of one process; `url` is what to give to the target, `wait` what arrived."""

    def __init__(
        self, *, redact: Callable[[Exchange], Exchange], recorder: Recorder, worker: str, host: str = "127.0.0.1"
    ) -> None:
        self._listener = WebhookListener(host)
        self._redact = redact
        self._recorder = recorder
        self._worker = worker
        self._kept: dict[str, Exchange] = {}

    def url(self, token: str, *, refuse: int = 0) -> str:
        """Return the URL to give to a target; the first `refuse` deliveries to it are answered with 500."""
        return self._listener.url(token, refuse=refuse)

    def wait(self, token: str, *, count: int = 1, seconds: float) -> tuple[Exchange, ...]:
        """Return what arrived at a URL, as soon as there are `count` deliveries or the time is over."""
        return tuple(self._keep(exchange) for exchange in self._listener.wait(token, count=count, seconds=seconds))

    def visits(self, token: str) -> tuple[Exchange, ...]:
        """Return the requests of every method that have come to a URL so far."""
        return tuple(self._keep(exchange) for exchange in self._listener.visits(token))

    def _keep(self, exchange: Exchange) -> Exchange:
        if exchange.id not in self._kept:
            kept = self._redact(replace(exchange, id=f"{self._worker}-{exchange.id}"))
            self._recorder.exchange(kept)
            self._kept[exchange.id] = kept
        return self._kept[exchange.id]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()
