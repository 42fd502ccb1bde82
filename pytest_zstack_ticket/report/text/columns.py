"""Columns of a terminal: how many a text takes, how it is cut and wrapped, and escapes for what could steer it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)


def visible(text: str) -> str:
    """Write control, bidirectional and invisible characters of a text as escapes."""
    return escapes(text, str)


def escapes(text: str, around: Callable[[str], str]) -> str:
    """Write a text as `visible` does, with each escape as `around` returns it."""
    return _UNSAFE.sub(lambda found: around(_escape(found)), text)


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return {9: "\\t", 10: "\\n", 13: "\\r"}.get(code) or (f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")


def width(text: str) -> int:
    """Count the columns of a text; a control character counts as one."""
    if text.isascii() and text.isprintable():
        return len(text)
    from wcwidth import wcswidth, wcwidth  # noqa: PLC0415 - its tables take long to load, and most text is ASCII

    columns = wcswidth(text)
    return columns if columns >= 0 else sum(abs(wcwidth(character)) for character in text)


def _clusters(text: str) -> Iterator[str]:
    """Yield what a terminal shows as one character: a letter with its combining marks, an emoji sequence."""
    if text.isascii():
        yield from text
        return
    cluster = ""
    for character in text:
        if cluster and (width(character) == 0 or width(cluster + character) == width(cluster)):
            cluster += character
        else:
            yield from filter(None, [cluster])
            cluster = character
    yield from filter(None, [cluster])


def pad(text: str, columns: int) -> str:
    """Fill a text up with spaces."""
    return text + " " * max(0, columns - width(text))


def shortened(text: str, columns: int) -> str:
    """Cut a text to a width, with an ellipsis if something is missing."""
    if width(text) <= columns:
        return text
    kept, used = [], 0
    for cluster in _clusters(text):
        used += width(cluster)
        if used > columns - 1:
            break
        kept.append(cluster)
    return f"{''.join(kept)}…"


def wrapped(text: str, columns: int) -> list[str]:
    """Break a text into lines: at spaces, between CJK characters, and within words that are longer than a line."""
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        if width(line) + width(piece.rstrip()) > columns and line:
            lines.append(line.rstrip())
            line = ""
        for part in _cut(piece, columns):
            if line and width(line) + width(part.rstrip()) > columns:
                lines.append(line.rstrip())
                line = ""
            line += part
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def folded(text: str, columns: int, indent: str = "  ") -> list[str]:
    """Break a text into lines as `wrapped` does, all but the first of them indented."""
    first, *more = wrapped(text, columns)
    if not more:
        return [first]
    rest = text[len(first) :].strip()
    return [first, *(f"{indent}{line}" for line in wrapped(rest, columns - width(indent)))]


def chopped(text: str, columns: int) -> list[str]:
    """Break a text into full lines wherever their end falls, as data is best shown."""
    lines, line, used = [], "", 0
    for cluster in _clusters(text):
        if used + width(cluster) > columns:
            lines.append(line)
            line, used = "", 0
        line += cluster
        used += width(cluster)
    return [*lines, line] if line or not lines else lines


def _pieces(text: str) -> list[str]:
    """Split after each space and around each wide character."""
    pieces: list[str] = []
    before = 0
    for cluster in _clusters(text):
        here = width(cluster)
        if pieces and not pieces[-1].endswith(" ") and here < 2 and before < 2:
            pieces[-1] += cluster
        else:
            pieces.append(cluster)
        before = here
    return pieces


def _cut(piece: str, columns: int) -> list[str]:
    return [piece] if width(piece.rstrip()) <= columns else chopped(piece, columns)
