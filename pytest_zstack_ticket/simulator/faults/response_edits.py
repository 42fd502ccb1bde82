"""Changes of an answer: status, members of the JSON body, the body as a whole, headers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeAlias

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.simulator.fault_points import Facts
from pytest_zstack_ticket.simulator.faults.effects import Change
from pytest_zstack_ticket.simulator.json.json_writer import Verbatim, encode
from pytest_zstack_ticket.simulator.response import Answer, Body, Raw, Text, Tree

Step: TypeAlias = str | int
Spot: TypeAlias = Callable[[Json, Step], None]
"""Does something to the container that holds the last step of a path."""

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_HTML = "<!doctype html><html><head><title>Error</title></head><body><h1>HTTP Status {0}</h1></body></html>"


def copied(value: Json) -> Json:
    """Copy the containers of a value, however deep, so that an edit never reaches the engine's own."""
    made = [value]
    waiting: list[Any] = [made]
    while waiting:
        holder = waiting.pop()
        for key, item in list(holder.items() if isinstance(holder, dict) else enumerate(holder)):
            if isinstance(item, (dict, list, tuple)):
                holder[key] = dict(item) if isinstance(item, dict) else list(item)
                waiting.append(holder[key])
    return made[0]


def steps(path: str) -> list[Step]:
    """Split `inventory.request[0].apiName` into its steps."""
    return [name or int(index) for name, index in _STEP.findall(path)]


def at(path: str, spot: Spot) -> Change:
    """Build a change of one member; an answer that lacks it stays as it is."""
    way = steps(path)

    def change(answer: Answer, facts: Facts) -> Answer:
        del facts
        if not isinstance(answer.body, Tree):
            return answer
        value = copied(answer.body.value)
        holder = _walk(value, way[:-1])
        if not _has(holder, way[-1]):
            return answer
        spot(holder, way[-1])
        return replace(answer, body=Tree(value, answer.body.escape_html))

    return change


def _walk(value: Json, way: list[Step]) -> Json:
    for step in way:
        if not _has(value, step):
            return None
        value = value[step]
    return value


def _has(holder: Json, step: Step) -> bool:
    if isinstance(holder, dict):
        return holder.get(str(step)) is not None
    return isinstance(holder, list) and isinstance(step, int) and step < len(holder)


def drop(path: str) -> Change:
    """Leave a member out."""

    def spot(holder: Json, step: Step) -> None:
        del holder[step]

    return at(path, spot)


def rename(path: str, name: str) -> Change:
    """Give a member another name, in its place."""

    def spot(holder: Json, step: Step) -> None:
        members = [(name if key == step else key, value) for key, value in holder.items()]
        holder.clear()
        holder.update(members)

    return at(path, spot)


def put(path: str, text: str) -> Change:
    """Set a member to a piece of JSON, or to a text if it is none; a new member is added at the end."""
    value = Verbatim(text) if _is_json(text) else text
    way = steps(path)

    def change(answer: Answer, facts: Facts) -> Answer:
        del facts
        if not isinstance(answer.body, Tree):
            return answer
        tree = copied(answer.body.value)
        holder = _walk(tree, way[:-1])
        if isinstance(holder, dict) or _has(holder, way[-1]):
            holder[way[-1]] = value
        return replace(answer, body=Tree(tree, answer.body.escape_html))

    return change


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def mapped(path: str, function: Callable[[Json], Json]) -> Change:
    """Change a member by a function of its value."""

    def spot(holder: Json, step: Step) -> None:
        # another fault may have put something there that the function is not made for
        with suppress(AttributeError, TypeError):
            holder[step] = function(holder[step])

    return at(path, spot)


RETYPES: Mapping[str, Callable[[Json], Json]] = {
    "null": lambda value: Verbatim("null"),  # noqa: ARG005 - one form for all
    "string": lambda value: json.dumps(value) if not isinstance(value, str) else f"{value}!",
    "number": lambda value: 5,  # noqa: ARG005 - whatever there was
    "fraction": lambda value: 0.5,  # noqa: ARG005 - whatever there was
    "boolean": lambda value: True,  # noqa: ARG005 - whatever there was
    "list": lambda value: [value],
    "empty-list": lambda value: [],  # noqa: ARG005 - whatever there was
    "object": lambda value: {"value": value},
    "empty-object": lambda value: {},  # noqa: ARG005 - whatever there was
    "empty": lambda value: "",  # noqa: ARG005 - whatever there was
    "blank": lambda value: "   ",  # noqa: ARG005 - whatever there was
}
"""What the value of a member may be turned into."""


def retype(path: str, kind: str) -> Change:
    """Turn the value of a member into one of another kind."""
    return mapped(path, RETYPES[kind])


def status(code: int) -> Change:
    """Change the status and nothing else."""
    return lambda answer, facts: replace(answer, status=code)  # noqa: ARG005 - the form of a change


def wrap(key: str) -> Change:
    """Put the whole body under a key."""

    def change(answer: Answer, facts: Facts) -> Answer:
        del facts
        if not isinstance(answer.body, Tree):
            return answer
        return replace(answer, body=Tree({key: answer.body.value}, answer.body.escape_html))

    return change


