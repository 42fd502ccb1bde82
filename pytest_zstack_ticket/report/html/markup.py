"""Build markup of which every text is inert: what is not markup already is escaped, whoever wrote it."""

from __future__ import annotations

from html import escape
from typing import TypeAlias

from pytest_zstack_ticket.report.text.columns import escapes

VOID = frozenset({"meta"})
"""Elements of ours without an end; those of SVG all have one."""


class Markup(str):
    """Text that `element`, `shown` or `joined` made; it is never escaped again."""

    __slots__ = ()


Part: TypeAlias = str | int | float | None
"""What an element holds: markup as it is, anything else as text; None is nothing."""


def element(name: str, /, *parts: Part, **attributes: str | int | None) -> Markup:
    """Return an element. A trailing underscore of an attribute falls off, others are hyphens; None leaves it out."""
    words = [
        f' {key.rstrip("_").replace("_", "-")}="{shown(value, marked=False)}"'
        for key, value in attributes.items()
        if value is not None
    ]
    begin = f"<{name}{''.join(words)}>"
    return Markup(begin if name in VOID else f"{begin}{joined(*parts)}</{name}>")


def joined(*parts: Part, between: str = "") -> Markup:
    """Return parts after each other; `between` is markup or harmless text of ours."""
    return Markup(between.join(part if isinstance(part, Markup) else shown(part) for part in parts if part is not None))


def shown(value: Part, *, marked: bool = True) -> Markup:
    """Return a value as text; characters that could steer a page are escapes, marked as such outside attributes."""
    text = escape(str(value), quote=True)
    if text.isascii() and text.isprintable():
        return Markup(text)
    return Markup(escapes(text, _mark if marked else str))


def lines_of(text: str) -> Markup:
    """Return a text whose line breaks are line breaks, as an element that keeps white space shows it."""
    return joined(*(shown(line) for line in text.split("\n")), between="\n")


def anchor(key: str) -> str:
    """Return the fragment that leads to a requirement."""
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_") else "-" for letter in key)


def _mark(code: str) -> str:
    return f'<i class="esc">{code}</i>'
