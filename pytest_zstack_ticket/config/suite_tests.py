"""Which requirements each shipped test examines, read from the source of the suites without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pytest_zstack_ticket.config.catalogue import catalogue
from pytest_zstack_ticket.config.package_data import suites_folder


@cache
def requirements_by_test() -> dict[str, frozenset[str]]:
    """Map each `module::function` to its requirement; a test with a row for each of several, to those of its area."""
    areas: dict[str, set[str]] = {}
    for one in catalogue():
        areas.setdefault(one.area, set()).add(one.id)
    found: dict[str, frozenset[str]] = {}
    for file in sorted(suites_folder().glob("*/test_*.py")):
        for name, literal in _tests(file):
            ids = {literal} if literal else areas.get(file.parent.name, set())
            # two areas may have modules and functions of the same names
            found[name] = found.get(name, frozenset()) | ids
    return found


def _tests(file: Path) -> Iterator[tuple[str, str]]:
    """Yield each test of a file with the id of its mark, empty if its rows are marked instead."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            yield f"{file.stem}::{node.name}", next(filter(None, map(_marked, node.decorator_list)), "")


def _marked(decorator: ast.expr) -> str:
    match decorator:
        case ast.Call(func=ast.Attribute(attr="requirement"), args=[ast.Constant(value=str(found))]):
            return found
        case _:
            return ""
