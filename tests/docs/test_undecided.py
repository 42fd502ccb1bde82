"""Each reason that decides nothing has a row in docs/undecided.toml, and each row a requirement that fails, or a why."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import pytest_zstack_ticket
from pytest_zstack_ticket.config.catalogue import catalogue
from pytest_zstack_ticket.verdicts.tally import LEGAL

SOURCES = Path(pytest_zstack_ticket.__file__).parent
ROWS: list[dict[str, Any]] = tomllib.loads((SOURCES.parent / "docs" / "undecided.toml").read_text("utf-8"))["reason"]
DESCRIBED = {
    "was-accepted",
    "was-refused",
    "was-refused-in-text",
    "was-unfinished",
    "was-unanswered",
    "was-lost",
    "malformed",
}
"""What `describe` may say of an outcome, a malformed one by the classifier's own words."""
READ_BACK = {"judgement_from_json"}
"""Functions that only read a reason which a check gave."""

Reason = tuple[str, str, str]
"""Key, what was not shown, and the check that says so."""


def _functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    folders = ("checks", "certify")
    for path in sorted(path for folder in folders for path in (SOURCES / folder).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                yield f"{path.stem}.{node.name}", node


def _phrases(call: ast.Call) -> Iterator[tuple[str, str]]:
    """Yield key and member of each phrase in an argument of `Undecided`; nothing for what an outcome describes."""
    for node in ast.walk(call.args[0]):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "of":
            key = node.args[0]
            assert isinstance(key, ast.Constant), ast.unparse(call)
            members = [_texts(one.value) for one in node.keywords if one.arg == "member"]
            yield from ((str(key.value), member) for member in (members[0] if members else [""]))


def _texts(node: ast.expr) -> list[str]:
    """List the texts that an expression may be, or its own text where it is none."""
    if isinstance(node, ast.IfExp):
        return [*_texts(node.body), *_texts(node.orelse)]
    return [str(node.value) if isinstance(node, ast.Constant) else ast.unparse(node)]


def reasons() -> set[Reason]:
    found = {(key, "", "") for key in DESCRIBED}
    for where, function in _functions():
        calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
        named = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Undecided"]
        if function.name not in READ_BACK:
            found |= {(key, member, where) for call in named for key, member in _phrases(call)}
    return found


def covered(reason: Reason) -> list[dict[str, Any]]:
    key, member, where = reason
    rows = [row for row in ROWS if row["key"] == key and row.get("member", "") == member]
    return [row for row in rows if "at" not in row or where in row["at"]]


@pytest.mark.parametrize("reason", sorted(reasons()), ids="/".join)
def test_a_reason_has_one_row(reason: Reason) -> None:
    assert len(covered(reason)) == 1


def test_a_row_is_that_of_a_reason() -> None:
    known = reasons()
    for row in ROWS:
        for where in row.get("at", [None]):
            same = [one for one in known if (one[0], one[1]) == (row["key"], row.get("member", ""))]
            assert any(where in (None, one[2]) for one in same), (row["key"], row.get("member", ""), where)


def test_what_the_contract_leaves_open_is_named_check_by_check_or_member_by_member() -> None:
    assert {row["key"] for row in ROWS} >= LEGAL
    for row in ROWS:
        if row["key"] in ("legal-acceptance", "legal-refusal"):
            assert row["at"]
        if row["key"] == "not-shown":
            assert row["member"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['key']}/{row.get('member', '')}")
def test_a_row_names_a_requirement_that_a_fault_makes_fail_or_says_why_none_can(row: dict[str, Any]) -> None:
    rules = {one.id: one for one in catalogue()}
    assert row["when"]
    if "never" in row:
        assert row["never"]
        assert not row.keys() & {"fails", "fault"}
        return
    assert row["fails"]
    assert any(row["fault"] in rules[one].killed_by for one in row["fails"])
