"""Decide which tests share what they send, so that xdist gives them to one worker and nothing is sent twice.

The process that hands out tests knows only their node ids, so each worker writes down the groups of those that it
collected. Where that file cannot be read, such as on another machine, the tests of a module stay together.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
from collections.abc import Collection, Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped] # xdist ships no types
from xdist.workermanage import WorkerController  # type: ignore[import-untyped] # likewise

from pytest_zstack_ticket.config.atomic_write import write_atomically
from pytest_zstack_ticket.config.package_data import suites_folder
from pytest_zstack_ticket.plugin.items import requirement_of

CASES, LATE = "zstack-cases", "zstack-late"
"""The group that sends the cases first, and the group that comes after all others."""
SHARED = {"zstack_cases": CASES, "zstack_tickets": "zstack-tickets"}
"""Fixtures that keep what they sent for the tests that come after, and the name of their group."""


def group_of(item: pytest.Item, late: Collection[str] = ()) -> str:
    """Name the group of a test: by a mark, what it shares, its module, or itself; `late` requirements have their own.

    In the shipped suites what uses no shared fixture goes with its module: modules keep flows for their own tests, and
    log in with a wrong password only once.
    """
    mark = item.get_closest_marker("xdist_group")
    used = set(getattr(item, "fixturenames", ()))
    shared = next((group for fixture, group in SHARED.items() if fixture in used), "")
    if mark is not None:
        return str(mark.args[0] if mark.args else mark.kwargs.get("name", "default"))
    if suites_folder() in item.path.parents and requirement_of(item) in late:
        return LATE
    return shared or (str(item.path) if suites_folder() in item.path.parents else item.nodeid)


def write_groups(path: Path, items: Iterable[pytest.Item], late: Collection[str]) -> None:
    """Write down the group of each test, whole or not at all; every worker writes the same."""
    with contextlib.suppress(OSError):
        write_atomically(path, json.dumps({item.nodeid: group_of(item, late) for item in items}))


def groups_path(usage_counter: Path) -> Path:
    """Return where groups are written: beside the counts that the processes of a run share."""
    return usage_counter.with_suffix(".groups")


def scheduler(config: pytest.Config, log: Any, path: Path) -> LoadScopeScheduling | None:
    """Return what hands out the tests, None if the user chose another way to distribute them."""
    if config.getoption("dist", "no") != "load" or _is_chosen(config):
        return None
    return GroupScheduling(config, log, path)


class GroupScheduling(LoadScopeScheduling):  # type: ignore[misc] # xdist's class is not typed for subclasses
    """Gives the tests of a group to one worker, large groups first; the late group waits until all else is done."""

    def __init__(self, config: pytest.Config, log: Any, path: Path) -> None:
        super().__init__(config, log)
        self._path = path

    def _split_scope(self, nodeid: str) -> str:
        return self._groups.get(nodeid) or super()._split_scope(nodeid)

    def _reschedule(self, node: WorkerController) -> None:
        """Hold the late group back while any other worker has tests; it goes to the worker that sent the cases.

        A worker runs its last test only when it knows the next one or is to shut down. So the others are shut down, and
        the one that waits for the late group gets it when they are done.
        """
        if list(self.workqueue) != [LATE]:
            super()._reschedule(node)
            return
        late_worker = self._late_worker()
        if node is not late_worker and not node.shutting_down:
            node.shutdown()
        if late_worker is not None:
            self._assign_work_unit(late_worker)

    def _assign_work_unit(self, node: WorkerController) -> None:
        """Give a worker the next group: the late one after all others, and when no other worker has tests."""
        self.workqueue.update({LATE: self.workqueue.pop(LATE)} if LATE in self.workqueue else {})
        others = (work for other, work in self.assigned_work.items() if other is not node)
        if list(self.workqueue) != [LATE] or not any(map(self._pending_of, others)):
            super()._assign_work_unit(node)

    def _late_worker(self) -> WorkerController | None:
        """Choose the worker for the late group: the one that sent the cases if it is still there."""
        there = [node for node in self.assigned_work if not node.shutting_down]
        return next((node for node in there if CASES in self.assigned_work[node]), next(iter(there), None))

    @cached_property
    def _groups(self) -> dict[str, str]:
        try:
            groups: dict[str, str] = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        else:
            return groups


def _is_chosen(config: pytest.Config) -> bool:
    given = [*config.invocation_params.args, *config.getini("addopts")]
    given += shlex.split(os.environ.get("PYTEST_ADDOPTS", ""))
    return any(str(word).partition("=")[0] in ("--dist", "-d") for word in given)
