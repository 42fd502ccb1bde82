"""JSON in and out: Java's lenient reader and its number forms, or the strict ones."""

from __future__ import annotations

import json
import re
from typing import Any

_BARE = re.compile(r"""[^\s{}\[\]:,=;#/\\'"]+""")
_SPACE = re.compile(r"(?:[ \t\r\n]|//[^\n]*|/\*.*?\*/|#[^\n]*)*", re.DOTALL)
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?\Z")
_MARKS = re.compile(r"""[\[\]{}]|"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?""", re.DOTALL)
STACK = 200
"""Levels that a body may have: what follows a reader calls itself, and Pythons differ in how deep."""


class BadJson(Exception):
    pass


class Reader:
    def __init__(self, text: str) -> None:
        self.text, self.at, self.depth = text.removeprefix("\ufeff"), 0, 0

    def whole(self) -> Any:
        if not self._peek():
            return None
        value = self._value()
        if self._peek():
            raise BadJson("Use JsonReader.setLenient(true) to accept malformed JSON")
        return value

    def _peek(self) -> str:
        self.at = _SPACE.match(self.text, self.at).end()
        return self.text[self.at : self.at + 1]

    def _value(self) -> Any:
        first = self._peek()
        if first == "{":
            return self._object()
        if first == "[":
            return self._array()
        if first in {'"', "'"}:
            return self._string(first)
        return self._literal()

    def _object(self) -> dict[str, Any]:
        self.at += 1
        self.depth += 1
        found: dict[str, Any] = {}
        if self._peek() == "}":
            self.depth -= 1
            self.at += 1
            return found
        while True:
            first = self._peek()
            key = self._string(first) if first in {'"', "'"} else self._bare()
            if self._peek() not in {":", "="}:
                raise BadJson(f"Expected ':' at column {self.at}")
            self.at += 2 if self.text[self.at : self.at + 2] == "=>" else 1
            if self.depth == 1 and key in found:
                raise BadJson(f"duplicate key: {key}")
            found[key] = self._value()
            end = self._peek()
            self.at += 1
            if end == "}":
                self.depth -= 1
                return found
            if end not in {",", ";"}:
                raise BadJson(
                    "java.io.EOFException: End of input" if not end else f"Unterminated object at column {self.at}"
                )

    def _array(self) -> list[Any]:
        self.at += 1
        found: list[Any] = []
        if self._peek() == "]":
            self.at += 1
            return found
        while True:
            found.append(self._value())
            end = self._peek()
            self.at += 1
            if end == "]":
                return found
            if end not in {",", ";"}:
                raise BadJson("Unterminated array")

    def _string(self, quote: str) -> str:
        self.at += 1
        out = []
        while True:
            char = self.text[self.at : self.at + 1]
            if not char:
                raise BadJson("Unterminated string")
            self.at += 1
            if char == quote:
                return "".join(out).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            if char != "\\":
                out.append(char)
                continue
            escape = self.text[self.at : self.at + 1]
            self.at += 1
            if escape == "u":
                digits = self.text[self.at : self.at + 4]
                if not re.fullmatch("[0-9a-fA-F]{4}", digits):
                    raise BadJson("NumberFormatException: \\u" + digits)
                out.append(chr(int(digits, 16)))
                self.at += 4
            elif escape in "\"\\/'\n" and escape:
                out.append(escape)
            elif escape in set("bfnrt"):
                out.append({"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}[escape])
            else:
                raise BadJson("Invalid escape sequence")

    def _bare(self) -> str:
        found = _BARE.match(self.text, self.at)
        if not found:
            raise BadJson(f"Expected value at column {self.at}")
        self.at = found.end()
        return found.group()

    def _literal(self) -> Any:
        word = self._bare()
        lowered = word.lower()
        if lowered in {"true", "false", "null"}:
            return {"true": True, "false": False, "null": None}[lowered]
        if _NUMBER.match(word):
            return float(word) if re.search("[.eE]", word) else int(word)
        return word


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuses a key twice at any depth, as a strict gateway may."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadJson("duplicate key")
    return found


def _levels(text: str) -> int:
    """Counts how deep a body goes, whatever else is wrong with it."""
    depth = deepest = 0
    for mark in _MARKS.findall(text):
        depth += (mark in ("[", "{")) - (mark in ("]", "}"))
        deepest = max(deepest, depth)
    return deepest


def read(text: str, *, lenient: bool) -> Any:
    """A body's value; None for an empty one."""
    if text.count("[") + text.count("{") > STACK and _levels(text) > STACK:
        raise BadJson("java.lang.StackOverflowError")
    if lenient:
        return Reader(text).whole()
    if not text.strip():
        return None
    try:
        return json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_once)
    except ValueError as trouble:
        raise BadJson(str(trouble)) from trouble


def java_double(number: float) -> str:
    if number != number or number in {float("inf"), float("-inf")}:
        return "null"
    if number == 0 or 1e-3 <= abs(number) < 1e7:
        text = repr(number)
        return text if "." in text else text + ".0"
    mantissa, exponent = f"{number!r}".lower(), 0
    sign = "-" if number < 0 else ""
    digits = f"{abs(number):.17e}"
    for precision in range(17):
        trial = f"{abs(number):.{precision}e}"
        if float(trial) == abs(number):
            digits = trial
            break
    mantissa, power = digits.split("e")
    exponent = int(power)
    return f"{sign}{mantissa if '.' in mantissa else mantissa + '.0'}E{exponent}"


_HTML = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "=": "\\u003d",
    "'": "\\u0027",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}


class Writer:
    def __init__(self, *, html: bool, pretty: bool, last_first: bool, nulls: bool = False) -> None:
        self.html, self.pretty, self.last_first, self.nulls = html, pretty, last_first, nulls

    def write(self, value: Any, depth: int = 0) -> str:
        if isinstance(value, dict):
            return self._group(
                "{}",
                [f"{self._text(k)}:{' ' * self.pretty}{self.write(v, depth + 1)}" for k, v in self._pairs(value)],
                depth,
            )
        if isinstance(value, list):
            return self._group("[]", [self.write(v, depth + 1) for v in value], depth)
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, float):
            return java_double(value)
        return (
            {None: "null", True: "true", False: "false"}[value]
            if value is None or isinstance(value, bool)
            else str(value)
        )

    def _pairs(self, value: dict[str, Any]) -> list[tuple[str, Any]]:
        pairs = [(k, v) for k, v in value.items() if v is not None or self.nulls]
        return pairs[::-1] if self.last_first else pairs

    def _group(self, ends: str, parts: list[str], depth: int) -> str:
        if not self.pretty or not parts:
            return ends[0] + ",".join(parts) + ends[1]
        inner = ",\n".join("    " * (depth + 1) + part for part in parts)
        return f"{ends[0]}\n{inner}\n{'    ' * depth}{ends[1]}"

    def _text(self, value: str) -> str:
        text = json.dumps(value, ensure_ascii=False)
        if self.html:
            return '"' + "".join(_HTML.get(c, c) for c in text[1:-1]) + '"'
        return text
