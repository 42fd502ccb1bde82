"""How much of the suite a report covers, which every claim has to be read with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pytest_zstack_ticket.config.own_catalogue import OWN
from pytest_zstack_ticket.config.profile_file import parse_release
from pytest_zstack_ticket.model.errors import ProfileError
from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.model.profile import Limits

EXAMINED = frozenset({"passed", "failed", "inconclusive", "error"})
MOST_IDS = 3
"""Ids that are named of those which one reason left out."""

KNOWN_PLUGINS = frozenset({"allure-pytest", "anyio", "hypothesis", "locust", "platformdirs", "pytest-xdist"})
"""Distributions whose pytest plugins alter no verdict."""
_VERSION = re.compile(r"\d{1,3}\.\d{1,3}")


def coverage(report: JsonObject) -> JsonObject:
    """Count what a report leaves out, and name what narrows it: absent capabilities, limits of its own.

    A project's own requirements are counted apart, since any number of them would pass.
    """
    rows = report["requirements"]
    shipped = [row for row in rows if row["area"] != OWN]
    left_out = [row for row in rows if row["verdict"] not in EXAMINED]
    profile = report["profile"]
    return {
        "requirements": len(rows),
        "not-examined": len(left_out),
        "must-not-examined": sum(row["level"] == "must" for row in left_out),
        "because": because(left_out),
        "absent": sorted(profile["absent"]),
        "other-limits": other_limits(profile["limits"]),
        "plugins": [one["name"] for one in unknown_plugins(report) if one["hooks"]],
        "other-release": other_release(report),
        "inputs": distinct_inputs(shipped),
        "own": len(rows) - len(shipped) if shipped else 0,
        "tests-left-out": sum((row.get("outside") or {}).get("left_out", 0) for row in shipped),
    }


def because(rows: Sequence[JsonObject]) -> list[JsonObject]:
    """Group requirements that were not examined by their reason, most of them first, with the first ids of each.

    `of` is the need, the profile or the failed requirement that a reason names.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        reason = row.get("reason") or {"key": "", "parameters": {}}
        named = (reason["parameters"].get(name) for name in ("need", "profile", "by"))
        found.setdefault((reason["key"], str(next(filter(None, named), ""))), []).append(row["id"])
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return [{"reason": key, "of": of, "count": len(ids), "ids": sorted(ids)[:MOST_IDS]} for (key, of), ids in ordered]


def distinct_inputs(rows: Sequence[JsonObject]) -> dict[str, int]:
    """Count on how many distinct inputs passes rest: the least, the median, and how many rest on a single one."""
    found = sorted(row.get("distinct", 0) for row in rows if row["verdict"] == "passed") or [0]
    return {"least": found[0], "median": found[len(found) // 2], "single": sum(count == 1 for count in found)}


def standard_limits() -> dict[str, int]:
    """Write the limits of the built-in profiles as JSON."""
    limits = Limits()
    return {"name": limits.name, "description": limits.description, "comment": limits.comment}


def other_limits(limits: JsonObject) -> dict[str, int]:
    """Pick the limits that differ from those of the built-in profiles."""
    return {key: limits[key] for key, length in standard_limits().items() if limits[key] != length}


def unknown_plugins(report: JsonObject, allowed: Iterable[str] = ()) -> list[JsonObject]:
    """List the pytest plugins of a run that are neither known nor allowed, conftest.py files among them."""
    execution = report["run"].get("execution") or {"plugins": []}
    return [one for one in execution["plugins"] if not is_known_plugin(one, allowed)]


def is_known_plugin(plugin: JsonObject, allowed: Iterable[str] = ()) -> bool:
    """Tell whether a plugin is of a known distribution, or is allowed by its name or the digest of its file."""
    names = {plugin["name"], plugin["digest"], plugin["distribution"]} - {None}
    return plugin["distribution"] in KNOWN_PLUGINS or bool(names & set(allowed))


def other_release(report: JsonObject) -> str:
    """Return what the target says of its version if it was judged as another release; empty if both agree."""
    target = report["target"]
    version = target.get("version") or ""
    match = _VERSION.match(version)
    if match is None:
        return ""
    try:
        oldest, newest = (parse_release(target["release"][key]) for key in ("oldest", "newest"))
    except ProfileError:
        return str(version)
    said = parse_release(match[0])
    agree = said.at_least(oldest.major, oldest.minor) and newest.at_least(said.major, said.minor)
    return "" if agree else str(version)
