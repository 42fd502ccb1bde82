"""Replace secrets by pseudonyms of the same shape, before anything is kept.

A pseudonym has the length and alphabet of its secret, and one secret has one pseudonym through the whole run, so every
check says the same of a redacted exchange as of the raw one. The key of the pseudonyms is made for the run and is never
written.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

from pytest_zstack_ticket.core.decode import decode
from pytest_zstack_ticket.model.exchange import Exchange, Failure, Headers, Request, Response

LEAST = 6
"""Secrets shorter than this are not looked for: they would be found everywhere."""

REMEMBERED = 256

UNSENT = frozenset({"password"})
"""Secrets that never go to the target, only their digest does: where an answer holds such a text, it is a word."""

HOME = {"session": re.compile(rb'^\s*\{.*"inventory"\s*:\s*\{', re.DOTALL)}
_HEX = re.compile(r"[0-9a-f]+(?![\s\S])")
_ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True, slots=True)
class Form:
    """One way in which a secret may appear, with what replaces it."""

    kind: str
    seen: bytes
    shown: bytes


class Redactor:
    """Knows the secrets of a run by kind and replaces them wherever they stand."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._forms: tuple[Form, ...] = ()
        self._secrets: dict[str, str] = {}
        self._seen: dict[tuple[str, str, bool], str] = {}

    def learn(self, kind: str, secret: str) -> None:
        """Take in a secret; the same one twice is no harm."""
        if len(secret) < LEAST or secret in self._secrets:
            return
        self._secrets[secret] = kind
        forms = {form.seen: form for form in _forms(kind, secret, self.pseudonym(secret))}
        known = {form.seen for form in self._forms}
        fresh = tuple(form for seen, form in forms.items() if seen not in known)
        self._forms = tuple(sorted((*self._forms, *fresh), key=lambda form: -len(form.seen)))
        self._seen = {}

    @property
    def secrets(self) -> dict[str, str]:
        """Each secret that was learned, with its kind: for the scan of what was written."""
        return dict(self._secrets)

    def pseudonym(self, secret: str) -> str:
        """Return what stands for a secret: the same length, hexadecimal for hexadecimal."""
        digest = hmac.new(self._key, secret.encode(), hashlib.sha512).digest()
        stream = digest
        while len(stream) < len(secret):
            stream += hashlib.sha512(stream).digest()
        if _HEX.match(secret):
            return stream.hex()[: len(secret)]
        return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in stream[: len(secret)])

    def text(self, text: str) -> str:
        """Return a text without secrets."""
        return self._clean(text.encode("utf-8", "surrogateescape"))[0].decode("utf-8", "surrogateescape")

    def exchange(self, exchange: Exchange) -> Exchange:
        """Return an exchange without secrets; `leaks` names those that the answer showed where they have no place."""
        request = exchange.request
        self._meet(exchange)
        clean = Request(
            method=request.method,
            path=self.text(request.path),
            headers=self._headers(request.headers, _SENT_SECRETS),
            body=None if request.body is None else self._clean(request.body)[0],
        )
        answer, leaks = self._answer(exchange)
        return Exchange(
            id=exchange.id,
            request=clean,
            answer=answer,
            started=exchange.started,
            elapsed=exchange.elapsed,
            leaks=leaks,
        )

    def _meet(self, exchange: Exchange) -> None:
        """Learn the session that a log-in answers: it is a secret from this answer on."""
        request, answer = exchange.request, exchange.answer
        if isinstance(answer, Response) and _is_log_in(request, answer):
            body = decode(answer.body)
            found = body.get("inventory") if isinstance(body, dict) else None
            uuid = found.get("uuid") if isinstance(found, dict) else None
            if isinstance(uuid, str):
                self.learn("session", uuid)

    def _answer(self, exchange: Exchange) -> tuple[Response | Failure, tuple[str, ...]]:
        answer = exchange.answer
        if isinstance(answer, Failure):
            return Failure(kind=answer.kind, detail=self.text(answer.detail), sent=answer.sent), ()
        body, kinds = self._clean(answer.body)
        headers = self._headers(answer.headers, _ANSWERED_SECRETS)
        shown = self._clean("\n".join(value for name, value in answer.headers if name != "set-cookie").encode())[1]
        leaks = sorted(
            kind for kind in kinds | shown if kind not in UNSENT and not _at_home(kind, exchange.request, answer)
        )
        return Response(status=answer.status, headers=headers, body=body), tuple(leaks)

    def _clean(self, content: bytes) -> tuple[bytes, set[str]]:
        found: set[str] = set()
        for form in self._forms:
            if form.seen in content:
                content = content.replace(form.seen, form.shown)
                found.add(form.kind)
        return content, found

    def _headers(self, headers: Headers, secret: frozenset[str]) -> Headers:
        return tuple((name, self._header(name.lower(), value, secret)) for name, value in headers)

    def _header(self, name: str, value: str, secret: frozenset[str]) -> str:
        """Return a header's value without secrets; the last values are remembered, for most headers repeat."""
        key = (name, value, name in secret)
        if key not in self._seen:
            if len(self._seen) >= REMEMBERED:
                self._seen = {}
            self._seen[key] = self._clean_header(name, value, secret)
        return self._seen[key]

    def _clean_header(self, name: str, value: str, secret: frozenset[str]) -> str:
        clean = self.text(value)
        if name not in secret or clean != value:
            return clean
        if name == "set-cookie":
            key, equals, rest = value.partition("=")
            cookie, semicolon, attributes = rest.partition(";")
            return f"{key}{equals}{self.pseudonym(cookie)}{semicolon}{attributes}"
        scheme, space, token = value.partition(" ")
        return f"{scheme}{space}{self._token(token)}"

    def _token(self, token: str) -> str:
        key, colon, signature = token.partition(":")
        return f"{key}{colon}{self.pseudonym(signature)}" if colon else self.pseudonym(token)


