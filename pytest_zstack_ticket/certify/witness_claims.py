"""What the evidence of a run claims to have passed its line, as it is held to the record of a witness."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias
from urllib.parse import urlsplit

from pytest_zstack_ticket.certify.deliveries import is_delivery
from pytest_zstack_ticket.certify.witnessed import (
    answer_digest,
    auth_kind,
    authorization,
    raw_digest,
    request_digest,
    session_of,
)
from pytest_zstack_ticket.model.exchange import Exchange, Failure, Request, Response
from pytest_zstack_ticket.redaction.mask import Mask
from pytest_zstack_ticket.transport.bounded_stream import TooLargeError
from pytest_zstack_ticket.transport.content_decoding import read_body
from pytest_zstack_ticket.transport.error_mapping import MalformedEncodingError
from pytest_zstack_ticket.transport.framings import FRAMINGS, framed

CLEANING = "-end-"
"""Part of the ids of what cleans up."""
SHOWN = 80
Key: TypeAlias = tuple[str, str, str]
"""What has to be equal: digests of request and answer, and the kind of Authorization."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """One exchange of the evidence. `failure` is None if it has an answer; `session` is the pseudonym of its session.

    `line` names it to people; `cleaning` is True for what deletes the tickets of the run.
    """

    at: float
    elapsed: float
    line: str
    request: str
    answer: str
    auth: str
    session: str
    failure: Failure | None
    cleaning: bool
    exchange: Exchange

    @property
    def key(self) -> Key:
        """What has to be equal."""
        return (self.request, self.answer, self.auth)


class Claims:
    """The exchanges of the evidence that have left for the target, in the order of time; `hooks` counts webhooks.

    `exchanges` yields those of the evidence, each time from the first; `url` is the target's, `salt` that
    of the record.
    """

    def __init__(self, exchanges: Callable[[], Iterable[Exchange]], *, url: str, salt: bytes) -> None:
        self.root = urlsplit(url).path.rstrip("/")
        self._host = urlsplit(url).netloc.rpartition("@")[2]
        self._mask = Mask(salt)
        self.hooks = 0
        for one in exchanges():
            self._mask.exchange(one)
        self.all = sorted(self._claimed(exchanges()), key=lambda one: one.at)

    def _claimed(self, exchanges: Iterable[Exchange]) -> Iterator[Claimed]:
        for one in exchanges:
            if is_delivery(one):
                self.hooks += 1
            elif not isinstance(one.answer, Failure) or one.answer.sent:
                yield self._claim(one)

    def _claim(self, one: Exchange) -> Claimed:
        masked = self._mask.masked(one)
        auth = authorization(one.request.headers)
        return Claimed(
            at=one.started,
            elapsed=one.elapsed,
            line=f"{one.id} {one.request.method} {masked.request.path[:SHOWN]}",
            request=request_digest(masked.request, self.root + masked.request.path),
            answer="" if isinstance(masked.answer, Failure) else answer_digest(masked.answer),
            auth=auth_kind(auth),
            session=session_of(auth),
            failure=one.answer if isinstance(one.answer, Failure) else None,
            cleaning=CLEANING in one.id,
            exchange=one,
        )

    def raw_keys(self, one: Claimed) -> tuple[Key, ...]:
        """Return under which keys a request with a framing of ours may have been seen."""
        answers = [one.answer]
        if isinstance(one.exchange.answer, Response) and (other := _unpacked(one.exchange.answer)):
            masked = self._mask.masked(replace(one.exchange, answer=other)).answer
            answers += [answer_digest(masked)] if isinstance(masked, Response) else []
        return tuple((raw, answer, one.auth) for raw in self.raw_digests(one.exchange.request) for answer in answers)

    def raw_digests(self, request: Request) -> Iterator[str]:
        """Yield the digests of the bytes that a request may have been sent as, one for each framing."""
        for framing in FRAMINGS:
            try:
                raw = framed(replace(request, framing=framing), host=self._host, root=self.root)
            except ValueError:
                # a request that cannot be written in this framing was not sent in it
                continue
            yield raw_digest(raw, self._mask)


def _unpacked(answer: Response) -> Response | None:
    """Unpack an answer that evidence may have as it was on the line; None if it is not packed."""
    try:
        body, _ = read_body(iter([answer.body]), answer.header("content-encoding") or "")
    except (MalformedEncodingError, TooLargeError):
        return None
    return replace(answer, body=body) if body != answer.body else None
