"""What a witness keeps of an exchange that passed it: digests that evidence can be held to, and no secret.

Both sides come to the digests by the functions of this module, from exchanges that were masked.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from typing import Literal, TypeAlias

from pytest_zstack_ticket.model.exchange import Headers, JsonObject, Request, Response
from pytest_zstack_ticket.redaction.mask import Mask

OF_THE_LINE = frozenset(
    {"host", "content-length", "transfer-encoding", "accept-encoding", "connection", "cookie", "date", "authorization"}
)
"""Request headers that the transport adds or signs below the evidence; Authorization is compared by itself."""
OF_THE_LINE_RAW = frozenset({b"cookie", b"date", b"authorization"})
"""Of these, those that stand in no framing of ours."""
LONGEST_PATH = 200
KEY_SCHEME = "ZStack"
"""Authorization of a request that is signed with an access key: each signature is another one."""
SESSION = 16
"""Characters from which on a text may be a session; pseudonyms of shorter ones may be equal by chance."""
_SCHEME = re.compile(r"(OAuth|[A-Za-z]+ )? *")

End: TypeAlias = Literal["complete", "client", "target", "unreadable", "too-large"]
"""How an exchange ended: with a whole answer; because the client or the target closed the connection before; with an
answer that is not HTTP, not packed as it says, or longer than a run reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnessed:
    """One exchange as a witness keeps it: `at` in seconds since the epoch, `elapsed` in seconds, `size` in bytes.

    `request` and `answer` are digests, empty for what could not be read as HTTP; `raw` is that of the request's bytes,
    for requests that close their connection. `who` numbers the sessions in the order in which they were seen, 0 for no
    session. `leaks` are the kinds of secrets that the answer showed where they have no place.
    """

    number: int
    at: float
    elapsed: float
    method: str
    path: str
    request: str
    raw: str
    auth: str
    who: int
    answer: str
    status: int
    size: int
    end: End
    leaks: list[str]


def witnessed_to_json(one: Witnessed) -> JsonObject:
    """Return an exchange as a line of a record."""
    return {"type": "exchange", **asdict(one)}


def witnessed_from_json(entry: JsonObject) -> Witnessed:
    """Read a line of a record that fits its schema."""
    return Witnessed(**{key: value for key, value in entry.items() if key != "type"})


def request_digest(request: Request, target: str) -> str:
    """Digest a masked request; `target` is the path with the context root before it."""
    headers = [
        [name.lower(), _on_the_line(value)] for name, value in request.headers if name.lower() not in OF_THE_LINE
    ]
    return _digest([request.method, target, headers, _sha256(request.body or b"")])


def answer_digest(answer: Response) -> str:
    """Digest a masked answer: status, headers and unpacked body."""
    return _digest([answer.status, [list(pair) for pair in answer.headers], _sha256(answer.body)])


def raw_digest(raw: bytes, mask: Mask) -> str:
    """Digest the bytes of a request, but for the lines of its head that the transport adds or signs."""
    blank = len(raw) - len(raw.lstrip(b"\r\n"))
    head, end, body = raw[blank:].partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if line.partition(b":")[0].lower() not in OF_THE_LINE_RAW]
    return _sha256(mask.bytes(raw[:blank] + b"\r\n".join(lines) + end + body))


def authorization(headers: Headers) -> str | None:
    """Return the Authorization of a request, None without one."""
    return next((value.strip(" \t") for name, value in headers if name.lower() == "authorization"), None)


def auth_kind(value: str | None) -> str:
    """Return what is compared of an Authorization besides whose it is: its scheme, and how long it is."""
    if value is None:
        return ""
    if value == "" or value.startswith(f"{KEY_SCHEME} "):
        # evidence has an empty one where the transport signed
        return KEY_SCHEME
    return f"{value[: _start(value)].strip()}:{len(token_of(value))}"


def token_of(value: str) -> str:
    """Return the part of an Authorization that is secret."""
    return value[_start(value) :]


def session_of(value: str | None) -> str:
    """Return whose session an Authorization names, empty for none, a signature, or a word too short to tell apart."""
    token = "" if value is None or auth_kind(value) == KEY_SCHEME else token_of(value)
    return token if len(token) >= SESSION else ""


def _start(value: str) -> int:
    found = _SCHEME.match(value)
    return found.end() if found else 0


def _on_the_line(value: str) -> str:
    """Return the value of a header as a reader of the line sees it: latin-1, UTF-8 where that does not do."""
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        value = value.encode("utf-8", "surrogateescape").decode("latin-1")
    return value.strip(" \t")


def _digest(parts: list[object]) -> str:
    return _sha256(json.dumps(parts, ensure_ascii=True, separators=(",", ":")).encode())


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
