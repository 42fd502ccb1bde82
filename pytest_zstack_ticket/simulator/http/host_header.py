"""What Tomcat's parser says of a Host header that is no host. Source: its classes HttpParser and Host, 8.5.100."""

from __future__ import annotations

import re

from pytest_zstack_ticket.simulator.http.tomcat_pages import host_report

_LETTER = re.compile("[A-Za-z0-9]")
_FIGURES = re.compile(r"\d[\d.]*", re.ASCII)
_NAME = re.compile("[A-Za-z-]")
_SIX = re.compile(r"\[[0-9A-Fa-f:.]+\](?::\d*)?\Z", re.ASCII)
_NOT_SIX = re.compile(r"[^0-9A-Fa-f:.\]]")
_DOMAIN = ("HttpParser.readHostDomainName(HttpParser.java:950)", "Host.parse(Host.java:62)")
_AFTER = {".": "after a period in", "-": "after a hyphen in"}


def refused_host(host: str) -> str:
    """Page for a host that the parser refuses; an empty text for one that it takes, an empty host included."""
    if host.startswith("["):
        return _refused_six(host)
    if host and not _LETTER.match(host):
        return host_report("", "Host.parse(Host.java:69)")
    figures = _FIGURES.match(host)
    beyond = host[figures.end() :] if figures else ""
    return _refused_four(beyond) if beyond and not _NAME.match(beyond) else _refused_name(host)


def _refused_name(host: str) -> str:
    before = ""
    for at, mark in enumerate(host):
        if mark == ":":
            return _refused_end(before) or _refused_port(host[at + 1 :], 956, 62)
        if mark not in ".-" and not _LETTER.match(mark):
            return _never(mark)
        if (mark == "." and before in (".", "-")) or (mark == "-" and before == "."):
            text = f"The character [{mark}] is not valid {_AFTER[before]} a domain name."
            line = 1048 if mark == "." else 1060
            return host_report(text, f"HttpParser$DomainParseState.next(HttpParser.java:{line})", *_DOMAIN)
        before = mark
    return _refused_end(before)


def _never(mark: str) -> str:
    text = f"The character [{mark}] is never valid in a domain name."
    return host_report(text, "HttpParser$DomainParseState.next(HttpParser.java:1064)", *_DOMAIN)


def _refused_end(before: str) -> str:
    if before != "-":
        return ""
    text = "The state [HYPHEN] is not valid for the end of a segment."
    return host_report(text, "HttpParser$DomainParseState.next(HttpParser.java:1038)", *_DOMAIN)


def _refused_port(port: str, line: int, caller: int) -> str:
    if not port or (port.isascii() and port.isdecimal()):
        return ""
    reader = "HttpParser.readHostDomainName" if caller == 62 else "HttpParser.readHostIPv4"
    frames = (f"{reader}(HttpParser.java:{line})", f"Host.parse(Host.java:{caller})")
    return host_report("", "HttpParser.validatePort(HttpParser.java:971)", *frames)


def _refused_four(beyond: str) -> str:
    """Judge what comes after the figures and periods of an address: a port, or what cannot be there."""
    if beyond[0] == ":":
        return _refused_port(beyond[1:], 844, 64)
    text = f"The character [{beyond[0]}] is never valid in an IPv4 address."
    return host_report(text, "HttpParser.readHostIPv4(HttpParser.java:828)", "Host.parse(Host.java:64)")


def _refused_six(host: str) -> str:
    if _SIX.match(host):
        return ""
    bad = _NOT_SIX.search(host, 1)
    text = f"The character [{bad[0] if bad else chr(0xFFFF)}] is never valid in an IPv6 address."
    return host_report(text, "HttpParser.readHostIPv6(HttpParser.java:920)", "Host.parse(Host.java:66)")
