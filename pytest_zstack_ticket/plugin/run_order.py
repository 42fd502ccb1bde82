"""The order in which the shipped tests run, whatever other plugins make of the order of tests.

Several of them share what they sent, and the late ones compare the end of a run with its start, so their place is part
of what they examine.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TypeAlias

import pytest

from pytest_zstack_ticket.config.package_data import suites_folder
from pytest_zstack_ticket.plugin.items import requirement_of

COLLECTED: pytest.StashKey[int] = pytest.StashKey()
"""The number of a test among those that were collected; it orders the cases of one parametrised test."""

Key: TypeAlias = tuple[str, int, int]


def number(item: pytest.Item, count: int) -> None:
    """Note as which test an item was collected."""
    item.stash[COLLECTED] = count


def in_order(tests: Sequence[pytest.Item], late: Collection[str]) -> list[pytest.Item]:
    """Put tests in the order of the run: the shipped ones as the suites have them, those of `late` requirements last.

    A project's own tests keep the places that they have among the others.
    """
    folder = suites_folder()
    last = [one for one in tests if _is_shipped(one, folder) and requirement_of(one) in late]
    others = [one for one in tests if one not in set(last)]
    shipped = iter(sorted((one for one in others if _is_shipped(one, folder)), key=_key))
    return [*(next(shipped) if _is_shipped(one, folder) else one for one in others), *sorted(last, key=_key)]


def _is_shipped(item: pytest.Item, folder: Path) -> bool:
    return folder in item.path.parents


def _key(item: pytest.Item) -> Key:
    """Where a shipped test stands in the suites: its file, its line there, and its number among its cases."""
    return item.path.as_posix(), item.location[1] or 0, item.stash.get(COLLECTED, 0)
