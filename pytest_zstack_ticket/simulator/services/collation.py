"""Text as utf8_general_ci compares it: without case, accents and trailing blanks. Source: facts.md."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

BEYOND = "\uffff"
"""The last character that a table of three-byte characters holds."""


SHORT, REMEMBERED = 256, 1 << 16
"""Texts of up to so many characters are remembered, and so many texts: every query weighs the names of all tickets.

A run at effort certify makes some ten thousand; with fewer remembered each query would weigh each name anew.
"""


def astral(text: str) -> bool:
    """Whether a text has a character beyond U+FFFF."""
    return not text.isascii() and max(text) > BEYOND


def collated(text: str) -> str:
    """Weigh a whole text; the shorter of two is padded with blanks, so trailing ones do not count."""
    return weighed(text).rstrip(" ")


def weighed(text: str) -> str:
    """Weigh each character by itself, as LIKE compares them."""
    if text.isascii():
        return text.upper()
    return _remembered(text) if len(text) <= SHORT else _weighed(text)


@lru_cache(maxsize=REMEMBERED)
def _remembered(text: str) -> str:
    return _weighed(text)


def _weighed(text: str) -> str:
    return "".join(map(_weight, text))


@lru_cache(maxsize=4096)
def _weight(character: str) -> str:
    base = unicodedata.normalize("NFD", character)[0]
    upper = base.upper()
    return {"SS": "S"}.get(upper, upper if len(upper) == 1 else base)
