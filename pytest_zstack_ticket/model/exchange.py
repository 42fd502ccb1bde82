"""HTTP messages as plain values: what was sent, what came back, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Json: TypeAlias = Any
"""A JSON value as `json.loads` gives it; never NaN or infinity when we write it."""

JsonObject: TypeAlias = dict[str, Json]
"""A JSON object."""

Headers: TypeAlias = tuple[tuple[str, str], ...]

ANSWERED_COOKIES = "cookies of an answer"
"""As the value of a Cookie header: send all cookies that the last answer to a session set, whatever their names."""

Cut: TypeAlias = Literal["", "at-once", "when-answered"]
"""When we cut the connection of a request ourselves: not at all, as soon as it is sent, or once an answer is there."""

Framing: TypeAlias = Literal[
    "",
    "plain",
    "padded-values",
    "two-lengths",
    "length-no-number",
    "length-negative",
    "blank-before-colon",
    "no-colon",
    "no-host",
    "bad-method",
    "two-hosts",
    "other-host",
    "folded-header",
    "bare-cr",
    "blank-line-first",
    "length-and-chunks",
    "several-chunks",
    "length-without-chunks",
    "length-without-capital-chunks",
    "chunk-extension",
    "trailing-headers",
    "unknown-coding",
    "cut-length",
    "cut-chunks",
    "kept-open",
    "kept-open-chunks",
    "expecting",
    "slow-body",
    "slow-body-near",
    "two-segments",
]
"""How the bytes of a request are framed, where no HTTP client would write them so; empty for all others."""
ENDING_EARLY: frozenset[Framing] = frozenset({"cut-length", "cut-chunks"})
"""Framings whose body never arrives whole: the connection ends before."""
UNHURRIED: frozenset[Framing] = frozenset({"slow-body", "slow-body-near", "two-segments", "expecting"})
"""Framings that take us longer to send than other requests, and for which no server need close a connection."""

FailureKind: TypeAlias = Literal[
    "refused", "unresolved", "tls", "timeout", "reset", "protocol", "too-large", "stopped", "gateway"
]
"""Why a request has no answer: connection refused, name not resolved, TLS, no answer in time, connection closed or
reset before the answer ended, invalid HTTP, answer over the read limit, not sent because a cap stopped it, or a page of
something between us and the target (502, 504, or 503 without JSON)."""


ANSWERED_AGAIN = "the server answered more than it was asked: more came behind the end of its answer"
"""The detail of a failure: a second answer came on a connection on which there was one request."""
NOT_TOLD_TO_GO_ON = "the server answered only once it had the body, though the client waited for a word to send it"
"""The detail of a failure: a request with `Expect: 100-continue` got neither that nor an answer before its body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request. `path` is the raw target below the context root, query included: `/v1/tickets?q=name%3Da`.

    One with a `cut` is delivered, but its answer never read; evidence shows that by the failure of its exchange.
    `reading` is never sent: it is the JSON in UTF-8 that a lenient target reads out of a `body` in another form.
    """

    method: str
    path: str
    headers: Headers = ()
    body: bytes | None = None
    cut: Cut = ""
    framing: Framing = ""
    reading: bytes | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One HTTP response, its body decompressed and at most 8 MiB long; header names in lower case."""

    status: int
    headers: Headers = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """Return the first value of a header, or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A request that got no complete answer. `sent` is False when no byte of it can have reached the target."""

    kind: FailureKind
    detail: str
    sent: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request with its answer, redacted. `started` is in seconds since the epoch, `elapsed` in seconds.

    `leaks` names each secret that the answer showed where it has no place, such as `session` or `password`.
    """

    id: str
    request: Request
    answer: Response | Failure
    started: float = 0.0
    elapsed: float = 0.0
    leaks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wait:
    """What a flow yields to let time pass before its next request; in seconds.

    `until` is the id of a job whose end, once it is delivered to us, ends the wait before its time.
    """

    seconds: float
    until: str = ""


Trails: TypeAlias = Mapping[str, tuple[Exchange, ...]]
"""The exchanges behind one example, by role: `subject`, `sibling` and whatever else a check needs."""
