"""How the Java platform writes and measures values: doubles, dates, trimming, string length."""

from __future__ import annotations

import math
from datetime import datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Literal, TypeAlias

DateStyle: TypeAlias = Literal["java8", "java9", "java20"]

BLANKS = "".join(map(chr, range(0x21)))
"""What String.trim removes at both ends: everything up to and including the space."""

LONG_MIN, LONG_MAX = -(2**63), 2**63 - 1
INT_MIN, INT_MAX = -(2**31), 2**31 - 1

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_PLAIN_FROM, _PLAIN_BELOW = 1e-3, 1e7
_SEPARATORS: dict[DateStyle, tuple[str, str]] = {"java8": ("", " "), "java9": (",", " "), "java20": (",", "\u202f")}


def units(text: str) -> int:
    """Return the length in UTF-16 units, as String.length counts it."""
    return len(text) + sum(character > "\uffff" for character in text)


def java_set_order(texts: list[str]) -> list[str]:
    """Put distinct texts, in the order in which they are added, into the order in which a HashSet hands them out."""
    size = 16
    while len(texts) * 4 > size * 3:
        size *= 2
    return sorted(texts, key=lambda text: _spread(_hash(text)) & (size - 1))


def _hash(text: str) -> int:
    """Return String.hashCode as an unsigned number."""
    data = text.encode("utf-16-le", "surrogatepass")
    code = 0
    for low, high in zip(data[::2], data[1::2], strict=True):
        code = (code * 31 + low + (high << 8)) & 0xFFFFFFFF
    return code


def _spread(code: int) -> int:
    return code ^ (code >> 16)


def trim(text: str) -> str:
    """Remove blanks at both ends as String.trim does."""
    return text.strip(BLANKS)


def double_text(value: float) -> str:
    """Write a finite double as Double.toString does: `1.0`, `1.545993580705E12`."""
    if value == 0 or _PLAIN_FROM <= abs(value) < _PLAIN_BELOW:
        return repr(value)
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    text = "".join(map(str, digits)).rstrip("0") or "0"
    power = len(digits) - 1 + int(exponent)
    return f"{'-' if sign else ''}{text[0]}.{text[1:] or '0'}E{power}"


def is_special(value: float) -> bool:
    """Tell whether a double is NaN or infinite, which JSON cannot hold."""
    return not math.isfinite(value)


def date_text(seconds: float, *, style: DateStyle = "java8", zone: tzinfo | None = None) -> str:
    """Write a time as gson's default US text in a zone, or the machine's: `Dec 28, 2018 6:38:25 PM`."""
    return _second_text(int(seconds), style, zone)


@lru_cache(maxsize=1024)
def _second_text(second: int, style: DateStyle, zone: tzinfo | None) -> str:
    when = datetime.fromtimestamp(second, zone)
    comma, gap = _SEPARATORS[style]
    hour = when.hour % 12 or 12
    half = "AM" if when.hour < 12 else "PM"
    clock = f"{hour}:{when.minute:02}:{when.second:02}{gap}{half}"
    return f"{_MONTHS[when.month - 1]} {when.day}, {when.year}{comma} {clock}"
