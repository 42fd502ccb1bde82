"""Which calls a path serves. Source: dossier 1.1 (matching) and 4.2 (groups)."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from urllib.parse import unquote

from pytest_zstack_ticket.simulator.calls.all_calls import CALLS
from pytest_zstack_ticket.simulator.calls.api_call import Call
from pytest_zstack_ticket.simulator.variants import Variant

JOBS = "/v1/api-jobs"
_SLASHES = re.compile("/{2,}")
_LINE_END = re.compile("[\n\r\x85\u2028\u2029]")
"""What a variable of a path does not match: its pattern is a dot of Java."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The calls that share a path, and the values of its variables."""

    calls: tuple[Call, ...]
    variables: dict[str, str]

    @property
    def unique(self) -> bool:
        """A path of one call does not check the method at all (dossier 4.2)."""
        return len(self.calls) == 1

    def by_method(self, method: str) -> tuple[Call, ...]:
        """Return the calls that a method may mean."""
        return tuple(call for call in self.calls if call.method == method)


def _grouped() -> tuple[tuple[tuple[str, ...], tuple[Call, ...]], ...]:
    groups: dict[str, list[Call]] = defaultdict(list)
    for call in CALLS:
        groups[call.path].append(call)
    # literal segments win over variables, so templates with fewer variables come first
    ordered = sorted(groups.items(), key=lambda item: item[0].count("{"))
    return tuple((tuple(_segments(path)), tuple(calls)) for path, calls in ordered)


def _segments(path: str) -> list[str]:
    return [segment for segment in path.split("/") if segment]


_GROUPS = _grouped()


def split_target(target: str) -> tuple[str, str]:
    """Split a raw request target into its path and its query, both still encoded."""
    path, _, query = target.partition("?")
    return path, query


def decoded(path: str) -> str:
    """Percent-decode a path as the container does; malformed UTF-8 is replaced."""
    return unquote(path, errors="replace")


def find_route(path: str, variant: Variant) -> Route | None:
    """Find the calls of a decoded path; doubled slashes are harmless, a trailing one is not."""
    if path.endswith("/"):
        return None
    segments = _segments(path)
    for template, calls in _GROUPS:
        variables = _match(template, segments)
        if variables is None:
            continue
        known = tuple(call for call in calls if variant.release.at_least(*call.since))
        if known:
            return Route(calls=known, variables=variables)
    return None


def _match(template: tuple[str, ...], segments: list[str]) -> dict[str, str] | None:
    if len(template) != len(segments):
        return None
    variables = {}
    for wanted, found in zip(template, segments, strict=True):
        if wanted.startswith("{"):
            if _LINE_END.search(found):
                return None
            variables[wanted[1:-1]] = found
        elif wanted != found:
            return None
    return variables


def location(identity: str) -> str:
    """Path of a job; where slashes of its id would stand beside each other, only one is kept (UriComponentsBuilder)."""
    return _SLASHES.sub("/", f"{JOBS}/{identity}")


def job_id(path: str) -> str | None:
    """Return the id of a job path, whatever its form; None for any other path."""
    segments = _segments(path)
    if len(segments) == 3 and segments[:2] == _segments(JOBS) and not path.endswith("/"):
        if _LINE_END.search(segments[2]):
            return None
        return segments[2]
    return None
