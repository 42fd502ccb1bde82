"""Requests read carelessly, for faults: overlong UTF-8, members by nearly their names, methods from other places."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from urllib.parse import parse_qsl, quote, unquote

from pytest_zstack_ticket.model.exchange import Json, Request
from pytest_zstack_ticket.simulator.fault_points import Active
from pytest_zstack_ticket.simulator.state import CallContext, first_header

_OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
_INVISIBLE = re.compile("[\\s\u200b\u200c\u200d\ufeff]")
_CYRILLIC = str.maketrans("\u0430\u0441\u0435\u043e\u0440", "aceop")
_LEADS = ((0xFC, 5), (0xF8, 4), (0xF0, 3), (0xE0, 2), (0xC0, 1))
_LAST = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)
_WORDS = ("accountSystemType", "statusEvent")


def acting_request(request: Request, active: Active) -> Request:
    """Return the request that a target with a fault takes this one for."""
    if not active.without("override-method"):
        named = [value for name in _OVERRIDES if (value := first_header(request, name))]
        found = re.search(r"[?&]_method=([A-Z]+)", request.path)
        method = (named or [found[1] if found else request.method])[0]
        return replace(request, method=method)
    if (path := first_header(request, "X-Original-URL")) and not active.without("override-path"):
        return replace(request, path=path.removeprefix("/zstack"))
    if request.method in ("GET", "HEAD", "OPTIONS") and request.body and not active.without("safe-method-acts"):
        return replace(request, method="PUT" if "/actions" in request.path else "POST")
    return request if active.without("dots-resolved") else replace(request, path=_resolved(request.path))


def _resolved(target: str) -> str:
    """Return a target whose path is decoded once more, without parameters of its segments and without dots."""
    path, mark, query = target.partition("?")
    segments: list[str] = []
    for segment in unquote(path).split("/"):
        name = segment.partition(";")[0]
        if name == "..":
            del segments[-1:]
        elif name:
            segments.append(quote(name))
    return f"/{'/'.join(segments)}{mark}{query}"


def overlong_text(data: bytes) -> str:
    """Decode UTF-8 without looking whether a sequence is the shortest, or whole."""
    parts, at = [], 0
    while at < len(data):
        lead = data[at]
        more = next((count for first, count in _LEADS if lead >= first), 0)
        code = lead & (0x7F >> (more + (more > 0)))
        for byte in data[at + 1 : at + 1 + more]:
            code = code << 6 | byte & 0x3F
        parts.append("?" if code > _LAST or code in _SURROGATES else chr(code))
        at += 1 + more
    return "".join(parts)


def nearly_named(context: CallContext, sent: dict[str, Json]) -> dict[str, Json]:
    """Return the members of a message by the names and words that a target with a fault takes them for."""
    if not context.without("merge-parameters"):
        names = {field.name for field in context.fields}
        asked = parse_qsl(context.request.path.partition("?")[2])
        sent = sent | {key: value for key, value in asked if key in names}
    if not context.without("keys-trimmed"):
        sent = {_INVISIBLE.sub("", key): value for key, value in sent.items()}
    if not context.without("keys-any-case"):
        known = {field.name.lower(): field.name for field in context.fields}
        sent = {known.get(key.lower(), key): value for key, value in sent.items()}
    if not context.without("fold-lookalikes"):
        sent = {_folded(key): _folded(value) if key in _WORDS else value for key, value in sent.items()}
    return sent


def _folded(value: Json) -> Json:
    return unicodedata.normalize("NFKC", value).translate(_CYRILLIC) if isinstance(value, str) else value
