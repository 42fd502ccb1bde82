"""Exchanges that show a requirement was met: those of its first example that passed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pytest_zstack_ticket.model.exchange import Exchange
from pytest_zstack_ticket.model.verdict import Example
from pytest_zstack_ticket.report.finding import message_json, subject_role


def passing_exchanges(examples: Iterable[Example]) -> dict[str, tuple[str, ...]]:
    """Choose the ids of the exchanges of each requirement's first example that passed."""
    found: dict[str, tuple[str, ...]] = {}
    for example in examples:
        if example.judgement is None and example.requirement not in found:
            role = subject_role(dict.fromkeys(example.roles, ()))
            found[example.requirement] = tuple(example.roles.get(role, ()))
    return found


def passing_messages(
    wanted: dict[str, tuple[str, ...]], exchanges: Iterable[Exchange]
) -> dict[str, list[dict[str, Any]]]:
    """Read those messages for each requirement."""
    ids = {one for trail in wanted.values() for one in trail}
    kept = {exchange.id: exchange for exchange in exchanges if exchange.id in ids}
    trails = {key: tuple(kept[one] for one in trail if one in kept) for key, trail in wanted.items()}
    return {key: [message] for key, trail in trails.items() if (message := message_json(trail))}
