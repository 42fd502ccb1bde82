"""Hide secrets in exchanges so that one who saw them on the line and one who has the evidence come to the same text.

Evidence holds pseudonyms of the same length in the place of secrets, and only the run knows which pseudonym
stands for which secret. Both are hidden here by the same rules, whoever knows what: what is left is the same. What a
log-in answers, cookies, the Authorization of an exchange, passwords in log-ins and sessions in paths are hidden.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace

from pytest_zstack_ticket.api.strict_json import decode
from pytest_zstack_ticket.model.exchange import Exchange, Json, Response
from pytest_zstack_ticket.redaction.redactor import Redactor

HIDDEN = "0"
"""What stands for each character where the place alone says that a text is a secret."""
TAGS = "systemTags"
DIGITS = 128
_DIGEST = re.compile(rb"[0-9A-Fa-f]{%d}" % DIGITS)
"""A password as log-ins send it: its SHA-512 (AccountConstant.java)."""
_PART = re.compile(rb"[0-9A-Fa-f]{%d,%d}" % (DIGITS // 2, DIGITS))
"""It, or the half of it that a log-in has to refuse."""
_SESSION = re.compile(r"(/accounts/sessions/)([^/?]+)")


class Mask(Redactor):
    """Hides secrets. It learns them from the exchanges that it masks, as the redactor of a run does.

    Every secret becomes the same digits, which follow from the `salt`. A target that knew them could answer them where
    the evidence has what it claims to be a secret, so a salt must not be known before all is recorded.
    """

    def __init__(self, salt: bytes) -> None:
        super().__init__(salt)
        self._salt = salt
        self._digits = ""

    def pseudonym(self, secret: str) -> str:
        """Return what hides a secret: its length stays, as that of its pseudonym does.

        Digits are the same in capitals, in URLs and in JSON, so no encoding of them differs from another.
        """
        while len(self._digits) < len(secret):
            block = hashlib.sha512(self._salt + len(self._digits).to_bytes(8, "big")).digest()
            self._digits += "".join(str(byte % 10) for byte in block)
        return self._digits[: len(secret)]

    def masked(self, exchange: Exchange) -> Exchange:
        """Return an exchange in which everything is hidden that may be a secret."""
        clean = self.exchange(exchange)
        request, answer = clean.request, clean.answer
        path = _SESSION.sub(lambda found: found[1] + HIDDEN * len(found[2]), request.path)
        log_in = path.partition("?")[0].endswith("/login")
        body = _without_digests(request.body or b"", _PART if log_in else _DIGEST)
        if log_in:
            body = _without_tags(body)
        if isinstance(answer, Response):
            answer = replace(answer, body=_without_digests(answer.body))
        return replace(clean, request=replace(request, path=path, body=body), answer=answer)

    def bytes(self, content: bytes) -> bytes:
        """Return the bytes of a request in which known secrets are hidden."""
        log_in = b"/login" in content.partition(b"\n")[0]
        return _without_digests(self._clean(content)[0], _PART if log_in else _DIGEST)


def _without_digests(content: bytes, digest: re.Pattern[bytes] = _DIGEST) -> bytes:
    return digest.sub(lambda found: HIDDEN.encode() * len(found[0]), content)


def _without_tags(body: bytes) -> bytes:
    """Hide the system tags of a log-in, which carry the code of a second factor; other texts stay."""
    value = decode(body)
    if not isinstance(value, dict) or TAGS not in value:
        return body
    return json.dumps({**value, TAGS: _hidden(value[TAGS])}, sort_keys=True).encode()


def _hidden(value: Json) -> Json:
    if isinstance(value, list):
        return [_hidden(one) for one in value]
    return HIDDEN * len(value) if isinstance(value, str) else value
