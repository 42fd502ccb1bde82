"""Tests may decide a shipped requirement only as its catalogue says, so that no verdict of a run is refused later."""

from __future__ import annotations

from pytest_zstack_ticket.config.catalogue import catalogue
from pytest_zstack_ticket.model.verdict import Example
from pytest_zstack_ticket.verdicts.relevance import irrelevance


def require_relevant(example: Example) -> None:
    """Raise RuntimeError for an example that the catalogue does not let decide its requirement."""
    rule = next((one for one in catalogue() if one.id == example.requirement), None)
    why = irrelevance(example, rule) if rule else ""
    if why:
        raise RuntimeError(f"{example.requirement}: {why}. Change its decided-by in the catalogue, or the test.")
