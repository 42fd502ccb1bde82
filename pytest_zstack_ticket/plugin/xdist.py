"""Decide which tests share what they send, so that xdist gives them to one worker and nothing is sent twice.

The process that hands out tests knows only their node ids, so each worker writes down the groups of those that it
collected. Where that file cannot be read, such as on another machine, the tests of a module stay together.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped] # xdist ships no types

from pytest_zstack_ticket.config.atomic_write import write_atomically
from pytest_zstack_ticket.config.package_data import suites_folder

SHARED = {"zstack_cases": "sweep", "zstack_tickets": "shelf"}
"""Fixtures that keep what they sent for the tests that come after, and the name of their group."""


def group_of(item: pytest.Item) -> str:
    """Return the group of a test: the mark that somebody gave it, what it shares, its module, or itself.

    In the shipped suites what uses no shared fixture goes with its module: modules keep flows for their own tests, and
    log in with a wrong password only once.
    """
    mark = item.get_closest_marker("xdist_group")
    used = set(getattr(item, "fixturenames", ()))
    shared = next((group for fixture, group in SHARED.items() if fixture in used), "")
    if mark is not None:
        return str(mark.args[0] if mark.args else mark.kwargs.get("name", "default"))
    return shared or (str(item.path) if suites_folder() in item.path.parents else item.nodeid)


def write_groups(path: Path, items: Iterable[pytest.Item]) -> None:
    """Write down the group of each test, whole or not at all; every worker writes the same."""
    with contextlib.suppress(OSError):
        write_atomically(path, json.dumps({item.nodeid: group_of(item) for item in items}))


def groups_path(usage_counter: Path) -> Path:
    """Return where groups are written: beside the counts that the processes of a run share."""
    return usage_counter.with_suffix(".groups")


def scheduler(config: pytest.Config, log: Any, path: Path) -> LoadScopeScheduling | None:
    """Return what hands out the tests, None if somebody chose another way to distribute them."""
    if config.getoption("dist", "no") != "load" or _is_chosen(config):
        return None
    return GroupScheduling(config, log, path)


class GroupScheduling(LoadScopeScheduling):  # type: ignore[misc] # xdist's class is not typed for subclasses
    """Gives the tests of a group to one worker, large groups first."""

    def __init__(self, config: pytest.Config, log: Any, path: Path) -> None:
        super().__init__(config, log)
        self._path = path

    def _split_scope(self, nodeid: str) -> str:
        return self._groups.get(nodeid) or super()._split_scope(nodeid)

    @cached_property
    def _groups(self) -> dict[str, str]:
        try:
            told: dict[str, str] = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        else:
            return told


def _is_chosen(config: pytest.Config) -> bool:
    given = [*config.invocation_params.args, *config.getini("addopts")]
    given += shlex.split(os.environ.get("PYTEST_ADDOPTS", ""))
    return any(str(word).partition("=")[0] in ("--dist", "-d") for word in given)
