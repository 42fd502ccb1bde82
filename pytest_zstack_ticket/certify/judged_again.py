"""Whether a report is what its evidence comes to, and which requirements this version of the suite has."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import TypeAlias

from pytest_zstack_ticket.artifacts.bundle import Bundle, as_folder
from pytest_zstack_ticket.certify.rejection import Rejection
from pytest_zstack_ticket.model.errors import EvidenceError
from pytest_zstack_ticket.model.exchange import JsonObject

MOST_NAMED = 5
Judge: TypeAlias = Callable[[Path], JsonObject]
"""Recomputes the report of a bundle's folder from its evidence."""


def judged_otherwise(bundle: Bundle, report: JsonObject, judge_again: Judge) -> list[Rejection]:
    """Return where a report differs from what its evidence comes to."""
    try:
        with as_folder(bundle) as folder:
            again = judge_again(folder)
    except EvidenceError as error:
        return [Rejection("evidence-edited", str(error))]
    verdicts = {row["id"]: row["verdict"] for row in report["requirements"]}
    other = {row["id"]: row["verdict"] for row in again["requirements"]}
    differing = sorted(key for key in verdicts.keys() | other.keys() if verdicts.get(key) != other.get(key))
    if not differing and again["verdict"] == report["verdict"]:
        return _rows_otherwise(report, again)
    lines = [f"{key}: {verdicts.get(key, '-')} -> {other.get(key, '-')}" for key in differing[:3]]
    return [Rejection("judged-otherwise", ", ".join(lines) or f"{report['verdict']} -> {again['verdict']}")]


def _rows_otherwise(report: JsonObject, again: JsonObject) -> list[Rejection]:
    """Return rows that the evidence does not support; another version of the suite may have other rules."""
    if not is_known(report["run"]["suite"]):
        return []
    rows = zip(report["requirements"], again["requirements"], strict=True)
    other = [old["id"] for old, new in rows if old != new]
    rest = sorted({*report, *again} - {"requirements"})
    other += [key for key in rest if (key in report, report.get(key)) != (key in again, again.get(key))]
    return [Rejection("rows-otherwise", ", ".join(other[:MOST_NAMED]))] if other else []


def is_known(suite: JsonObject) -> bool:
    """Return True if a run was made by this version, of which the requirements are known."""
    return bool(suite["version"] == version("pytest-zstack-ticket"))


def shipped_requirements() -> frozenset[str]:
    """Return the ids of the shipped requirements."""
    from pytest_zstack_ticket.config.catalogue import catalogue  # noqa: PLC0415 - not for other versions' bundles

    return frozenset(row.id for row in catalogue())
