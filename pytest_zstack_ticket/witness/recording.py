"""Turn what was overheard into lines of a record: secrets are hidden, sessions numbered, texts digested."""

from __future__ import annotations

import hashlib
import itertools
import secrets
from dataclasses import replace

from pytest_zstack_ticket.certify.witnessed import (
    LONGEST_PATH,
    Witnessed,
    answer_digest,
    auth_kind,
    authorization,
    raw_digest,
    request_digest,
    session_of,
)
from pytest_zstack_ticket.model.exchange import Exchange, Failure, Headers, Request
from pytest_zstack_ticket.redaction.mask import Mask
from pytest_zstack_ticket.witness.conversation import Overheard

NO_ANSWER = Failure(kind="reset", detail="")


class Recording:
    """Knows the secrets and sessions that passed, and makes a line of each exchange. No secret leaves it.

    `salt` decides how secrets are hidden; it is written at the end, so that no target knows it before.
    """

    def __init__(self) -> None:
        self.salt = secrets.token_bytes(16)
        self._mask = Mask(self.salt)
        self._numbers = itertools.count(1)
        self._sessions: dict[bytes, int] = {}

    @property
    def secrets(self) -> dict[str, str]:
        """Each secret that was learned, with its kind: no line may hold one."""
        return self._mask.secrets

    def learn(self, one: Overheard) -> None:
        """Learn the secrets of an exchange before its client can use them."""
        self._mask.exchange(_exchange(one))

    def line(self, one: Overheard) -> Witnessed:
        """Return the line of an exchange that has ended."""
        whole = _exchange(one)
        masked = self._mask.masked(whole)
        auth = authorization(whole.request.headers)
        answer = None if isinstance(masked.answer, Failure) else masked.answer
        closes = one.request is None or any(
            name.lower() == "connection" and value.lower() == "close" for name, value in one.request.headers
        )
        return Witnessed(
            number=next(self._numbers),
            at=round(one.started, 6),
            elapsed=round(max(0.0, one.ended - one.started), 6),
            method=self._mask.text(masked.request.method)[:LONGEST_PATH],
            path=masked.request.path[:LONGEST_PATH].encode("utf-8", "backslashreplace").decode()[:LONGEST_PATH],
            request="" if one.request is None or one.overlong else request_digest(masked.request, masked.request.path),
            raw=raw_digest(bytes(one.raw), self._mask) if closes and not one.overlong else "",
            auth=auth_kind(auth)[:LONGEST_PATH],
            who=self._number_of(auth),
            answer=answer_digest(answer) if answer else "",
            status=answer.status if answer else one.head.status_code if one.head else 0,
            size=len(answer.body) if answer else 0,
            end=one.end,
            leaks=list(masked.leaks),
        )

    def _number_of(self, auth: str | None) -> int:
        """Return the number of the session of an Authorization; only a digest of it is kept."""
        session = session_of(auth)
        if not session:
            return 0
        return self._sessions.setdefault(hashlib.sha256(session.encode()).digest(), len(self._sessions) + 1)


def _exchange(one: Overheard) -> Exchange:
    """Return what was overheard as an exchange; the head of what is no HTTP is read as well as it can be."""
    request = one.request or _loosely(bytes(one.raw))
    return Exchange(id="", request=request, answer=one.answer or NO_ANSWER)


def _loosely(raw: bytes) -> Request:
    head = raw.lstrip(b"\r\n").partition(b"\r\n\r\n")[0].decode("latin-1")
    first, *lines = head.split("\r\n")
    method, _, rest = first.partition(" ")
    named: Headers = tuple((name, value.strip(" \t")) for name, _, value in (line.partition(":") for line in lines))
    return replace(Request(method=method, path=rest.partition(" ")[0]), headers=named)
