"""A request as a curl command: the session comes from an environment variable, never from the record.

Every byte survives: text is quoted for any POSIX shell, anything else is piped in by printf.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Mapping
from types import MappingProxyType

from pytest_zstack_ticket.model.exchange import Request

MAX_BODY_BYTES = 100_000
_SET_BY_CURL = frozenset({"content-length", "host", "accept-encoding"})
_SENT_BY_CURL = frozenset({("connection", "keep-alive"), ("accept", "*/*")})
SESSION_VARIABLE = "ZSTACK_SESSION"
_SESSION = re.compile(r"Authorization: OAuth [0-9A-Za-z]{16,}")
_ESCAPE = re.compile(rb"\\([0-7]{3})")


def curl_line(
    request: Request, base_url: str, *, ours: Collection[str] = (), others: Mapping[str, str] = MappingProxyType({})
) -> str:
    """Write the curl command of a redacted request.

    `ours` are the Authorization values that stand for the session of the run, `others` those of other users with the
    variable for each. A body over 100000 bytes is left out, and said so.
    """
    variables = {**others, **dict.fromkeys(ours, SESSION_VARIABLE)}
    arguments = ["curl", "-sS", "-i", "-g", "--path-as-is", "-X", shlex.quote(request.method)]
    given = set()
    for name, value in request.headers:
        if name.lower() not in _SET_BY_CURL and (name.lower(), value.lower()) not in _SENT_BY_CURL:
            given.add(name.lower())
            arguments += [
                "-H",
                f'"Authorization: OAuth ${variables[value]}"'
                if name.lower() == "authorization" and value in variables
                else _quoted(f"{name}: {value}" if value else f"{name};"),
            ]
    body, piped = request.body, ""
    if body is not None:
        if "content-type" not in given:
            arguments += ["-H", "Content-Type:"]
        if len(body) > MAX_BODY_BYTES:
            piped = f": 'a body of {len(body)} bytes: take it from the evidence' | "
            arguments += ["--data-binary", "@-"]
        elif _plain(body):
            arguments += ["--data-raw", shlex.quote(body.decode())]
        else:
            piped = f"{_printf(body)} | "
            arguments += ["--data-binary", "@-"]
    return f"{piped}{' '.join(arguments)} {_quoted(base_url + request.path)}"


def sent_body(curl: str) -> bytes | None:
    """Bytes of the body that a command sends, None if it sends none or not all of it."""
    words = shlex.split(curl)
    if words[:1] == ["printf"] and "--data-binary" in words:
        return _ESCAPE.sub(lambda found: bytes([int(found[1], 8)]), words[1].encode())
    if "--data-raw" in words:
        return words[words.index("--data-raw") + 1].encode()
    return None


def has_stand_in(curl: str) -> bool:
    """Say whether a command holds a session itself: redacted, so that it stands for the one that was sent."""
    return _SESSION.search(curl) is not None


def with_body_file(curl: str, path: str) -> str:
    """Write the command so that it reads its body from a file, and is short enough for a terminal."""
    body = sent_body(curl)
    if body is None:
        return curl
    if curl.startswith("printf "):
        return curl.removeprefix(f"{_printf(body)} | ").replace("--data-binary @-", f"--data-binary {_file(path)}", 1)
    return curl.replace(f"--data-raw {shlex.quote(body.decode())}", f"--data-binary {_file(path)}", 1)


def _file(path: str) -> str:
    return shlex.quote(f"@{path}")


def _plain(content: bytes) -> bool:
    """Say whether a terminal shows the text as it is and a shell can hold it."""
    try:
        return content.decode("utf-8").isprintable()
    except UnicodeDecodeError:
        return False


def _quoted(text: str) -> str:
    if text.isprintable():
        return shlex.quote(text)
    return f'"$({_printf(text.encode("utf-8", "surrogateescape"))})"'


def _printf(content: bytes) -> str:
    """Write a printf command that outputs exactly these bytes; octal escapes are the ones that every shell has."""
    parts = [chr(byte) if _needs_no_escape(byte) else f"\\{byte:03o}" for byte in content]
    return f"printf '{''.join(parts)}'"


def _needs_no_escape(byte: int) -> bool:
    return 0x20 <= byte < 0x7F and byte not in b"'\\%"
