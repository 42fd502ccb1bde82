"""Set text of any origin into columns: CJK counts double, and what could steer a terminal is shown, not sent."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)


def visible(text: str) -> str:
    """Return a text with control, bidirectional and invisible characters written as escapes."""
    return escapes(text, str)


def escapes(text: str, around: Callable[[str], str]) -> str:
    """Return a text as `visible` does, with each escape as `around` returns it."""
    return _UNSAFE.sub(lambda found: around(_escape(found)), text)


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return {9: "\\t", 10: "\\n", 13: "\\r"}.get(code) or (f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")


def width(text: str) -> int:
    """Return how many columns a text takes."""
    return sum(_columns(letter) for letter in text)


def _columns(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def pad(text: str, columns: int) -> str:
    """Return a text filled up with spaces."""
    return text + " " * max(0, columns - width(text))


def shortened(text: str, columns: int) -> str:
    """Return the beginning of a text that fits, with an ellipsis if something is missing."""
    if width(text) <= columns:
        return text
    kept, used = [], 0
    for letter in text:
        used += _columns(letter)
        if used > columns - 1:
            break
        kept.append(letter)
    return f"{''.join(kept)}…"


def wrapped(text: str, columns: int) -> list[str]:
    """Break a text into lines: at spaces, between CJK letters, and within a word only if it is too long for a line."""
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


def chopped(text: str, columns: int) -> list[str]:
    """Break a text into full lines wherever their end falls, as data is best shown."""
    lines, line, used = [], "", 0
    for letter in text:
        if used + _columns(letter) > columns:
            lines.append(line)
            line, used = "", 0
        line += letter
        used += _columns(letter)
    return [*lines, line] if line or not lines else lines


def _pieces(text: str) -> list[str]:
    """Split after each space and around each wide letter."""
    pieces: list[str] = []
    for letter in text:
        joins = pieces and not pieces[-1].endswith(" ") and _columns(letter) < 2 and _columns(pieces[-1][-1]) < 2
        if joins:
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces


def _cut(piece: str, columns: int) -> list[str]:
    return [piece] if width(piece.rstrip()) <= columns else chopped(piece, columns)
