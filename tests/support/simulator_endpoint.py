"""An engine with a clock of its own and somebody logged in, for tests of single answers."""

from __future__ import annotations

import json
from typing import Any

from pytest_zstack_ticket.model.exchange import Request, Response
from pytest_zstack_ticket.simulator.embedded_url import parse_options
from pytest_zstack_ticket.simulator.engine import Engine
from pytest_zstack_ticket.simulator.options import SimulatorOptions
from pytest_zstack_ticket.simulator.response import DamagedResponse
from tests.support.simulator_probe import START, Caller, job_of, log_in, message, query


class Endpoint:
    """Talks to one engine; `token` is the session that calls are made with."""

    def __init__(self, given: str | SimulatorOptions = "embedded", *, name: str = "admin") -> None:
        options = parse_options(given) if isinstance(given, str) else given
        self.engine = Engine(options)
        self.now = START
        self.token = ""
        if name:
            self.token = self.log_in(name)

    def log_in(self, name: str, project: str = "") -> str:
        token = str(body(self.handle(log_in(name)))["inventory"]["uuid"])
        if not project:
            return token
        entered = Caller(token).send("PUT", "/v1/iam2/projects/login", {"loginIAM2Project": {"projectName": project}})
        return str(body(self.handle(entered))["inventory"]["uuid"])

    def handle(self, request: Request) -> Response:
        self.now += 0.01
        answer = self.engine.handle(request, self.now)
        return answer.response if isinstance(answer, DamagedResponse) else answer

    def send(
        self, method: str, path: str, sent: object = None, *, raw: bytes | None = None, **headers: str
    ) -> Response:
        return self.handle(Caller(self.token).send(method, path, sent, raw=raw, **headers))

    def finish(self, response: Response, **headers: str) -> Response:
        return (
            self.handle(Caller().send("GET", f"/v1/api-jobs/{job_of(response)}", **headers))
            if response.status == 202
            else response
        )

    def create(self, sent: object = None, /, **changes: Any) -> Response:
        return self.finish(self.send("POST", "/v1/tickets", {"params": message(**changes)} if sent is None else sent))

    def created(self, **changes: Any) -> dict[str, Any]:
        found: dict[str, Any] = body(self.create(**changes))["inventory"]
        return found

    def act(self, uuid: str, wrapper: str, /, **fields: Any) -> Response:
        return self.finish(self.send("PUT", f"/v1/tickets/{uuid}/actions", {wrapper: fields}))

    def event(self, uuid: str, event: str, /, **fields: Any) -> Response:
        return self.act(uuid, "changeTicketStatus", statusEvent=event, **fields)

    def delete(self, uuid: str) -> Response:
        return self.finish(self.send("DELETE", f"/v1/tickets/{uuid}?deleteMode=Permissive"))

    def query(self, *conditions: str, path: str = "/v1/tickets", more: str = "") -> Response:
        return self.handle(query(Caller(self.token), *conditions, path=path, more=more))

    def rows(self, *conditions: str, path: str = "/v1/tickets", more: str = "") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = body(self.query(*conditions, path=path, more=more))["inventories"]
        return found


def body(response: Response) -> Any:
    """Decode a JSON answer."""
    return json.loads(response.body)


def code(response: Response) -> str:
    """Return the code of an error answer."""
    return str(body(response)["error"]["code"])


def details(response: Response) -> str:
    """Return the details of an error answer."""
    return str(body(response)["error"]["details"])
