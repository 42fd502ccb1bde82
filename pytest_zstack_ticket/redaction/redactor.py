"""Replace secrets by pseudonyms of the same shape, before anything is kept.

A pseudonym has the length and alphabet of its secret, and one secret has one pseudonym through the whole run, so every
check says the same of a redacted exchange as of the raw one. The key of the pseudonyms is made for the run and is never
written.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections import deque
from dataclasses import replace

from pytest_zstack_ticket.api.strict_json import decode
from pytest_zstack_ticket.model.exchange import Exchange, Failure, Headers, Request, Response
from pytest_zstack_ticket.redaction.encodings import EncodedSecret, encodings_of, pseudonym
from pytest_zstack_ticket.redaction.shared_secrets import SharedSecrets

LEAST = 6
"""Secrets shorter than this are not looked for: they would be found everywhere."""

TOKEN = 16
"""Cookies shorter than this are words, such as `deleted`."""

REMEMBERED = 256
PASSING = 16
"""Number of signatures that are searched for in later responses too."""

SPOILT = "spoilt-digest"
"""Digest of a wrong password: redacted, as it is nearly the right one, but no leak of the target."""

UNBLAMED = frozenset({"password", SPOILT})
"""Kinds that no answer is blamed for. A password never goes to the target, only its digest: such a text is a word."""

SENT_SECRETS = frozenset({"authorization", "proxy-authorization", "cookie"})
ANSWERED_SECRETS = frozenset({"set-cookie"})

LONG = 32
"""A secret of so many letters and digits is searched for only in runs of letters and digits that are as long."""
_LONG_RUN = re.compile(rb"[0-9a-z]{%d,}" % LONG)
_PACKED_RUN = re.compile(rb"[0-9A-Za-z]{40}")
"""Where a secret of a few exchanges may be packed: hexadecimal and base64 are longer than what they hide."""
_SCHEME = re.compile(r"(OAuth|[A-Za-z]+ )? *")

Kinds = frozenset[str]
NONE: Kinds = frozenset()


class Redactor:
    """Knows the secrets of a run by kind and replaces them wherever they stand; `shared` are those of other processes.

    Safe to use from many threads: what it knows only grows, by single steps.
    """

    def __init__(self, key: bytes, *, shared: SharedSecrets | None = None) -> None:
        self._key = key
        self._shared = shared
        self._secrets: dict[str, str] = {}
        self._encodings: list[EncodedSecret] = []
        self._broken: list[bytes] = []
        self._whole: set[bytes] = set()
        self._headers: dict[tuple[str, str], str] = {}
        self._passing: deque[tuple[str, str]] = deque(maxlen=PASSING)

    def pass_by(self, kind: str, secret: str) -> None:
        """Learn a secret of a few exchanges only, such as a signature."""
        self._passing.append((kind, secret))

    def learn(self, kind: str, secret: str) -> None:
        """Learn a secret; a second time changes nothing. Of a very short password only the digest is learned."""
        if len(secret) < LEAST:
            if kind == "password":
                self.learn("password-digest", hashlib.sha512(secret.encode()).hexdigest())
            return
        if secret in self._secrets:
            return
        fresh = {encoded.seen: encoded for encoded in encodings_of(kind, secret, self.pseudonym(secret))}
        self._encodings.extend(fresh.values())
        folded = {seen.lower() for seen in fresh}
        whole = {seen for seen in folded if len(seen) >= LONG and seen.isalnum()}
        self._whole = self._whole | whole
        self._broken.extend(folded - whole)
        self._headers = {}
        # last, so that no thread takes a secret for known before it is looked for
        self._secrets[secret] = kind
        if self._shared is not None:
            self._shared.share(kind, secret)

    @property
    def secrets(self) -> dict[str, str]:
        """Each secret that was learned, with its kind: for the scan of what was written."""
        return dict(self._secrets)

    def pseudonym(self, secret: str) -> str:
        """Return the pseudonym of a secret."""
        stream = hmac.digest(self._key, _bytes(secret), "sha512")
        while len(stream) < len(secret):
            stream += hashlib.sha512(stream).digest()
        return pseudonym(secret, stream)

    def text(self, text: str) -> str:
        """Return a text without secrets."""
        return self._clean_text(text)[0]

    def exchange(self, exchange: Exchange) -> Exchange:
        """Return an exchange without secrets; `leaks` names those that the answer showed where they have no place."""
        request, answer = exchange.request, exchange.answer
        if self._shared is not None:
            self._shared.receive(self.learn)
        session = session_of(request, answer)
        if session and not session.isalpha():
            self.learn("session", session)
            for cookie in _cookies(answer):
                self.learn("cookie", cookie)
        search = self._may_hold(_haystack(request, answer))
        if isinstance(answer, Failure):
            kept: Response | Failure = replace(answer, detail=self.text(answer.detail)) if search else answer
            leaks = NONE
        else:
            kept, leaks = self._answer(request, answer, session, search=search)
        return Exchange(
            id=exchange.id,
            request=self._request(request, search=search),
            answer=kept,
            started=exchange.started,
            elapsed=exchange.elapsed,
            leaks=tuple(sorted(leaks - UNBLAMED)) if leaks else (),
        )

    def _request(self, request: Request, *, search: bool) -> Request:
        path, body = request.path, request.body
        if search:
            path, body = self.text(path), None if body is None else self._clean(body)[0]
        headers = self._cleaned_headers(request.headers, SENT_SECRETS, search=search)[0]
        return Request(method=request.method, path=path, headers=headers, body=body)

    def _answer(self, request: Request, answer: Response, session: str, *, search: bool) -> tuple[Response, Kinds]:
        """Return an answer without secrets, and the kinds of those that it leaked."""
        body, kinds = self._clean(answer.body) if search else (answer.body, NONE)
        if session and "session" in kinds:
            # the session that a log-in answers is at home there, once
            kinds = self._clean(answer.body.replace(_bytes(session), b"", 1))[1]
        headers, shown = self._cleaned_headers(answer.headers, ANSWERED_SECRETS, search=search)
        packed = _PACKED_RUN.search(body) is not None
        for kind, token in (*_passing_secrets(request, answer), *self._passing):
            if not packed and _bytes(token) not in body:
                continue
            for encoded in encodings_of(kind, token, self.pseudonym(token)):
                if encoded.seen in body:
                    body = body.replace(encoded.seen, encoded.shown)
                    kinds |= {kind} if kind else NONE
        return Response(status=answer.status, headers=headers, body=body), kinds | shown

    def _clean(self, content: bytes) -> tuple[bytes, Kinds]:
        """Return a content without secrets, and their kinds."""
        if not self._may_hold(content):
            return content, NONE
        found = {encoded.seen: encoded for encoded in reversed(self._encodings) if encoded.seen in content}
        if not found:
            return content, NONE
        longest_first = sorted(found, key=len, reverse=True)
        pattern = re.compile(b"|".join(map(re.escape, longest_first)))
        kinds = frozenset(found[seen].kind for seen in pattern.findall(content))
        return pattern.sub(lambda match: found[match[0]].shown, content), kinds

    def _clean_text(self, text: str) -> tuple[str, Kinds]:
        content, kinds = self._clean(_bytes(text))
        return (content.decode("utf-8", "surrogatepass") if kinds else text), kinds

    def _may_hold(self, content: bytes) -> bool:
        """Rule out quickly that a content holds a secret, which is so for nearly all."""
        folded = content.lower()
        for needle in self._broken:
            if needle in folded:
                return True
        return any(self._is_in(run) for run in _LONG_RUN.findall(folded))

    def _is_in(self, run: bytes) -> bool:
        """Tell whether a run of letters and digits holds a secret. Most are ids, of the least length: one look-up."""
        whole = self._whole
        return run in whole if len(run) == LONG else any(needle in run for needle in whole)

    def _cleaned_headers(self, headers: Headers, secret: Kinds, *, search: bool) -> tuple[Headers, Kinds]:
        clean, kinds = [], NONE
        for name, value in headers:
            if name.lower() in secret:
                clean.append((name, self._secret_header(name, value)))
            elif search:
                (clean_name, seen), (shown, found) = self._clean_text(name), self._clean_text(value)
                clean.append((clean_name, shown))
                kinds |= seen | found
            else:
                clean.append((name, value))
        return tuple(clean), kinds

    def _secret_header(self, name: str, value: str) -> str:
        """Redact a header that is always secret; the last ones are cached, as most repeat."""
        known, key = self._headers, (name, value)
        if key not in known:
            if len(known) >= REMEMBERED:
                self._headers = known = {}
            known[key] = self._unnamed(name.lower(), value)
        return known[key]

    def _unnamed(self, name: str, value: str) -> str:
        if name == "cookie":
            return ";".join(map(self._cookie, value.split(";")))
        if name == "set-cookie":
            return self._cookie(value)
        clean, kinds = self._clean_text(value)
        if kinds:
            return clean
        scheme = _SCHEME.match(value)
        start = scheme.end() if scheme else 0
        key, colon, signature = value[start:].partition(":")
        return value[:start] + (f"{key}:{self.pseudonym(signature)}" if colon else self.pseudonym(key))

    def _cookie(self, text: str) -> str:
        name, equals, rest = text.partition("=")
        value, semicolon, attributes = rest.partition(";")
        return f"{name}{equals}{self.pseudonym(value)}{semicolon}{attributes}"


def session_of(request: Request, answer: Response | Failure) -> str:
    """Return the session that a log-in answers, or an empty string for any other exchange."""
    log_in = request.method == "PUT" and request.path.partition("?")[0].endswith("/login")
    if not log_in or isinstance(answer, Failure) or answer.status != 200:
        return ""
    body = decode(answer.body)
    found = body.get("inventory") if isinstance(body, dict) else None
    uuid = found.get("uuid") if isinstance(found, dict) else None
    return uuid if isinstance(uuid, str) else ""


def _cookies(answer: Response | Failure) -> list[str]:
    """Return the values of the cookies that an answer sets, but for words."""
    headers = answer.headers if isinstance(answer, Response) else ()
    values = [value.partition("=")[2].partition(";")[0] for name, value in headers if name == "set-cookie"]
    return [value for value in values if len(value) >= TOKEN]


def _haystack(request: Request, answer: Response | Failure) -> bytes:
    """Return all of an exchange but the headers that are secret anyhow."""
    texts = [request.path]
    texts += [f"{name}\n{value}" for name, value in request.headers if name.lower() not in SENT_SECRETS]
    parts = [request.body or b""]
    if isinstance(answer, Failure):
        texts.append(answer.detail)
    else:
        texts += [f"{name}\n{value}" for name, value in answer.headers if name not in ANSWERED_SECRETS]
        parts.append(answer.body)
    return b"\n".join((_bytes("\n".join(texts)), *parts))


def _passing_secrets(request: Request, answer: Response) -> list[tuple[str, str]]:
    """Return secrets of this exchange alone, with the kind that is leaked where the body shows one.

    A cookie and a signature live for one exchange. A session that we do not know is one that a test made up: it is
    replaced as it was in the request, and showing it is no leak.
    """
    found = [("cookie", cookie) for cookie in _cookies(answer)]
    for name, value in request.headers:
        if name.lower() == "authorization":
            token = value.partition(" ")[2]
            _, colon, signature = token.partition(":")
            found.append(("signature", signature) if colon else ("", token))
    return [(kind, token) for kind, token in found if len(token) >= LEAST]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
