"""gson's JsonReader: the tokens of its lenient grammar, and errors with its lines, columns and paths.

A port of the state machine of com.google.gson.stream.JsonReader 2.8.9, over a text that is there as a whole.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from pytest_zstack_ticket.simulator.json.java_values import LONG_MAX, LONG_MIN

Bracket: TypeAlias = Literal["BEGIN_ARRAY", "END_ARRAY", "BEGIN_OBJECT", "END_OBJECT"]
Token: TypeAlias = Bracket | Literal["NAME", "STRING", "NUMBER", "BOOLEAN", "NULL", "END_DOCUMENT"]
_State: TypeAlias = Literal["empty-document", "document", "empty-array", "array", "empty-object", "object", "named"]

_SPACE = " \n\r\t"
_NOT_LITERAL = frozenset("/\\;#={}[]:, \t\f\r\n")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_WORDS: dict[str, Token] = {"true": "BOOLEAN", "false": "BOOLEAN", "null": "NULL"}
_ESCAPES = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", "\n": "\n", "'": "'", '"': '"', "\\": "\\", "/": "/"}
_NO_SCRIPT = ")]}'\n"
_MALFORMED = "com.google.gson.stream.MalformedJsonException: "
_ILLEGAL = "java.lang.IllegalStateException: "


class GsonError(Exception):
    """What gson says when it cannot read or bind a body; `path` is where."""

    def __init__(self, text: str, *, path: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.path = path


class JsonReader:
    """Reads one document token by token. `peek` looks at the next token, which may already consume it as gson does."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 1 if text.startswith("\ufeff") else 0
        self.lenient = True
        self.line, self.line_start = 1, self.at
        self.stack: list[_State] = ["empty-document"]
        self.names: list[str] = [""]
        self.indices: list[int] = [0]
        self.peeked: Token | None = None
        self.quote = ""
        self.word = ""
        self._unread = False

    def location(self) -> str:
        """Line, column and path, as gson appends them to each complaint."""
        return f" at line {self.line} column {self.at - self.line_start + 1} path {self.path()}"

    def path(self) -> str:
        """Path of the current value; a name that was read as a value is empty."""
        parts = ["$"]
        for state, name, index in zip(self.stack[1:], self.names[1:], self.indices[1:], strict=True):
            parts.append(f"[{index}]" if state in ("empty-array", "array") else f".{name}")
        return "".join(parts)

    def expect(self, wanted: Bracket) -> None:
        """Consume a bracket. Raises GsonError if the next token is another."""
        found = self.peek()
        if found != wanted:
            raise GsonError(f"{_ILLEGAL}Expected {wanted} but was {found}{self.location()}", path=self.path())
        self.peeked = None
        if wanted in ("BEGIN_ARRAY", "BEGIN_OBJECT"):
            self.stack.append("empty-array" if wanted == "BEGIN_ARRAY" else "empty-object")
            self.names.append("")
            self.indices.append(0)
        else:
            for each in (self.stack, self.names, self.indices):
                each.pop()
            self.indices[-1] += 1

    def has_next(self) -> bool:
        """Whether the open list or object goes on."""
        return self.peek() not in ("END_ARRAY", "END_OBJECT")

    def name(self, *, kept: bool = True) -> str:
        """Read a member's name; the map adapter reads its keys as values, so that paths do not show them."""
        if self.peek() != "NAME":
            raise GsonError(f"{_ILLEGAL}Expected a name but was {self.peek()}{self.location()}", path=self.path())
        found = self._content()
        self.names[-1] = found if kept else ""
        return found

    def scalar(self) -> str:
        """Read a string, number or word as its text."""
        found = self._content()
        self.indices[-1] += 1
        return found

    def peek(self) -> Token:
        """Kind of the next token. Raises GsonError."""
        if self.peeked is None:
            self.quote = self.word = ""
            self.peeked = self._peek()
        return self.peeked

    def _content(self) -> str:
        self.peeked = None
        if self.quote:
            return self._quoted(self.quote)
        if self.word:
            # a number that is not a long is peeked at without being consumed
            self.at += len(self.word) if self._unread else 0
            return self.word
        start = self.at
        while self.at < len(self.text) and self.text[self.at] not in _NOT_LITERAL:
            self.at += 1
        return self.text[start : self.at]

    def _peek(self) -> Token:
        before = self.stack[-1]
        match before:
            case "empty-array":
                self.stack[-1] = "array"
            case "array":
                if self._separator("]", "array"):
                    return "END_ARRAY"
            case "empty-object" | "object":
                return self._peek_name(before)
            case "named":
                self._colon()
            case "empty-document":
                self._skip_prefix()
                self.stack[-1] = "document"
            case "document":
                if self._next(eof=False) == "":
                    return "END_DOCUMENT"
                self._check_lenient()
                self.at -= 1
        return self._peek_value(before)

    def _peek_name(self, before: _State) -> Token:
        self.stack[-1] = "named"
        if before == "object" and self._separator("}", "object"):
            return "END_OBJECT"
        mark = self._next()
        if mark in ('"', "'"):
            self.quote = mark
            return "NAME"
        if mark == "}" and before == "empty-object":
            return "END_OBJECT"
        if mark == "}":
            raise self._malformed("Expected name")
        self.at -= 1
        if mark in _NOT_LITERAL:
            raise self._malformed("Expected name")
        return "NAME"

    def _peek_value(self, before: _State) -> Token:
        mark = self._next()
        if mark == "]" and before == "empty-array":
            return "END_ARRAY"
        if mark in ("]", ";", ","):
            if before not in ("empty-array", "array"):
                raise self._malformed("Unexpected value")
            self.at -= 1
            self.word, self._unread = "null", False
            return "NULL"
        if mark in ('"', "'"):
            self.quote = mark
            return "STRING"
        if mark in ("[", "{"):
            return "BEGIN_ARRAY" if mark == "[" else "BEGIN_OBJECT"
        self.at -= 1
        return self._peek_word(mark)

    def _peek_word(self, mark: str) -> Token:
        for word, token in _WORDS.items():
            if self.text[self.at : self.at + len(word)].lower() == word and self._ends(self.at + len(word)):
                self.word, self._unread = word, False
                self.at += len(word)
                return token
        match = _NUMBER.match(self.text, self.at)
        if match and self._ends(match.end()):
            self.word = match[0]
            # only a long is consumed by looking at it, and -0 is none
            whole = not set(self.word) & set(".eE") and self.word != "-0"
            self._unread = not (whole and LONG_MIN <= int(self.word) <= LONG_MAX)
            self.at += 0 if self._unread else len(self.word)
            return "NUMBER"
        if mark in _NOT_LITERAL:
            raise self._malformed("Expected value")
        return "STRING"

    def _ends(self, at: int) -> bool:
        return at >= len(self.text) or self.text[at] in _NOT_LITERAL

    def _separator(self, close: str, kind: str) -> bool:
        """Pass a separator or the closing mark; whether it was the closing mark."""
        mark = self._next()
        if mark not in (",", ";", close):
            raise self._malformed(f"Unterminated {kind}")
        return mark == close

    def _colon(self) -> None:
        self.stack[-1] = "object"
        mark = self._next()
        if mark not in (":", "="):
            raise self._malformed("Expected ':'")
        if mark == "=" and self.text.startswith(">", self.at):
            self.at += 1

    def _quoted(self, quote: str) -> str:
        parts: list[str] = []
        while self.at < len(self.text):
            mark = self.text[self.at]
            self.at += 1
            if mark == quote:
                return _join(parts)
            if mark == "\n":
                self._count_line()
            parts.append(self._escape() if mark == "\\" else mark)
        raise self._malformed("Unterminated string")

    def _escape(self) -> str:
        mark = self.text[self.at : self.at + 1]
        if mark == "":
            raise self._malformed("Unterminated escape sequence")
        self.at += 1
        if mark == "\n":
            self._count_line()
        if mark != "u":
            if mark not in _ESCAPES:
                raise self._malformed("Invalid escape sequence")
            return _ESCAPES[mark]
        digits = self.text[self.at : self.at + 4]
        if len(digits) < 4:
            raise self._malformed("Unterminated escape sequence")
        if not re.fullmatch("[0-9a-fA-F]{4}", digits):
            raise GsonError(f"\\u{digits}")
        self.at += 4
        return chr(int(digits, 16))

    def _next(self, *, eof: bool = True) -> str:
        """Consume blanks, comments and one more character; empty, or a GsonError, at the end."""
        while self.at < len(self.text):
            mark = self.text[self.at]
            self.at += 1
            if mark == "\n":
                self._count_line()
            elif mark == "#" or self.text.startswith("//", self.at - 1):
                self._check_lenient()
                self._skip_line()
            elif self.text.startswith("/*", self.at - 1):
                self._check_lenient()
                self._skip_comment()
            elif mark not in _SPACE:
                return mark
        if eof:
            raise GsonError(f"java.io.EOFException: End of input{self.location()}", path=self.path())
        return ""

    def _skip_prefix(self) -> None:
        """Pass what keeps JSON from being run as a script (consumeNonExecutePrefix)."""
        self._next()
        self.at += len(_NO_SCRIPT) - 1 if self.text.startswith(_NO_SCRIPT, self.at - 1) else -1

    def _skip_line(self) -> None:
        end = re.compile(r"[\r\n]|\Z").search(self.text, self.at)
        # the mark at the line's end is looked at again, as a blank
        self.at = end.start() if end else len(self.text)

    def _skip_comment(self) -> None:
        self.at += 1
        end = self.text.find("*/", self.at)
        stop = len(self.text) if end < 0 else end
        lines = self.text.count("\n", self.at, stop)
        if lines:
            self.line += lines
            self.line_start = self.text.rfind("\n", self.at, stop) + 1
        if end < 0:
            # the last character may still be the first of the mark that ends it
            self.at = max(self.at, stop - 1)
            raise self._malformed("Unterminated comment")
        self.at = end + 2

    def _count_line(self) -> None:
        self.line += 1
        self.line_start = self.at

    def _check_lenient(self) -> None:
        if not self.lenient:
            raise self._malformed("Use JsonReader.setLenient(true) to accept malformed JSON")

    def _malformed(self, complaint: str) -> GsonError:
        return GsonError(f"{_MALFORMED}{complaint}{self.location()}", path=self.path())


def _join(parts: list[str]) -> str:
    """Join characters; two escaped halves of a surrogate pair become one character."""
    text = "".join(parts)
    if not any("\ud800" <= part <= "\udfff" for part in parts):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
