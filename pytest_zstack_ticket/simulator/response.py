"""What the endpoint is about to answer, before it becomes bytes; response faults edit it here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pytest_zstack_ticket.model.exchange import Headers, Json, Response
from pytest_zstack_ticket.simulator.json.json_writer import encode, write

Role: TypeAlias = Literal["accepted", "waiting", "success", "failure", "text", "page", "unknown-job", "options"]
"""What an answer means: a 202 with a location, a 202 poll, a result, an error object, a plain-text refusal, a page of
the container, an unknown job, or the answer to OPTIONS."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A JSON body."""

    value: Json
    escape_html: bool = True


@dataclass(frozen=True, slots=True)
class Text:
    """A body of text that is no JSON, or is no longer."""

    text: str


@dataclass(frozen=True, slots=True)
class Raw:
    """A body of bytes."""

    data: bytes


Body: TypeAlias = Tree | Text | Raw


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer. `call` is the kind of the call that it belongs to; a poll belongs to the call that made the job.

    `row` is the number of a refusal in the master table (dossier 4.1), `job` the id of the job it speaks of,
    `read` how often that job's result has been read, this time included. `cookie`: an HTTP session
    was opened for it. `classes` of a result are what a request for them adds to it as `schema`.
    """

    status: int
    body: Body
    role: Role
    call: str
    headers: Headers = ()
    row: str = ""
    job: str = ""
    read: int = 0
    cookie: bool = True
    classes: Json = None

    def text(self) -> str:
        """Return the body as text, as far as it is text."""
        if isinstance(self.body, Tree):
            return write(self.body.value, escape_html=self.body.escape_html)
        return self.body.text if isinstance(self.body, Text) else self.body.data.decode("utf-8", "replace")

    def to_response(self) -> Response:
        """Turn it into an HTTP response."""
        data = self.body.data if isinstance(self.body, Raw) else encode(self.text())
        return Response(status=self.status, headers=self.headers, body=data)


WireKind: TypeAlias = Literal[
    "close",
    "reset",
    "never",
    "slow",
    "trickle",
    "long-length",
    "short-length",
    "garbage-status",
    "half",
    "chunked",
    "http10",
    "many-100",
    "huge-header",
    "endless",
    "gzip",
    "gzip-lie",
    "gzip-bomb",
    "silent-close",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class DamagedResponse:
    """A response and what the server does to it on the wire; `amount` is in seconds or bytes."""

    response: Response
    kind: WireKind
    amount: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A web hook to deliver: POST until answered 2xx, at most `attempts` times."""

    url: str
    headers: Headers
    body: bytes
    attempts: int = 15
    pause: float = 2.0
