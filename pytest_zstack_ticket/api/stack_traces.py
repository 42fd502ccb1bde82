"""Find stack traces in an answer, whatever the platform that wrote it, as text, in JSON or on a page."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from pytest_zstack_ticket.api.strict_json import CUT, Undecodable, decode, text_of
from pytest_zstack_ticket.model.exchange import Json

_PLACE = r"(?:file://|/|[A-Za-z]:[\\/])[^\n()'\"]{1,300}?"
"""A file by its whole path."""
_LOOSE = (r"(?:\t|\n    )at \S[^\n]{0,200}", r"Caused by: ")
"""What no answer of the API says but in a trace; on a page in other words it may be part of a sentence."""
_SURE = (
    # Java: also as Tomcat's error page prints it, each frame on a line of its own without `at`
    r"\n[ \t]*[\w.$/;&#]+\((?:[\w$]+\.java:\d+|Native Method|Unknown Source)\)",
    r"\bat [\w.$/<>]+\((?:[\w$]+\.(?:java|kt|scala|groovy):\d+|Native Method|Unknown Source)\)",
    # Python
    r"Traceback \(most recent call last\)",
    r'\bFile "[^"\n]{1,300}(?:\.py|>)", line \d+',
    # PHP
    r"\bPHP (?:Fatal|Parse) error: ",
    rf"\b(?:Fatal|Parse) error: [^\n]{{0,500}}? in {_PLACE}(?::| on line )\d+",
    rf"\bUncaught (?:PHP Exception )?[\w\\]+[^\n]{{0,500}}? in {_PLACE}:\d+",
    rf"#\d+ (?:{_PLACE}\(\d+\)|\[internal function\]): ",
    r"#\d+ \{main\}",
    # Ruby
    r"\.(?:rb|erb|ru):\d+:in [`'‘]",
    # Node
    rf"\bat (?:[\w$.<>\[\] ]{{1,120}} \(|){_PLACE}\.[cm]?[jt]sx?:\d+:\d+",
    r"\bnode:[\w/]+:\d+:\d+",
    # Go
    r"goroutine \d+ \[[\w ,()]{1,60}\]:",
    r"\.go:\d+ \(?\+?0x[0-9a-f]+",
    # .NET
    r"\bat [\w.<>`$+\[\],]+\([^\n()]*\) in [^\n]{1,300}?:line \d+",
    r"\n {2,}at [\w.<>`$+\[\],]+\([^\n()]*\)(?=\r?\n|\Z)",
    r"--- End of (?:inner exception )?stack trace",
    # Rust
    r"\bpanicked at (?:'[^\n]{0,300}', )?[^\s'\"]+\.rs:\d+:\d+",
    r"\bRUST_BACKTRACE=",
)
_TRACE = re.compile("|".join((*_LOOSE, *_SURE)))
_SURE_TRACE = re.compile("|".join(_SURE))
_ESCAPE = re.compile(r'\\([nrt"\\/])')
_LINE_END = re.compile(r"<(?:br|p|pre|div|li|td|h\d)\b[^<>]{0,200}>", re.IGNORECASE)
_WORD_MARK = re.compile(r"</?(?:b|i|em|strong|code|span|a|u)(?:\s[^<>]{0,200})?>", re.IGNORECASE)


def traces_in(body: bytes) -> Iterator[str]:
    """Yield each place of a body at which a stack trace shows."""
    return (found[0].strip() for found in _TRACE.finditer(said_in(body)))


def is_surely_trace(body: bytes) -> bool:
    """Return True for a body that shows a stack trace, whoever wrote the body."""
    return _SURE_TRACE.search(said_in(body)) is not None


def said_in(body: bytes) -> str:
    """Return what a body says to people: the texts of its JSON, or a page, without marks and escapes."""
    value = decode(body)
    said = text_of(body) if isinstance(value, Undecodable) else "\n".join(_texts(value))
    if CUT in said:
        said = text_of(body)
    if "\\" in said:  # JSON within a text
        said += "\n" + _ESCAPE.sub(lambda found: {"n": "\n", "t": "\t", "r": "\r"}.get(found[1], found[1]), said)
    return "\n" + html.unescape(_WORD_MARK.sub("", _LINE_END.sub("\n", said)))


def _texts(value: Json) -> Iterator[str]:
    """Yield every text within a JSON value, and the name of every member."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            yield from one
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
