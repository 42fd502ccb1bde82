"""gson's lenient grammar: comments, bare words, single quotes, `;` and `=`, list holes, one value and nothing after.

Iterative, so that a body of any nesting is read or refused without exhausting the stack. Source: dossier 4.3.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from pytest_zstack_ticket.model.exchange import Json

DEPTH_LIMIT = 400
"""Nesting beyond which the target's parser overflows its stack; the real figure depends on the JVM (dossier 10.4)."""

_SPACE = " \n\r\t"
_NOT_LITERAL = frozenset("/\\;#={}[]:, \t\f\r\n")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\Z")
_WORDS: dict[str, Json] = {"true": True, "false": False, "null": None}
_ESCAPES = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", "\n": "\n", "'": "'", '"': '"', "\\": "\\", "/": "/"}
_MALFORMED = "com.google.gson.stream.MalformedJsonException"


class GsonError(Exception):
    """What gson says when it cannot read or bind a body."""

    def __init__(self, text: str, *, path: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.path = path

    @classmethod
    def expected(cls, wanted: str, found: str, path: str) -> GsonError:
        """Build the error for a token of the wrong kind."""
        text = f"java.lang.IllegalStateException: Expected {wanted} but was {found} at line 1 column 2 path {path}"
        return cls(text, path=path)


class TooDeepError(Exception):
    """The nesting overflows the parser's stack."""


class _OpenList:
    """A list whose end has not been read yet."""

    def __init__(self, items: list[Json]) -> None:
        self.items = items
        self.fresh = True

    def ended(self, reader: Reader) -> bool:
        fresh, self.fresh = self.fresh, False
        return reader.begins_with("]") if fresh else reader.separated("]", "array")

    def put(self, value: Json) -> None:
        self.items.append(value)


class _OpenObject:
    """An object whose end has not been read yet, and the name of the member that comes next."""

    def __init__(self, members: dict[str, Json]) -> None:
        self.members = members
        self.fresh = True
        self.name = ""

    def ended(self, reader: Reader) -> bool:
        fresh, self.fresh = self.fresh, False
        if reader.begins_with("}") if fresh else reader.separated("}", "object"):
            return True
        self.name = reader.name()
        return False

    def put(self, value: Json) -> None:
        self.members[self.name] = value


_Open: TypeAlias = _OpenList | _OpenObject


class Reader:
    """Reads one document; `number` decides what an untyped number becomes."""

    def __init__(self, text: str, number: Callable[[str], Json]) -> None:
        self.text = text
        self.number = number
        self.at = 1 if text.startswith("\ufeff") else 0
        self.stack: list[_Open] = []

    def document(self) -> Json:
        """Return the value of the whole text; None when there is none."""
        if self._skip() == "":
            return None
        value = self._value()
        if self._skip() != "":
            raise self._malformed("Use JsonReader.setLenient(true) to accept malformed JSON")
        return value

    def _value(self) -> Json:
        """Read one value of any depth. A container takes its place at once and is filled later."""
        root, opened = self._start()
        self._open(root, opened=opened)
        while self.stack:
            top = self.stack[-1]
            if top.ended(self):
                self.stack.pop()
                continue
            value, opened = self._start()
            top.put(value)
            self._open(value, opened=opened)
        return root

    def _open(self, value: Json, *, opened: bool) -> None:
        if not opened:
            return
        self.stack.append(_OpenList(value) if isinstance(value, list) else _OpenObject(value))
        if len(self.stack) > DEPTH_LIMIT:
            raise TooDeepError

    def separated(self, close: str, kind: str) -> bool:
        """Pass a separator, or the closing mark; tell whether it was the closing mark."""
        mark = self._skip()
        if mark not in (",", ";", close) or mark == "":
            raise self._malformed(f"Unterminated {kind}")
        self.at += 1
        return mark == close

    def begins_with(self, close: str) -> bool:
        """Pass the closing mark of an empty container, if it is there."""
        found = self._skip() == close
        self.at += found
        return found

    def name(self) -> str:
        """Read a member's name and what separates it from the value."""
        mark = self._skip()
        name = self._quoted() if mark in ('"', "'") else self._bare("Expected name")
        mark = self._skip()
        if mark not in (":", "="):
            raise self._malformed("Expected ':'")
        self.at += 1
        if mark == "=" and self.text[self.at : self.at + 1] == ">":
            self.at += 1
        return name

    def _start(self) -> tuple[Json, bool]:
        """Read a scalar, or begin a container; the second item tells which."""
        mark = self._skip()
        if mark in ("{", "["):
            self.at += 1
            return ({} if mark == "{" else []), True
        if mark in ('"', "'"):
            return self._quoted(), False
        in_list = bool(self.stack) and isinstance(self.stack[-1], _OpenList)
        if in_list and mark in ("]", ",", ";"):
            return None, False
        word = self._bare("Expected value")
        if word.lower() in _WORDS:
            return _WORDS[word.lower()], False
        return (self.number(word) if _NUMBER.match(word) else word), False

    def _bare(self, complaint: str) -> str:
        start = self.at
        while self.at < len(self.text) and self.text[self.at] not in _NOT_LITERAL:
            self.at += 1
        if start == self.at:
            raise self._malformed(complaint) if start < len(self.text) else self._end()
        return self.text[start : self.at]

    def _quoted(self) -> str:
        quote = self.text[self.at]
        self.at += 1
        parts: list[str] = []
        while self.at < len(self.text):
            mark = self.text[self.at]
            self.at += 1
            if mark == quote:
                return _join(parts)
            parts.append(self._escape() if mark == "\\" else mark)
        raise self._malformed("Unterminated string")

    def _escape(self) -> str:
        mark = self.text[self.at : self.at + 1]
        self.at += 1
        if mark == "u":
            digits = self.text[self.at : self.at + 4]
            if not re.fullmatch("[0-9a-fA-F]{4}", digits):
                raise self._malformed("Unterminated escape sequence")
            self.at += 4
            return chr(int(digits, 16))
        if mark not in _ESCAPES:
            raise self._malformed("Invalid escape sequence")
        return _ESCAPES[mark]

    def _skip(self) -> str:
        """Pass blanks and comments; return the next character, empty at the end."""
        while self.at < len(self.text):
            mark = self.text[self.at]
            if mark in _SPACE:
                self.at += 1
            elif mark == "#" or self.text.startswith("//", self.at):
                end = re.compile(r"[\r\n]|\Z").search(self.text, self.at)
                self.at = end.start() if end else len(self.text)
            elif self.text.startswith("/*", self.at):
                end_of_comment = self.text.find("*/", self.at + 2)
                if end_of_comment < 0:
                    raise self._malformed("Unterminated comment")
                self.at = end_of_comment + 2
            else:
                return mark
        return ""

    def _malformed(self, complaint: str) -> GsonError:
        if self.at >= len(self.text) and not complaint.startswith("Unterminated"):
            return self._end()
        return GsonError(f"{_MALFORMED}: {complaint} at line 1 column {self.at + 1} path $.")

    def _end(self) -> GsonError:
        return GsonError(f"java.io.EOFException: End of input at line 1 column {self.at + 1} path $.")


def _join(parts: list[str]) -> str:
    """Join characters; two escaped halves of a surrogate pair become one character."""
    text = "".join(parts)
    if not any("\ud800" <= part <= "\udfff" for part in parts):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
