"""Varied drafts: the calibration draft with other content that must not matter, drawn from a seed.

Each keeps the names by which a ticket is marked and found again, and what a cloud may rightly insist on: account
system, flow collection and apiName.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.model.nonce import NONCE
from pytest_zstack_ticket.model.profile import Limits
from pytest_zstack_ticket.model.ticket import Draft
from pytest_zstack_ticket.strategies.base_draft import Body, encode
from pytest_zstack_ticket.strategies.layouts import html_safe, reordered
from pytest_zstack_ticket.strategies.text import SCRIPTS, of_length, units

WORDS = tuple(SCRIPTS[kind] for kind in ("ascii", "latin", "cjk", "kana", "cyrillic", "greek", "arabic", "thai"))
"""Scripts without a character that a query, a log or a page could read as its own."""
LENGTHS = (1, 20, 80, 200)
MEMBERS: tuple[Json, ...] = (None, True, 0, -7, 2**31, 0.5, "text", "工单", [], [1, "two", None], {}, {"a": {"b": [1]}})
OFTEN, RARELY = 0.7, 0.25
MOST_TIMES = 5
REQUESTS = 2
LAYOUTS: tuple[Callable[[Body], bytes], ...] = (
    encode,
    encode,
    lambda body: encode(reordered(body, lambda keys: keys[::-1])),
    lambda body: b" \n" + encode(body) + b"\t",
    html_safe,
)


def varied_draft(draft: Draft, limits: Limits, *, seed: object, number: int) -> Draft:
    """Return the varied draft of a number: the same one for the same draft, limits and seed."""
    chance = random.Random(f"{seed}/{number}")
    body: dict[str, Any] = json.loads(draft.body)
    params = body["params"]
    params["name"] = _name(params["name"], chance, limits)
    if chance.random() < OFTEN:
        params["description"] = _text(chance)[: limits.description]
    _vary_requests(params, chance)
    if chance.random() < OFTEN:
        body["conformanceVaried"] = {f"k{number}": chance.choice(MEMBERS)}
    if chance.random() < RARELY:
        params["conformanceVaried"] = chance.choice(MEMBERS)
    return replace(draft, body=chance.choice(LAYOUTS)(body), edit=None)


def _name(name: str, chance: random.Random, limits: Limits) -> str:
    """Put a word in front of the nonce, where there is room for it."""
    longer = name.replace(NONCE, f"{chance.choice(WORDS)} {chance.randrange(1000)} {NONCE}")
    return longer if units(longer) <= limits.name else name


def _text(chance: random.Random) -> str:
    unit = chance.choice(WORDS)
    return f"{chance.randrange(1000)} {of_length(chance.choice(LENGTHS), f'{unit} ')}".strip()


def _vary_requests(params: dict[str, Any], chance: random.Random) -> None:
    """Vary the first request; sometimes a second one follows, which a cloud may refuse for want of a ticket type."""
    first = params["requests"][0]
    if chance.random() < OFTEN:
        first["requestName"] = first["requestName"].replace(NONCE, f"{chance.choice(WORDS)} {NONCE}")
    if chance.random() < RARELY:
        first["executeTimes"] = chance.randint(2, MOST_TIMES)
    if chance.random() < OFTEN and isinstance(first.get("apiBody"), dict):
        first["apiBody"] = {**first["apiBody"], "conformanceMark": chance.choice(MEMBERS)}
    if chance.random() < RARELY:
        params["requests"] = params["requests"] * REQUESTS