def unwrap(key: str) -> Change:
    """Answer the value of a key instead of the body."""

    def change(answer: Answer, facts: Facts) -> Answer:
        del facts
        if not (isinstance(answer.body, Tree) and _has(answer.body.value, key)):
            return answer
        return replace(answer, body=Tree(answer.body.value[key], answer.body.escape_html))

    return change


def header(name: str, value: str) -> Change:
    """Add a response header."""
    return lambda answer, facts: replace(answer, headers=(*answer.headers, (name, value)))  # noqa: ARG005 - whatever there was


def text_body(text: str) -> Change:
    """Answer a text instead of the body."""
    return lambda answer, facts: replace(answer, body=Text(text))  # noqa: ARG005 - whatever there was


BODIES: Mapping[str, Callable[[Answer], Body]] = {
    "object": lambda answer: Text("{}"),  # noqa: ARG005 - whatever there was
    "array": lambda answer: Text("[]"),  # noqa: ARG005 - whatever there was
    "null": lambda answer: Text("null"),  # noqa: ARG005 - whatever there was
    "string": lambda answer: Text('"done"'),  # noqa: ARG005 - whatever there was
    "number": lambda answer: Text("5"),  # noqa: ARG005 - whatever there was
    "true": lambda answer: Text("true"),  # noqa: ARG005 - whatever there was
    "empty": lambda answer: Text(""),  # noqa: ARG005 - whatever there was
    "blank": lambda answer: Text("\n"),  # noqa: ARG005 - whatever there was
    "text": lambda answer: Text("success"),  # noqa: ARG005 - whatever there was
    "html": lambda answer: Text(_HTML.format(answer.status)),
    "xml": lambda answer: Text("<?xml version='1.0'?><result/>"),  # noqa: ARG005 - whatever there was
    "in-array": lambda answer: Text(f"[{answer.text()}]"),
    "in-string": lambda answer: Text(json.dumps(answer.text())),
    "truncated": lambda answer: Text(answer.text()[:-1] or "{"),
    "half": lambda answer: Text(answer.text()[: len(answer.text()) // 2] or "{"),
    "newline": lambda answer: Text(answer.text() + "\n"),
    "trailing": lambda answer: Text(answer.text() + "xyz"),
    "doubled": lambda answer: Text(answer.text() * 2),
    "bom": lambda answer: Text("\ufeff" + answer.text()),
    "single-quoted": lambda answer: Text(answer.text().replace('"', "'")),
    "trailing-comma": lambda answer: Text(re.sub(r"}\Z", ",}", answer.text())),
    "comment": lambda answer: Text("/* ok */" + answer.text()),
    "nan": lambda answer: Text(re.sub(r"^{", '{"cost":NaN,', answer.text()).replace(",}", "}")),
    "doubled-key": lambda answer: Text(re.sub(r'^{"(\w+)":', r'{"\1":null,"\1":', answer.text())),
    "latin1": lambda answer: Raw(answer.text().encode("latin-1", "replace")),
    "utf16": lambda answer: Raw(answer.text().encode("utf-16", "surrogatepass")),
    "bad-utf8": lambda answer: Raw(encode(answer.text())[:-1] + b"\xff\xfe}"),
    "mojibake": lambda answer: Text(encode(answer.text()).decode("latin-1")),
    "nul": lambda answer: Text(answer.text() + "\x00"),
    "deep": lambda answer: Text('{"inventory":' + "[" * 100_000 + "]" * 100_000 + "}"),  # noqa: ARG005 - whatever there was
    "huge": lambda answer: Text('{"inventory":"' + "x" * 12_000_000 + '"}'),  # noqa: ARG005 - whatever there was
    "surrogate": lambda answer: Text('{"error":{"code":"\\ud800","description":"\\udfff","details":"\\ud83d"}}'),  # noqa: ARG005 - whatever there was
}
"""Whole bodies that an answer may be given."""


def body(kind: str) -> Change:
    """Answer another body, made from the one that it replaces."""
    return lambda answer, facts: replace(answer, body=BODIES[kind](answer))  # noqa: ARG005 - whatever there was


def cut_to_characters(answer: Answer, facts: Facts) -> Answer:
    """Cut a body to as many bytes as it has characters, as where Content-Length counts these."""
    del facts
    text = answer.text()
    return replace(answer, body=Raw(encode(text)[: len(text)]))


def details(text: Callable[[Facts], str]) -> Change:
    """Add a text to what a refusal says: to the details of an error object, or to a plain text."""

    def change(answer: Answer, facts: Facts) -> Answer:
        added = text(facts)
        if isinstance(answer.body, Text):
            return replace(answer, body=Text(f"{answer.body.text} {added}"))
        return at("error.details", lambda holder, step: _append(holder, step, added))(answer, facts)

    return change


def _append(holder: Json, step: Step, added: str) -> None:
    holder[step] = f"{holder[step]} {added}"


def chain(*changes: Change) -> Change:
    """Apply several changes, one after the other."""

    def change(answer: Answer, facts: Facts) -> Answer:
        for one in changes:
            answer = one(answer, facts)
        return answer

    return change
