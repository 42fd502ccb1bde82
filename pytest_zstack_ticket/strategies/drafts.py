"""Hypothesis strategies of whole drafts, drawn in two fat choices: one binary and one text a draft.

Drawing is what generation costs (about 50 us a choice), so the first bytes choose among tables and a total decoder
turns the others into JSON. Smaller choices are simpler drafts: zeros and "" are the calibration draft itself. A byte
shrinks without the others, as the digits of one integer do not: so a bug ends at the same draft whatever the seed.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from hypothesis import strategies as st

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.model.nonce import NONCE
from pytest_zstack_ticket.model.profile import Limits
from pytest_zstack_ticket.model.ticket import JSON_UTF8, Draft, Edit
from pytest_zstack_ticket.model.ticket_context import Context
from pytest_zstack_ticket.strategies.base_draft import Body, Row, calibration_body, encode, put
from pytest_zstack_ticket.strategies.layouts import html_safe, reordered
from pytest_zstack_ticket.strategies.mutations import fresh_uuid, mutation_rows
from pytest_zstack_ticket.strategies.text import LOOKALIKES, SCRIPTS, of_length

SCALARS: tuple[Json, ...] = (
    None, True, False, 0, 1, -1, 7, 255, 2**31, 2**53 - 1, 0.5, 1e3, "", "a", "text", "工单", "e\u0301", "\u2028",
    "<>&='", "'; --", "\\", "null", "x" * 64,
)  # fmt: skip
KEYS = (
    "a",
    "name",
    "uuid",
    "key",
    "工",
    "a.b",
    "",
    "params",
    "timeout",
    "headers",
    "K",
    "list",
    "0",
    "null",
    "x y",
    "$",
)
DEEPEST = 6
Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class MutatedDraft:
    """A draft with exactly one mutation; `sibling` makes the valid one that it was made of."""

    draft: Draft
    sibling: Callable[[], Draft]


@dataclass(frozen=True, slots=True)
class Tables:
    """What a byte chooses from; every first entry is the calibration's own."""

    names: tuple[str, ...]
    descriptions: tuple[str | None, ...]
    layouts: tuple[Callable[[Body], bytes], ...]


PARTS = 5
"""Bytes that choose: name, description, tags, resourceUuid and layout."""
ROWS = 2
"""Bytes that choose a mutation."""
TAGS = ((), ("systemTags",), ("params.userTags",), ("systemTags", "userTags"))
SCALAR_BYTES = 128


def tables(limits: Limits) -> Tables:
    """Return the tables for the limits of a profile."""
    edges = (1, 2, limits.name - 1, limits.name)
    names = tuple(of_length(length, unit) for length in edges for unit in ("n", "工", "e\u0301"))
    long = tuple(of_length(length, "d") for length in (1, limits.description - 1, limits.description))
    return Tables(
        names=("", *SCRIPTS.values(), *LOOKALIKES.values(), *names),
        descriptions=(None, "a description", *long, *SCRIPTS.values()),
        layouts=(
            encode,
            lambda body: encode(reordered(body, lambda keys: keys[::-1])),
            lambda body: b" \n" + encode(body) + b"\t",
            html_safe,
        ),
    )


def drafts(context: Context, limits: Limits) -> st.SearchStrategy[Draft]:
    """Draw valid drafts: combinations of variations that must not matter."""
    return _plans(PARTS).map(partial(_draft, calibration_body(context), tables(limits)))


def mutated_drafts(context: Context, limits: Limits, *, tags: bool = True) -> st.SearchStrategy[MutatedDraft]:
    """Draw valid drafts with exactly one mutation applied; `tags` as in `mutations`."""
    rows = tuple(row for row in mutation_rows(limits, fresh=fresh_uuid, tags=tags))
    return _plans(ROWS + PARTS).map(partial(_mutated, calibration_body(context), tables(limits), rows))


def names(limits: Limits) -> st.SearchStrategy[str]:
    """Draw names within the limit, boundaries and scripts among them."""
    known = tables(limits).names[1:]
    return st.integers(0, len(known) - 1).map(known.__getitem__)


