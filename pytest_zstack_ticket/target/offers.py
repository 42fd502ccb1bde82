"""What a cloud offers for a context file: offerings, images, networks, projects, virtual IDs and flow collections.

Read by queries alone; a cloud that does not answer one of them just leaves that list unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pytest_zstack_ticket.api.messages import Row, final_answer
from pytest_zstack_ticket.model.exchange import Failure, Json
from pytest_zstack_ticket.target.target import Target

_UUID = re.compile("[0-9a-f]{32}")
MOST = 100
"""Rows that are asked for of each list."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One row of a list: its UUID, its name, and what else helps to choose it."""

    uuid: str
    name: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """The rows of one list that a ticket can use, the best first, or why they are unknown."""

    offers: tuple[Offer, ...] = ()
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """How one list is asked for: its path, which rows can be used, which come first, and what is shown of them."""

    path: str
    usable: Callable[[Row], bool]
    order: Callable[[Row], tuple[float, ...]] = lambda _: ()
    shown: tuple[str, ...] = ()


def _is(row: Row, **wanted: Json) -> bool:
    """Say whether each member that a row has is as wanted; one that a release does not show counts as such."""
    return all(row.get(name, value) == value for name, value in wanted.items())


def _size(*names: str) -> Callable[[Row], tuple[float, ...]]:
    """Order rows by the size of members, smallest first; those without come last."""
    return lambda row: tuple(_number(row.get(name)) for name in names)


def _number(value: Json) -> float:
    return float(value) if isinstance(value, int | float) else float("inf")


QUERIES = {
    "offerings": Query(
        "/v1/instance-offerings",
        lambda row: _is(row, state="Enabled", type="UserVm"),
        _size("cpuNum", "memorySize"),
        ("cpuNum", "memorySize"),
    ),
    "images": Query(
        "/v1/images",
        lambda row: _is(row, state="Enabled", status="Ready", mediaType="RootVolumeTemplate", system=False),
        _size("size"),
        ("platform", "size"),
    ),
    "networks": Query(
        "/v1/l3-networks",
        lambda row: _is(row, state="Enabled", system=False) and row.get("category") != "System",
        lambda row: (float(row.get("category") != "Private"),),
        ("category",),
    ),
    "projects": Query("/v1/iam2/projects", lambda row: _is(row, state="Enabled")),
    "virtual-ids": Query("/v1/iam2/virtual-ids", lambda row: _is(row, state="Enabled")),
    "collections": Query(
        "/v1/tickets/flow-collections",
        lambda row: _is(row, state="Enabled", status="Valid"),
        lambda row: (float(not row.get("isDefault")),),
        ("projectUuid", "isDefault"),
    ),
}


def ask(target: Target) -> dict[str, Listed]:
    """Log in and ask for each list. Raises TargetError if there is no session."""
    target.sessions.session  # noqa: B018 - that there is one is what matters: its error says what to do
    return {name: _listed(target, query) for name, query in QUERIES.items()}


def _listed(target: Target, query: Query) -> Listed:
    result = target.endpoint.call("GET", f"{query.path}?limit={MOST}")
    answer = final_answer(result.exchanges)
    if answer is None:
        failure = result.exchanges[-1].answer
        return Listed(unknown=failure.detail if isinstance(failure, Failure) else "no answer")
    if answer.status != 200:
        return Listed(unknown=f"GET {query.path} was answered with status {answer.status}")
    return Listed(tuple(_offers(sorted(filter(query.usable, result.rows), key=query.order), query.shown)))


def _offers(rows: Iterable[Row], shown: tuple[str, ...]) -> Iterable[Offer]:
    for row in rows:
        uuid = row.get("uuid")
        if isinstance(uuid, str) and _UUID.fullmatch(uuid):
            about = ", ".join(f"{name} {row[name]}" for name in shown if row.get(name) is not None)
            yield Offer(uuid, str(row.get("name", "")), about)
