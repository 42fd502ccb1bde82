"""Hypothesis strategies of whole drafts, drawn in few, fat choices: one integer, one text and one binary a draft.

Drawing is what generation costs (about 50 us a choice), so the integer's digits choose among tables and a total decoder
turns the bytes into JSON. Smaller choices are simpler drafts: 0, "" and b"" are the calibration draft itself.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from hypothesis import strategies as st

from pytest_zstack_ticket.model.context import Context
from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.model.profile import Limits
from pytest_zstack_ticket.model.ticket import JSON_UTF8, Draft, Edit
from pytest_zstack_ticket.strategies.bodies import NONCE, Body, Row, calibration_body, encode, put
from pytest_zstack_ticket.strategies.mutations import fresh_uuid, mutation_rows
from pytest_zstack_ticket.strategies.text import LOOKALIKES, SCRIPTS, of_length
from pytest_zstack_ticket.strategies.variations import gson_safe, reordered

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


@dataclass(frozen=True, slots=True)
class MutatedDraft:
    """A draft with exactly one mutation; `sibling` makes the valid one that it was made of."""

    draft: Draft
    sibling: Callable[[], Draft]


@dataclass(frozen=True, slots=True)
class Tables:
    """What an integer's digits choose from; every first entry is the calibration's own."""

    names: tuple[str, ...]
    descriptions: tuple[str | None, ...]
    layouts: tuple[Callable[[Body], bytes], ...]

    @property
    def size(self) -> int:
        """How many combinations there are."""
        return len(self.names) * len(self.descriptions) * len(self.layouts) * TAGS * UUIDS


TAGS = 4
UUIDS = 2


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
            lambda body: gson_safe(encode(body).decode()).encode(),
        ),
    )


def drafts(context: Context, limits: Limits) -> st.SearchStrategy[Draft]:
    """Return valid drafts: combinations of variations that must not matter."""
    return _plans(tables(limits).size).map(partial(_draft, calibration_body(context), tables(limits)))


def mutated_drafts(context: Context, limits: Limits, *, tags: bool = True) -> st.SearchStrategy[MutatedDraft]:
    """Return valid drafts with exactly one mutation applied; `tags` as in `mutations`."""
    rows = tuple(row for row in mutation_rows(limits, fresh=fresh_uuid, tags=tags))
    plans = _plans(tables(limits).size * len(rows))
    return plans.map(partial(_mutated, calibration_body(context), tables(limits), rows))


def names(limits: Limits) -> st.SearchStrategy[str]:
    """Names within the limit, boundaries and scripts among them."""
    known = tables(limits).names[1:]
    return st.integers(0, len(known) - 1).map(known.__getitem__)


def api_bodies() -> st.SearchStrategy[dict[str, Json]]:
    """JSON objects of any shape, decoded from bytes."""
    return st.binary(max_size=48).map(decode_object)


Plan = tuple[int, str, bytes]


def _plans(size: int) -> st.SearchStrategy[Plan]:
    letters = st.characters(min_codepoint=32, max_codepoint=0xFFFD, exclude_categories=("Cs", "Cc", "Cn"))
    return st.tuples(st.integers(0, size - 1), st.text(letters, max_size=12), st.binary(max_size=32))


def _draft(calibration: Body, known: Tables, plan: Plan) -> Draft:
    body, write, parts = _planned(calibration, known, plan)
    return _written(body, write, parts)


def _mutated(calibration: Body, known: Tables, rows: tuple[Row, ...], plan: Plan) -> MutatedDraft:
    digits, index = divmod(plan[0], len(rows))
    body, write, parts = _planned(calibration, known, (digits, *plan[1:]))
    row = rows[index]
    changed = row.change(body)
    content = row.write(changed) if row.write else write(changed)
    return MutatedDraft(Draft(body=content, edit=row.edit), partial(_written, body, write, parts))


def _written(body: Body, write: Callable[[Body], bytes], parts: tuple[str, ...]) -> Draft:
    note = ", ".join(parts) or "nothing"
    edit = Edit(kind="variation", name="explored", note=f"varied: {note}") if parts else None
    return Draft(body=write(body), edit=edit, headers=(("Content-Type", JSON_UTF8),))


def _planned(calibration: Body, known: Tables, plan: Plan) -> tuple[Body, Callable[[Body], bytes], tuple[str, ...]]:
    digits, text, binary = plan
    digits, layout = divmod(digits, len(known.layouts))
    digits, tags = divmod(digits, TAGS)
    digits, own = divmod(digits, UUIDS)
    description, name = divmod(digits, len(known.names))
    parts: list[str] = []
    body = calibration
    if name or text:
        chosen = known.names[name] if name else f"{text} {NONCE}"
        body, parts = put(body, "params.name", chosen), [*parts, "name"]
    if description:
        body, parts = put(body, "params.description", known.descriptions[description]), [*parts, "description"]
    for field in (("systemTags",), ("userTags",), ("systemTags", "userTags"))[tags - 1] if tags else ():
        body, parts = put(body, field if tags & 1 else f"params.{field}", []), [*parts, field]
    if own:
        body, parts = put(body, "params.resourceUuid", uuid.uuid4().hex), [*parts, "resourceUuid"]
    if binary:
        extra = decode_object(binary)
        body, parts = put(body, "params.requests[0].apiBody.conformanceMark", extra), [*parts, "apiBody"]
    return body, known.layouts[layout], (*parts, *(("layout",) if layout else ()))


def decode_object(data: bytes) -> dict[str, Json]:
    """Return the JSON object that any bytes stand for; fewer and smaller bytes are a simpler object."""
    reader = iter(data)
    found: dict[str, Json] = {}
    for byte in reader:
        found[KEYS[byte % len(KEYS)]] = _decode_value(reader, 1)
    return found


def _decode_value(reader: object, depth: int) -> Json:
    byte = next(reader, 0)  # type: ignore[call-overload] # an iterator of bytes
    kind, rest = divmod(byte, 4)[1], byte // 4
    if kind == 3 and depth < DEEPEST:
        return [_decode_value(reader, depth + 1) for _ in range(rest % 3)]
    if kind == 2 and depth < DEEPEST:
        return {KEYS[(rest + place) % len(KEYS)]: _decode_value(reader, depth + 1) for place in range(rest % 3)}
    return SCALARS[rest % len(SCALARS)]