def api_bodies() -> st.SearchStrategy[dict[str, Json]]:
    """Draw JSON objects of any shape, decoded from bytes."""
    return st.binary(max_size=48).map(decode_object)


Plan = tuple[bytes, str]


def _plans(choices: int) -> st.SearchStrategy[Plan]:
    letters = st.characters(min_codepoint=32, max_codepoint=0xFFFD, exclude_categories=("Cs", "Cc", "Cn"))
    return st.tuples(st.binary(min_size=choices, max_size=choices + 32), st.text(letters, max_size=12))


def _draft(calibration: Body, known: Tables, plan: Plan) -> Draft:
    body, write, parts = _planned(calibration, known, plan)
    return _written(body, write, parts)


def _mutated(calibration: Body, known: Tables, rows: tuple[Row, ...], plan: Plan) -> MutatedDraft:
    data, text = plan
    body, write, parts = _planned(calibration, known, (data[ROWS:], text))
    row = _chosen(rows, int.from_bytes(data[:ROWS]), 256**ROWS)
    changed = row.change(body)
    content = row.write(changed) if row.write else write(changed)
    return MutatedDraft(Draft(body=content, edit=row.edit), partial(_written, body, write, parts))


def _written(body: Body, write: Callable[[Body], bytes], parts: tuple[str, ...]) -> Draft:
    note = ", ".join(parts) or "nothing"
    edit = Edit(kind="variation", name="explored", note=f"varied: {note}") if parts else None
    return Draft(body=write(body), edit=edit, headers=(("Content-Type", JSON_UTF8),))


def _planned(calibration: Body, known: Tables, plan: Plan) -> tuple[Body, Callable[[Body], bytes], tuple[str, ...]]:
    data, text = plan
    name, description = _chosen(known.names, data[0]), _chosen(known.descriptions, data[1])
    tags, own, write = _chosen(TAGS, data[2]), _chosen((False, True), data[3]), _chosen(known.layouts, data[4])
    parts: list[str] = []
    body = calibration
    if name or text:
        body, parts = put(body, "params.name", name or f"{text} {NONCE}"), [*parts, "name"]
    if description is not None:
        body, parts = put(body, "params.description", description), [*parts, "description"]
    for field in tags:
        body, parts = put(body, field, []), [*parts, field.removeprefix("params.")]
    if own:
        body, parts = put(body, "params.resourceUuid", uuid.uuid4().hex), [*parts, "resourceUuid"]
    if len(data) > PARTS:
        extra = decode_object(data[PARTS:])
        body, parts = put(body, "params.requests[0].apiBody.conformanceMark", extra), [*parts, "apiBody"]
    return body, write, (*parts, *(("layout",) if write is not known.layouts[0] else ()))


def decode_object(data: bytes) -> dict[str, Json]:
    """Return the JSON object that any bytes stand for; fewer and smaller bytes are a simpler object.

    Each byte is a member, so that one can be removed without changing the meaning of those after it.
    """
    reader = iter(data)
    found: dict[str, Json] = {}
    for byte in reader:
        found[KEYS[(len(found) + byte) % len(KEYS)]] = _value(byte, reader, 1)
    return found


def _value(byte: int, reader: Iterator[int], depth: int) -> Json:
    """Return the value of a byte: the lower half are scalars, then come objects and lists of up to two values."""
    if byte < SCALAR_BYTES or depth >= DEEPEST:
        return _chosen(SCALARS, byte % SCALAR_BYTES, SCALAR_BYTES)
    lists, rest = divmod(byte - SCALAR_BYTES, SCALAR_BYTES // 2)
    inner = [_value(next(reader, 0), reader, depth + 1) for _ in range(_chosen((0, 1, 2), rest, SCALAR_BYTES // 2))]
    return inner if lists else {KEYS[(rest + place) % len(KEYS)]: value for place, value in enumerate(inner)}


def _chosen(table: Sequence[Entry], number: int, numbers: int = 256) -> Entry:
    """Return the entry that a number below `numbers` stands for: those beside each other stand for the same.

    A number that is shrunk finds the first of them, which it would not if they were spread.
    """
    return table[number * len(table) // numbers]
