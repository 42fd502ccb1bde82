"""A walk through the embedded endpoint's interface, in chapters, to see where two engines answer differently."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from pytest_zstack_ticket.model.exchange import Request, Response
from pytest_zstack_ticket.simulator.embedded_url import parse_options
from pytest_zstack_ticket.simulator.engine import Engine
from pytest_zstack_ticket.simulator.response import DamagedResponse, Delivery
from pytest_zstack_ticket.simulator.storage import seed_data

Step = Generator[Request | float, Response, None]
"""Yields requests; a number lets so many seconds pass."""
JSON_UTF8 = ("Content-Type", "application/json;charset=UTF-8")
START = 1_764_000_000.0


def message(**changes: Any) -> dict[str, Any]:
    """Return the params of a create that a fresh engine accepts, changed; a value of Ellipsis leaves a key out."""
    params: dict[str, Any] = {
        "name": "a ticket",
        "requests": [request()],
        "accountSystemType": "iam2",
        "accountSystemContext": {"projectUuid": seed_data.PROJECT_ONE, "virtualIDUuid": seed_data.ALICE},
    }
    return {key: value for key, value in (params | changes).items() if value is not ...}


def request(**changes: Any) -> dict[str, Any]:
    """Return one TicketRequest, changed."""
    made: dict[str, Any] = {
        "requestName": "create vm",
        "apiName": seed_data.CREATE_VM_API,
        "executeTimes": 1,
        "apiBody": {"name": "vm", "l3NetworkUuids": ["8b4ddd66c7ba30598cdc7ab835e04f96"]},
    }
    return {key: value for key, value in (made | changes).items() if value is not ...}


@dataclass
class Caller:
    """Builds the requests of one session."""

    token: str = ""
    extra: tuple[tuple[str, str], ...] = ()
    headers: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str, body: object = None, *, raw: bytes | None = None, **headers: str) -> Request:
        named = {"Authorization": f"OAuth {self.token}"} if self.token else {}
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        if data is not None:
            named["Content-Type"] = JSON_UTF8[1]
        named |= {key.replace("_", "-"): value for key, value in headers.items()}
        return Request(method=method, path=path, headers=tuple(named.items()), body=data)


def log_in(name: str = "admin", password: str = seed_data.PASSWORD) -> Request:
    digest = hashlib.sha512(password.encode()).hexdigest()
    if name in ("alice", "bob", "carol", "operator"):
        body = {"loginIAM2VirtualID": {"name": name, "password": digest}}
        return Caller().send("PUT", "/v1/iam2/virtual-ids/login", body)
    return Caller().send("PUT", "/v1/accounts/login", {"logInByAccount": {"accountName": name, "password": digest}})


def job_of(response: Response) -> str:
    return str(json.loads(response.body)["location"]).rpartition("/")[2]


def inventory(response: Response) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(response.body)["inventory"]
    return found


def create(caller: Caller, params: object = None, **changes: Any) -> Generator[Request, Response, Response]:
    """Create a ticket and read its job."""
    body = {"params": message(**changes)} if params is None else params
    return (yield from finish((yield caller.send("POST", "/v1/tickets", body))))


def finish(response: Response, *, reads: int = 1) -> Generator[Request, Response, Response]:
    """Read a job until it is done, and once more if asked."""
    if response.status != 202:
        return response
    path = f"/v1/api-jobs/{job_of(response)}"
    for _ in range(reads + 1):
        response = yield Caller().send("GET", path)
    return response


def query(caller: Caller, *conditions: str, path: str = "/v1/tickets", more: str = "") -> Request:
    text = "&".join([*(f"q={quote(one, safe='')}" for one in conditions), *filter(None, [more])])
    return caller.send("GET", f"{path}?{text}" if text else path)


def signed(method: str, path: str, *, date: str, secret: str = seed_data.ACCESS_KEY_SECRET, as_path: str = "") -> str:
    text = f"{method}\n{date}\n{as_path or path}".encode()
    signature = base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha1).digest()).decode()
    return f"ZStack {seed_data.ACCESS_KEY_ID}:{signature}"


class Walk:
    """Drives chapters through one engine; every answer is kept as it was, but for the cookie."""

    def __init__(self, extra: str = "") -> None:
        self.engine = Engine(parse_options(f"embedded?seed=1&latency=0.015{extra}"))
        self.now = START

    def run(self, chapter: Callable[[], Step]) -> Iterator[object]:
        steps = chapter()
        answer: Any = None
        try:
            sent = next(steps)
            while True:
                if isinstance(sent, float):
                    self.now += sent
                    sent = steps.send(answer)
                    continue
                self.now += 0.01
                answer = self.engine.handle(sent, self.now)
                yield _kept(answer)
                yield from self.engine.take_deliveries()
                if isinstance(answer, DamagedResponse):
                    answer = answer.response
                sent = steps.send(answer)
        except StopIteration:
            return


def _kept(answer: Response | DamagedResponse | Delivery) -> object:
    if not isinstance(answer, Response):
        return answer
    headers = tuple(pair for pair in answer.headers if pair[0] != "set-cookie")
    return answer.status, headers, answer.body


def differs(extra: str, healthy: dict[str, list[object]], chapters: Iterable[Callable[[], Step]]) -> str:
    """Return the name of the first chapter in which an engine answers otherwise than the healthy one; empty if none."""
    for chapter in chapters:
        name = chapter.__name__
        expected = healthy.setdefault(name, list(Walk().run(chapter)))
        seen = 0
        try:
            for answer, known in zip(Walk(extra).run(chapter), expected, strict=False):
                seen += 1
                if answer != known:
                    return name
        except (ValueError, KeyError, TypeError, AttributeError):
            return name
        if seen != len(expected):
            return name
    return ""