_SENT_SECRETS = frozenset({"authorization", "cookie", "proxy-authorization"})
_ANSWERED_SECRETS = frozenset({"set-cookie"})


def _at_home(kind: str, request: Request, answer: Response) -> bool:
    """Return True for a session in the answer of the log-in that made it, and in no other place."""
    return kind == "session" and _is_log_in(request, answer)


def _is_log_in(request: Request, answer: Response) -> bool:
    log_in = request.method == "PUT" and "/login" in request.path
    return log_in and answer.status == 200 and HOME["session"].match(answer.body) is not None


def _forms(kind: str, secret: str, shown: str) -> Iterator[Form]:
    """Yield every form in which a secret may be written; each keeps its length as far as its encoding allows."""
    for plain, other in ((secret, shown), (secret.upper(), shown.upper())):
        for encode in (str, quote, lambda text: quote(text, safe=""), quote_plus, _json, _gson):
            yield Form(kind, encode(plain).encode(), encode(other).encode())
        yield Form(kind, plain.encode().hex().encode(), other.encode().hex().encode())
    for shift in range(3):
        yield _base64(kind, secret, shown, shift)
    if not kind.endswith("-digest"):
        digest, stand_in = hashlib.sha512(secret.encode()).hexdigest(), hashlib.sha512(shown.encode()).hexdigest()
        yield Form(f"{kind}-digest", digest.encode(), stand_in.encode())
        yield Form(f"{kind}-digest", digest.upper().encode(), stand_in.upper().encode())


def _json(text: str) -> str:
    return json.dumps(text)[1:-1]


def _gson(text: str) -> str:
    return "".join(f"\\u{ord(letter):04x}" if letter in "<>&='" else letter for letter in _json(text))


def _base64(kind: str, secret: str, shown: str, shift: int) -> Form:
    """Return the part of a secret's base64 that does not depend on what stands around it."""
    seen, other = (base64.b64encode(b"\0" * shift + text.encode()) for text in (secret, shown))
    start = -(-shift * 4 // 3) + (1 if shift else 0)
    whole = (shift + len(secret.encode())) // 3 * 4
    return Form(kind, seen[start:whole], other[start:whole])
