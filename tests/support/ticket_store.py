"""A target of tickets in memory for tests of clean-up: what it holds is counted without any ledger."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from pytest_zstack_ticket.api.polling import Flow
from pytest_zstack_ticket.model.exchange import Exchange, Failure, Request, Response, Wait
from tests.support.manual_clock import ManualClock

DATE = "2023-11-14T22:13:20+00:00"
RESET = Failure(kind="reset", detail="closed")
PAGE = Response(status=503, body=b"<html><center>nginx</center></html>")
REFUSED = Response(status=503, body=b'{"error": {"code": "SYS.1000", "description": "x", "details": "x"}}')
Answer = Response | Failure
Interference = Callable[[Request], Answer | None]


@dataclass
class TicketStore:
    """Holds tickets by UUID. `interferes` may answer in its stead; `most_rows` is the longest page it shows."""

    tickets: dict[str, dict[str, Any]]
    clock: ManualClock
    interferes: Interference = lambda _request: None
    most_rows: int = 1000
    shows_fields: bool = True
    raw: dict[str, str] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, names: list[str], clock: ManualClock, **more: Any) -> TicketStore:
        """A store with a ticket of each name; UUIDs are `u0`, `u1` and so on."""
        rows = {f"u{number}": {"uuid": f"u{number}", "name": name} for number, name in enumerate(names)}
        return cls(
            {uuid: {**row, "status": "Pending", "createDate": DATE} for uuid, row in rows.items()}, clock, **more
        )

    @staticmethod
    def denied(body: bytes) -> Response:
        """A refusal with a body."""
        return Response(status=401, body=body)

    @staticmethod
    def shown(rows: list[dict[str, Any]]) -> Response:
        """An answer to a query."""
        return Response(status=200, body=json.dumps({"inventories": rows}).encode())

    def run(self, flow: Flow) -> tuple[Exchange, ...]:
        """Drive a flow, as a client does."""
        trail: list[Exchange] = []
        try:
            step = next(flow)
            while True:
                if isinstance(step, Wait):
                    self.clock.sleep(step.seconds)
                    step = next(flow)
                    continue
                trail.append(Exchange(id=f"m-{len(trail)}", request=step, answer=self.answer(step)))
                step = flow.send(trail[-1])
        except StopIteration:
            return tuple(trail)

    def answer(self, request: Request) -> Answer:
        """Answer one request."""
        with self.lock:
            self.requests.append(request)
            given = self.interferes(request)
            if given is not None:
                return given
            if request.method == "DELETE":
                self.tickets.pop(request.path.rpartition("/")[2], None)
                return Response(status=200, body=b"{}")
            if request.method == "PUT":
                return Response(status=200, body=b"{}")
            return self.query(request.path)

    def query(self, path: str) -> Response:
        """Answer a query by UUID or by conditions, page by page, the rows in the order of the store."""
        split = urlsplit(path)
        asked = {name: values[-1] for name, values in parse_qs(split.query).items()}
        rows = list(self.tickets.values())
        uuid = unquote(split.path.removeprefix("/v1/tickets").strip("/"))
        if uuid:
            rows = [row for row in rows if row["uuid"] == uuid]
        condition = asked.get("q", "")
        if condition.startswith("uuid?="):
            rows = [row for row in rows if row["uuid"] in condition.removeprefix("uuid?=").split(",")]
        elif condition.startswith("uuid="):
            rows = [row for row in rows if row["uuid"] == condition.removeprefix("uuid=")]
        elif condition.startswith("name~="):
            rows = [row for row in rows if condition.removeprefix("name~=").strip("%") in row["name"]]
        start, limit = int(asked.get("start", 0)), min(int(asked.get("limit", 1000)), self.most_rows)
        return Response(status=200, body=self._written(rows[start : start + limit], asked.get("fields", "")))

    def _written(self, rows: list[dict[str, Any]], fields: str) -> bytes:
        if fields and self.shows_fields:
            chosen = [{name: row.get(name) for name in fields.split(",")} for row in rows]
            return json.dumps({"inventories": chosen}).encode()
        texts = (self.raw.get(row["uuid"]) or json.dumps(row) for row in rows)
        return f'{{"inventories": [{",".join(texts)}]}}'.encode("utf-8", "surrogateescape")
