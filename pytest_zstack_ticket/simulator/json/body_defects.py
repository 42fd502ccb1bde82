"""What is wrong with a body that is no plain JSON object, as one word: faults accept one kind and no other."""

from __future__ import annotations

import json
import re

from pytest_zstack_ticket.simulator.json.gson_reader import GsonError, TooDeepError, parse_object

KINDS = (
    "empty",
    "null",
    "array",
    "string",
    "number",
    "boolean",
    "truncated",
    "trailing-comma",
    "trailing-text",
    "trailing-object",
    "duplicate-key",
    "control-character",
    "escape",
    "separator",
    "lenient",
    "garbage",
    "no-params",
)
_SCALARS = ((bool, "boolean"), (list, "array"), (str, "string"), (int, "number"), (float, "number"))
_OPENERS = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]]')

_MESSAGES = {"Invalid control character": "control-character", "Invalid \\": "escape"}
"""Kinds by how the standard library's complaint begins."""


def malformation(text: str) -> str:
    """Name what is wrong with a body; an empty word if it is a plain JSON object."""
    if not text.strip():
        return "empty"
    try:
        value = json.loads(text, object_pairs_hook=_Pairs)
    except RecursionError:
        return "garbage"
    except json.JSONDecodeError as error:
        return _broken(text, error)
    if value is None:
        return "null"
    if isinstance(value, _Pairs):
        return "duplicate-key" if value.doubled else ""
    return next(name for kind, name in _SCALARS if isinstance(value, kind))


class _Pairs(list[tuple[str, object]]):
    """The members of an object, doubled keys kept."""

    @property
    def doubled(self) -> bool:
        return len({key for key, _ in self}) < len(self)


def _broken(text: str, error: json.JSONDecodeError) -> str:
    if error.msg.startswith("Extra data"):
        return "trailing-object" if text[error.pos :].strip() == "{}" else "trailing-text"
    named = next((kind for message, kind in _MESSAGES.items() if error.msg.startswith(message)), "")
    if named:
        return named
    if re.search(r",\s*[}\]]", text) and not malformation(re.sub(r",(\s*[}\]])", r"\1", text)):
        return "trailing-comma"
    marks = _OPENERS.findall(text)
    depth = sum((mark in ("{", "[")) - (mark in ("}", "]")) for mark in marks)
    if text.lstrip()[:1] in "{[" and depth > 0:
        return "truncated"
    if text.lstrip()[:1] not in "{[/#\ufeff":
        return "garbage"
    return "lenient" if _lenient(text) else "separator"


def _lenient(text: str) -> bool:
    """Tell whether gson reads a text that is no plain JSON."""
    try:
        parse_object(text, integers=True)
    except (GsonError, TooDeepError):
        return False
    return True
