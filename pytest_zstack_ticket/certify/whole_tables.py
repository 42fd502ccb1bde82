"""Whether what did not fail was examined with its whole table, each row with its own request.

The tables are those of the suites: each mutation that must be refused, each variation that must not matter. A row that
failed could have been cut out of the evidence, or been given the exchanges of another one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from pytest_zstack_ticket.api.hazards import hazard_of
from pytest_zstack_ticket.api.strict_json import decode
from pytest_zstack_ticket.model.exchange import Exchange
from pytest_zstack_ticket.model.nonce import NONCE, NONCE_BYTES_PATTERN
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.model.requirement import Requirement
from pytest_zstack_ticket.model.ticket import Edit
from pytest_zstack_ticket.model.ticket_context import Context
from pytest_zstack_ticket.model.verdict import Example
from pytest_zstack_ticket.verdicts.relevance import row_pattern

if TYPE_CHECKING:
    from pytest_zstack_ticket.strategies.base_draft import Row

_DRAWN = re.compile(rb"[0-9a-fA-F-]{20,}")
"""UUIDs, whole and malformed: each time another one."""


def cut_or_swapped(  # noqa: PLR0913 - what decides which rows there have to be
    requirements: Sequence[Requirement],
    examples: Sequence[Example],
    exchanges: Mapping[str, Exchange],
    profile: Profile,
    *,
    harmless: bool,
    passed: Collection[str] = (),
) -> str:
    """Say which row is missing from a table, or has another request than its own; an empty text if none is and has.

    `requirements` are those whose tests ended without a violation; `harmless` if the target is not sent what could
    harm a cloud. Of those that `passed`, each draft was tried with the same rows.
    """
    rules = {
        one.id: one for one in requirements if any(check.check in _TABLES and check.rows for check in one.decided_by)
    }
    if not any(one.edit for one in examples) and not rules:
        return ""
    tables = {check: make(profile) for check, make in _TABLES.items()}
    twice = _of_two_rows(tables, examples)
    if twice:
        return twice
    seen: dict[str, list[Example]] = {one: [] for one in rules}
    for example in examples:
        if example.requirement in seen:
            seen[example.requirement].append(example)
    missing = next((why for one in rules for why in _faults(rules[one], tables, seen[one], exchanges, harmless)), "")
    rows = {name for table in tables.values() for name in table}
    enumerated = {key: [one for one in found if one.partition in rows] for key, found in seen.items() if key in passed}
    return missing or next((why for one in enumerated for why in _uneven(one, enumerated[one], exchanges)), "")


def _of_two_rows(tables: Mapping[str, Mapping[str, Row]], examples: Sequence[Example]) -> str:
    """Say which request stands for two rows; an empty text if none does."""
    names = {(one.edit.kind, one.edit.partition) for table in tables.values() for one in table.values()}
    label: dict[str, tuple[str, str]] = {}
    for example in examples:
        subject = example.roles.get("subject")
        key = (example.edit.kind, example.partition) if example.edit else ("", "")
        if subject and key in names and label.setdefault(subject[0], key) != key:
            return f"the request {subject[0]} stands for {label[subject[0]][1]} and for {key[1]}"
    return ""


def edits_of_rows(profile: Profile) -> dict[str, Edit]:
    """Return the edits of the mutations by partition."""
    return {name: row.edit for name, row in _mutations(profile).items()}


def _mutations(profile: Profile) -> dict[str, Row]:
    from pytest_zstack_ticket.strategies.mutations import fresh_uuid, mutation_rows  # noqa: PLC0415 - imports Hypothesis

    rows = mutation_rows(profile.limits, fresh=fresh_uuid, tags=profile.surely_since(3, 6))
    return {one.edit.partition: one for one in rows}


def _variations(profile: Profile) -> dict[str, Row]:
    from pytest_zstack_ticket.strategies.mutations import fresh_uuid  # noqa: PLC0415 - imports Hypothesis
    from pytest_zstack_ticket.strategies.variations import variation_rows  # noqa: PLC0415

    return {one.edit.partition: one for one in variation_rows(Context(), profile.limits, fresh=fresh_uuid)}


_TABLES: dict[str, Callable[[Profile], dict[str, Row]]] = {"refusal": _mutations, "sameness": _variations}
"""The rows of each table by partition, by the check that judges them."""


def _faults(
    rule: Requirement,
    tables: Mapping[str, Mapping[str, Row]],
    examples: Sequence[Example],
    exchanges: Mapping[str, Exchange],
    harmless: bool,  # noqa: FBT001
) -> Iterator[str]:
    """Yield what is wrong with the rows of a requirement."""
    for check in (one for one in rule.decided_by if one.check in tables):
        known = tables[check.check]
        wanted = [name for name in known if any(row_pattern(one).fullmatch(name) for one in check.rows)]
        tried: dict[str, list[Example]] = {}  # a test that is repeated tries each row with several siblings
        for one in examples:
            if one.roles.get("sibling") and one.roles.get("subject"):
                tried.setdefault(one.partition, []).append(one)
        base = next((exchanges[one[0].roles["sibling"][0]].request.body for one in tried.values()), None)
        for name in wanted:
            for example in tried.get(name, ()):
                yield from _other_request(known[name], example, exchanges)
            if name not in tried and not (harmless and hazard_of(_made(known[name], base))):
                yield f"{rule.id} was examined without {name}"


def _uneven(requirement: str, examples: Sequence[Example], exchanges: Mapping[str, Exchange]) -> Iterator[str]:
    """Yield a row that a test tried with one draft and not with another: a test repeats all its rows with each."""
    rows: dict[str, dict[bytes, set[str]]] = {}
    for one in examples:
        if one.check in _TABLES and one.roles.get("sibling") and one.roles.get("subject"):
            draft = _masked(exchanges[one.roles["sibling"][0]].request.body or b"")
            rows.setdefault(one.test, {}).setdefault(draft, set()).add(one.partition)
    for test, drafts in rows.items():
        every = {row for found in drafts.values() for row in found}
        missing = {row for row in every if not all(row in found for found in drafts.values())}
        if missing:
            yield f"{test} examined {requirement} without {min(missing)} of one of its drafts"


def _other_request(row: Row, example: Example, exchanges: Mapping[str, Exchange]) -> Iterator[str]:
    """Yield whether the request of an example is not what its row makes of its sibling."""
    sent, sibling = (exchanges[example.roles[role][0]] for role in ("subject", "sibling"))
    made = _made(row, sibling.request.body)
    if made is not None and _masked(made) != _masked(sent.request.body or b""):
        yield f"the request {sent.id} of {example.requirement} is not {example.partition}"


def _made(row: Row, base: bytes | None) -> bytes | None:
    """Return the body that a row makes of another, None where that has not what the row changes."""
    body = decode(NONCE_BYTES_PATTERN.sub(NONCE.encode(), base or b""))
    if not isinstance(body, dict):
        return None
    try:
        return row.draft(body).body
    except (LookupError, TypeError):
        return None


def _masked(body: bytes) -> bytes:
    return _DRAWN.sub(b"", NONCE_BYTES_PATTERN.sub(b"", body))
