"""Every enumerated row is sent by a suite and judged by at least one requirement."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_zstack_ticket.config.catalogue import catalogue
from pytest_zstack_ticket.config.package_data import suites_folder
from pytest_zstack_ticket.model.ticket import Draft, Message
from pytest_zstack_ticket.strategies import (
    malformed_requests,
    mutations,
    open_questions,
    unusual_requests,
    variations,
)
from tests.unit.strategies.catalogue_rows import CONTEXT, LIMITS

CATALOGUES: dict[str, tuple[Draft | Message, ...]] = {
    "mutations": mutations(CONTEXT, LIMITS),
    "variations": variations(CONTEXT, LIMITS),
    "open": open_questions(CONTEXT, LIMITS),
    "malformed-requests": malformed_requests(CONTEXT, LIMITS),
    "unusual-requests": unusual_requests(CONTEXT, LIMITS),
}
WHOLE = {"open": "ZT-ANSWER-035"}
"""Catalogues of which each row is judged by one requirement, whatever it is."""
OF_HAND = {"path-unknown", "path-unknown-below", "path-unknown-near"}
"""Judged by a check that takes no rows: ZT-HTTP-007 sends exactly these."""


def texts() -> set[str]:
    """Return every text in the tests of the suites: the patterns of rows are among them."""
    found = set()
    for path in suites_folder().glob("*/test_*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        found |= {one.value for one in ast.walk(tree) if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return found


def sent_whole(paths: Iterator[Path]) -> set[str]:
    """Return the catalogues that a test asks for without any pattern."""
    calls = [
        call
        for path in paths
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in ("results", "rows")
    ]
    alone = [call.args[0] for call in calls if len(call.args) == 1]
    return {one.value for one in alone if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def fits(partition: str, patterns: set[str]) -> bool:
    return any(re.fullmatch(".*".join(map(re.escape, one.split("*"))), partition) for one in patterns if one != "*")


def partitions(name: str) -> list[str]:
    return [row.edit.partition for row in CATALOGUES[name] if row.edit]


PATTERNS = texts()
JUDGED = {pattern for row in catalogue() for check in row.decided_by for pattern in check.rows}


@pytest.mark.parametrize("name", CATALOGUES)
def test_every_row_is_sent(name: str) -> None:
    whole = sent_whole(suites_folder().glob("*/test_*.py")) | WHOLE.keys()
    assert name in whole or [one for one in partitions(name) if not fits(one, PATTERNS)] == []


@pytest.mark.parametrize("name", sorted(CATALOGUES.keys() - WHOLE.keys()))
def test_every_row_is_judged_by_a_requirement_that_names_it(name: str) -> None:
    assert [one for one in partitions(name) if not fits(one, JUDGED) and one not in OF_HAND] == []


def test_a_requirement_names_no_row_that_does_not_exist() -> None:
    known = [one for name in CATALOGUES for one in partitions(name)]
    own = (
        r"header-|unknown-parameter|member-parameter|override-|create-by-|cancel-by-|action-|framing-|kept-open-|dots-"
        r"|flow-|taken-name"
    )
    stale = [
        pattern for pattern in JUDGED if not any(fits(one, {pattern}) for one in known) and not re.match(own, pattern)
    ]
    assert stale == []
