"""What a vendor computes again after an edit, so that a report agrees with itself and with its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict

from pytest_zstack_ticket.api.capabilities import reported_version
from pytest_zstack_ticket.api.server_info import target_facts
from pytest_zstack_ticket.artifacts.evidence_reader import Evidence
from pytest_zstack_ticket.config.profile_file import profile_from_json
from pytest_zstack_ticket.model.codec import edit_to_json
from pytest_zstack_ticket.model.digest import digest
from pytest_zstack_ticket.model.exchange import Exchange
from pytest_zstack_ticket.model.loopback import is_loopback
from pytest_zstack_ticket.model.outcome import Violation
from pytest_zstack_ticket.model.quotas import FOREIGN, LABORATORY, UNBOUNDED
from pytest_zstack_ticket.model.saved_example import saved_example_to_json
from pytest_zstack_ticket.model.verdict import Example
from pytest_zstack_ticket.report.curl import curl_line
from pytest_zstack_ticket.report.finding import calibration_json, subject_role, witness_json
from pytest_zstack_ticket.report.sanitize import scrubbed_json
from pytest_zstack_ticket.verdicts.saved_examples import saved_example_of
from tests.soak.edit_kinds import Line

Trails = dict[str, tuple[Exchange, ...]]
BOUNDS = {"embedded": UNBOUNDED, "laboratory": LABORATORY, "foreign": FOREIGN}
REPEATED = ("effort", "seed", "nonce", "budget")
"""Members of a run that its options repeat."""


def agreeing(report: Line) -> None:
    """Let a report say alike what it says twice: the options, counts and digests follow the other member."""
    run, target = report["run"], report["target"]
    options, used = run["execution"]["options"], run["residue"]["used"]
    for name in REPEATED:
        if run[name] not in (None, ""):
            options[name] = {"origin": "command line", **options.get(name, {}), "value": str(run[name])}
        else:
            options.pop(name, None)
    for name, value in run["execution"]["account"].items():
        options |= {name: {**options[name], "value": value}} if name in options else {}
    run["installed"]["digest"] = digest(run["installed"]["versions"])
    run["left_on_target"] = len(run["residue"]["left"])
    target["release"] = report["profile"]["release"]
    if target["given"] is None:
        target["kind"] = "laboratory" if is_loopback(target["url"]) else "foreign"
        options["url"] = {"value": target["url"], "origin": "command line"}
    else:
        options["url"] = {"value": target["given"], "origin": "command line"}
    asked = {name: float(options[f"max-{name}"]["value"]) for name in asdict(UNBOUNDED) if f"max-{name}" in options}
    run["residue"]["caps"] = asdict(BOUNDS[target["kind"]]) | asked
    used["most_alive"] = min(used["most_alive"], used["created"])
    used["alive"] = min(used["alive"], used["most_alive"])
    if report["waivers"]:
        options["waivers"] = {"value": "waivers.toml", "origin": "command line"}


def repeating(report: Line, evidence: Evidence, judged: Iterable[Example]) -> None:
    """Let a report repeat what its evidence has now: calibration, version, observations, and the examples it shows."""
    _facts(report, evidence)
    by_requirement: dict[str, list[Example]] = {}
    for one in judged:
        by_requirement.setdefault(one.requirement, []).append(one)
    for row in report["requirements"]:
        found = by_requirement.get(row["id"], [])
        row["witnesses"] = _witnesses(found, evidence)
        failed = {one.test: one for one in found if isinstance(one.judgement, Violation)}
        row["findings"] = [_finding(one, failed, report, evidence) for one in row["findings"] if one["test"] in failed]
    saved = []
    for old in report["pinned"]:
        made = (_saved(one, evidence, report) for one in reversed(by_requirement.get(old["requirement"], [])))
        counts = {key: old[key] for key in ("seen", "tried")}
        new = next((one for one in made if one and bool(one["signature"]) == bool(old["signature"])), None)
        saved += [{**new, **counts}] if new else []
    report["pinned"] = saved


def _facts(report: Line, evidence: Evidence) -> None:
    message = (report["calibration"] or {}).get("message")
    if message:
        prefix, _, number = message["exchange"].rpartition("-")
        ids = [f"{prefix}-{place:06}" for place in range(int(number), int(number) + message["polls"] + 1)]
        trail = tuple(evidence.exchanges[one] for one in ids)
        report["calibration"] = scrubbed_json(calibration_json(trail, profile_from_json(report["profile"])))
        report["environment"]["target"] = target_facts(trail)
    with suppress(KeyError):
        report["target"]["version"] = reported_version(evidence.exchanges["m-000001"]) or None
    counts: dict[tuple[str, str], Line] = {}
    for one in evidence.observations:
        known = counts.setdefault((one.id, repr(one.value)), {"value": one.value, "count": 0, "exchanges": []})
        known["exchanges"] = known["exchanges"] or list(one.exchanges[:4])
        known["count"] += 1
    ids = sorted({key for key, _ in counts})
    report["observations"] = [{"id": one, "values": [v for (k, _), v in counts.items() if k == one]} for one in ids]


def _trails(one: Example, evidence: Evidence) -> Trails:
    return {role: tuple(evidence.exchanges[key] for key in ids) for role, ids in one.roles.items()}


def _witnesses(found: Iterable[Example], evidence: Evidence) -> list[Line]:
    first: dict[str, Example] = {}
    for one in found:
        if one.judgement is None:
            first.setdefault(one.test, one)
    shown = [scrubbed_json(witness_json(one, _trails(one, evidence))) for one in first.values()]
    return sorted(shown, key=lambda one: (one["test"], one["partition"], str(one["exchanges"])))[:2]


def _finding(old: Line, failed: Mapping[str, Example], report: Line, evidence: Evidence) -> Line:
    one = failed[old["test"]]
    trails = _trails(one, evidence)
    subject = trails.get(subject_role(trails), ())
    headers = subject[0].request.headers if subject else ()
    sessions = {value: "ZSTACK_SESSION" for name, value in headers if name.lower() == "authorization"}
    curl = curl_line(subject[0].request, report["target"]["url"], others=sessions) if subject else ""
    return {
        **old,
        "check": one.check,
        "arguments": one.arguments,
        "edit": edit_to_json(one.edit),
        "partition": one.partition,
        "exchanges": {role: list(ids) for role, ids in one.roles.items()},
        "curl": curl,
    }


def _saved(one: Example, evidence: Evidence, report: Line) -> Line | None:
    trails = _trails(one, evidence)
    headers = [pair for trail in trails.values() if trail for pair in trail[0].request.headers]
    sessions = {value for name, value in headers if name.lower() == "authorization"}
    word = report["run"]["nonce"] or ""
    made = saved_example_of(one, trails, ours=sessions, created=set(trails), word=word)
    return saved_example_to_json(made) if made else None
