"""Where a path leads: into which application, to which servlet. Source: CoyoteAdapter, Spring's UrlPathHelper."""

from __future__ import annotations

import re

from pytest_zstack_ticket.simulator.http.routes import decoded

CONTEXT = "/zstack"
_PARAMETERS = re.compile(r";[^/]*")
_SLASHES = re.compile("/{2,}")
_ESCAPE = re.compile("%(.{0,2})")


def bare(path: str) -> str:
    """Decode a path without its path parameters."""
    return decoded(_PARAMETERS.sub("", path))


def normalized(path: str) -> str:
    """Resolve doubled slashes and segments of one or two dots; empty for a path that leads above its root."""
    kept: list[str] = []
    segments = _SLASHES.sub("/", path).split("/")[1:]
    for segment in segments:
        if segment == "..":
            if not kept:
                return ""
            kept.pop()
        elif segment != ".":
            kept.append(segment)
    # what ends in a dot or two is a folder
    return "/" + "/".join(kept) + ("/" if segments[-1] in (".", "..") and kept else "")


def refused_escape(path: str) -> str:
    """Say in Tomcat's words what is wrong with the first bad escape; empty for a path that can be decoded."""
    for match in _ESCAPE.finditer(_PARAMETERS.sub("", path)):
        digits = match[1]
        if len(digits) < 2:
            return "End of file (EOF)"
        if not re.fullmatch("[0-9a-fA-F]{2}", digits):
            return "The hexadecimal encoding is invalid"
        if digits.lower() == "2f":
            return "The encoded slash character is not allowed"
    return ""


def below_root(path: str) -> str:
    """Take the name of the context off a path, as it stands there."""
    first = path[1:].partition("/")[0]
    return path[len(first) + 1 :] if f"/{bare(first)}" == CONTEXT else path


def servlet_path(path: str) -> str:
    """Path below the context root as the container resolves it."""
    whole = normalized(bare(path))
    return whole.removeprefix(CONTEXT) if whole.startswith(f"{CONTEXT}/") else normalized(bare(CONTEXT + path))[7:]


def reaches_api(path: str) -> bool:
    """Whether the dispatcher finds the API's controller for a path below the context root."""
    mapped, asked = servlet_path(path), bare(path)
    sought = _SLASHES.sub("/", asked)
    sought = sought if sought in mapped else asked
    found = mapped if not sought.startswith(mapped) else sought[len(mapped) :] or asked
    return [segment for segment in found.split("/") if segment][:1] == ["v1"] and found.startswith("/")
