"""The order in which the shipped tests run, whatever other plugins make of the order of tests.

Several of them share what they sent, and the late ones compare the end of a run with its start, so their place is part
of what they examine. Those that need quiet come after all that do not, so that bodies started ahead wait for each other
only a few times in a run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from functools import partial
from pathlib import Path
from typing import TypeAlias

import pytest

from pytest_zstack_ticket.config.package_data import suites_folder
from pytest_zstack_ticket.plugin.items import requirement_of

COLLECTED: pytest.StashKey[int] = pytest.StashKey()
"""The number of a test among those that were collected; it orders the cases of one parametrised test."""

EXPLORING = frozenset({"zstack_explore", "zstack_state_machine"})

Key: TypeAlias = tuple[int, str, int, str, int, int]


def explores(item: pytest.Item) -> bool:
    """Return True for a test that explores: it runs in the main thread, and others may run next to it.

    Hypothesis parses sources, as do pytest's reports and its rewriting of what is imported, which CPython 3.11 cannot
    do in two threads at once (SystemError: AST constructor).
    """
    return not EXPLORING.isdisjoint(getattr(item, "fixturenames", ()))


def group_of(item: pytest.Item) -> str | None:
    """Return which tests a test may run next to, by the name of their group: empty for most, None for none at all."""
    marker = item.get_closest_marker("zstack_alone")
    if marker is None:
        return ""
    return str(marker.args[0]) if marker.args else None


def is_tidied(item: pytest.Item, *, sessions_last: bool) -> bool:
    """Return True for a test that runs alone, but next to which tickets that no test needs may be deleted.

    One that opens and ends sessions is such a test as long as none of the run's own sessions was ended by that: whoever
    deletes meanwhile would have to log in again, and so might end those of the test.
    """
    marker = item.get_closest_marker("zstack_alone")
    wanted = marker.kwargs.get("cleanup") if marker is not None else None
    return wanted is True or (wanted == "sessions" and sessions_last)


def takes_turns(item: pytest.Item) -> bool:
    """Return True for a test that opens and ends sessions of its own, and does no harm to those of others."""
    marker = item.get_closest_marker("zstack_alone")
    return marker is not None and marker.kwargs.get("in_turn") is True


def number(item: pytest.Item, count: int) -> None:
    """Note as which test an item was collected."""
    item.stash[COLLECTED] = count


def in_order(tests: Sequence[pytest.Item], late: Collection[str], seed: int | None = None) -> list[pytest.Item]:
    """Put tests in the order of the run: the shipped ones as the suites have them, those of `late` requirements last.

    With a seed, those that need no quiet come in an order drawn from it: what is sent first is not known beforehand.
    A project's own tests keep the places that they have among the others.
    """
    folder = suites_folder()
    last = [one for one in tests if _is_shipped(one, folder) and requirement_of(one) in late]
    others = [one for one in tests if one not in set(last)]
    shipped = iter(sorted((one for one in others if _is_shipped(one, folder)), key=partial(_key, seed=seed)))
    return [*(next(shipped) if _is_shipped(one, folder) else one for one in others), *sorted(last, key=_key)]


def _is_shipped(item: pytest.Item, folder: Path) -> bool:
    return folder in item.path.parents


def _key(item: pytest.Item, seed: int | None = None) -> Key:
    """Where a shipped test stands: how much quiet it needs, its group, whether others can run meanwhile, its place."""
    group = group_of(item)
    quiet = 2 if group is None else 1 if group else 0
    # the main thread explores while the bodies of the other long ones run; if it waited for them it could not
    soon = 2 if item.get_closest_marker("zstack_long") is None else 0 if explores(item) else 1
    place = item.path.as_posix()
    if seed is not None and quiet == 0:
        place = hashlib.sha256(f"{seed}/{item.nodeid}".encode()).hexdigest()
    return quiet, group or "", soon, place, item.location[1] or 0, item.stash.get(COLLECTED, 0)
