"""Write a request as one curl line that anybody can run: the session comes from the environment, never from here.

Every byte survives: text is quoted for any POSIX shell, anything else is piped in by printf.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Mapping
from types import MappingProxyType

from pytest_zstack_ticket.model.exchange import Request

MAX_BODY_BYTES = 100_000
_OWN = frozenset({"content-length", "host", "accept-encoding"})
SESSION = "ZSTACK_SESSION"


def curl_line(
    request: Request, base_url: str, *, ours: Collection[str] = (), others: Mapping[str, str] = MappingProxyType({})
) -> str:
    """Return the curl line of a redacted request.

    `ours` are the Authorization values that stand for our session, `others` those of people beside us with the variable
    for each. A body over 100000 bytes is left out, and said so.
    """
    variables = {**others, **dict.fromkeys(ours, SESSION)}
    words = ["curl", "-sS", "-i", "-g", "--path-as-is", "-X", shlex.quote(request.method)]
    named = set()
    for name, value in request.headers:
        if name.lower() not in _OWN:
            named.add(name.lower())
            words += [
                "-H",
                f'"Authorization: OAuth ${variables[value]}"'
                if name.lower() == "authorization" and value in variables
                else _word(f"{name}: {value}" if value else f"{name};"),
            ]
    body, piped = request.body, ""
    if body is not None:
        if "content-type" not in named:
            words += ["-H", "Content-Type:"]
        if len(body) > MAX_BODY_BYTES:
            piped = f": 'a body of {len(body)} bytes: take it from the evidence' | "
            words += ["--data-binary", "@-"]
        elif _plain(body):
            words += ["--data-raw", shlex.quote(body.decode())]
        else:
            piped = f"{_printf(body)} | "
            words += ["--data-binary", "@-"]
    return f"{piped}{' '.join(words)} {_word(base_url + request.path)}"


def _plain(content: bytes) -> bool:
    """Return True for text that a terminal shows as it is and a shell can hold."""
    try:
        return content.decode("utf-8").isprintable()
    except UnicodeDecodeError:
        return False


def _word(text: str) -> str:
    if text.isprintable():
        return shlex.quote(text)
    return f'"$({_printf(text.encode("utf-8", "surrogateescape"))})"'


def _printf(content: bytes) -> str:
    """Return a printf command that writes exactly these bytes; octal escapes are the ones that every shell has."""
    letters = [chr(byte) if _harmless(byte) else f"\\{byte:03o}" for byte in content]
    return f"printf '{''.join(letters)}'"


def _harmless(byte: int) -> bool:
    return 0x20 <= byte < 0x7F and byte not in b"'\\%"
