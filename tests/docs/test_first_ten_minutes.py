"""Each thing that a new user met, or asked for, names tests that are there; see first_ten_minutes.toml."""

from __future__ import annotations

import ast
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = tomllib.loads(Path(__file__).with_name("first_ten_minutes.toml").read_text("utf-8"))
ROWS = [(area, says, tests) for area, rows in TABLE.items() for says, tests in rows.items()]


@cache
def names_in(file: Path) -> frozenset[str]:
    """Names of the tests of a module."""
    found = ast.walk(ast.parse(file.read_text("utf-8")))
    return frozenset(one.name for one in found if isinstance(one, ast.FunctionDef) and one.name.startswith("test_"))


@pytest.mark.parametrize(("area", "says", "tests"), ROWS, ids=[f"{area}: {says}" for area, says, _ in ROWS])
def test_what_a_new_user_met_is_held_by_tests_that_are_there(area: str, says: str, tests: list[str]):
    assert tests, f"{area}: no test holds that {says}"
    for one in tests:
        file, _, name = one.partition("::")
        assert (ROOT / file).is_file(), one
        assert name in names_in(ROOT / file), one
