"""Whether a report agrees with itself: what it says twice it says alike, and it has all that a run of today writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from urllib.parse import urlsplit

from pytest_zstack_ticket.artifacts.evidence_reader import Evidence
from pytest_zstack_ticket.artifacts.execution import MAX_TEXT
from pytest_zstack_ticket.config.options import EFFORTS, EMBEDDED, OPTIONS
from pytest_zstack_ticket.model.digest import digest
from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.model.loopback import is_loopback
from pytest_zstack_ticket.model.quotas import FOREIGN, LABORATORY, UNBOUNDED
from pytest_zstack_ticket.model.requirement import Requirement
from pytest_zstack_ticket.verdicts.judge import REGRESSION
from pytest_zstack_ticket.verdicts.waivers import MOST_REPLAYS

BESIDE = 900.0
"""Seconds that a run may last before its first exchange and after its last, beyond those that it was told to wait."""
WAITS = ("read-timeout", "job-timeout", "outage-timeout")
ALWAYS = {
    "": ("environment", "kill-matrix", "deviations", "pinned", "waivers", "front_end"),
    "run": ("installed", "execution", "nonce", "budget", "pytest_status"),
    "run.suite": ("digest",),
    "run.residue": ("avoidable",),
    "target": ("version", "tls"),
    "calibration": ("flaw",),
    "requirements.*": ("waived", "outside", "distinct", "without_example", "killed_by", "witnesses"),
    "requirements.*.findings.*": ("irregular", "choices", "deciding"),
}
"""Members that a schema leaves open, for reports of older versions, and every run of this one writes."""
SOMETIMES = {
    "": ("upgrade",),
    "run.execution.options.*": ("digest",),
    "requirements.*.outside": ("left_out", "explored"),
    "requirements.*.findings.*": ("at_once",),
}
"""Members that a run writes where there is something to say."""
_CAPS = {"embedded": UNBOUNDED, "laboratory": LABORATORY, "foreign": FOREIGN}


def contradictions(report: JsonObject, evidence: Evidence, rules: Mapping[str, Requirement]) -> Iterator[str]:
    """Yield where a report of this version contradicts itself, or what its evidence bounds; `rules` are the shipped."""
    missing = list(_missing(report))
    yield from missing
    if missing:
        return
    yield from _of_times(report, evidence)
    yield from _of_options(report)
    yield from _of_target(report)
    yield from _of_residue(report)
    yield from _of_waivers(report)
    yield from _of_a_baseline(report)
    for row in report["requirements"]:
        yield from _of_row(row, report, rules.get(row["id"]))


def _missing(report: JsonObject) -> Iterator[str]:
    """Yield what a run of this version always writes and a report lacks."""
    for place, names in ALWAYS.items():
        for holder in _holders(report, place.split(".") if place else []):
            yield from (f"{place or 'the report'} lacks {name}" for name in names if name not in holder)
    if report.get("environment") is None or any(row.get("outside") is None for row in report["requirements"]):
        yield "the report lacks what every run writes"


def _holders(value: object, path: Sequence[str]) -> Iterator[JsonObject]:
    """Yield the objects at a path, `*` for each item; none where something is null."""
    if not path:
        yield from [value] if isinstance(value, dict) else []
    elif path[0] == "*":
        for item in value if isinstance(value, list) else ():
            yield from _holders(item, path[1:])
    elif isinstance(value, dict):
        yield from _holders(value.get(path[0]), path[1:])


def _of_times(report: JsonObject, evidence: Evidence) -> Iterator[str]:
    """Yield whether a run began long before what it sent, or ended long after: its age is that of its end."""
    run = report["run"]
    since, until = (datetime.fromisoformat(run[key]).timestamp() for key in ("started", "ended"))
    longest = BESIDE + sum(_number(option(report, name)) or 0.0 for name in WAITS)
    if not evidence.exchanges:
        return
    if min(one.started for one in evidence.exchanges.values()) - since > longest:
        yield "the run started long before its first exchange"
    if until - max(one.started + one.elapsed for one in evidence.exchanges.values()) > longest:
        yield "the run ended long after its last exchange"


def option(report: JsonObject, name: str) -> str:
    """Return the value of an option as a report has it, its default where it was not given."""
    given = report["run"]["execution"]["options"].get(name)
    return str(given["value"]) if given else next(str(one.default) for one in OPTIONS if one.name == name)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _of_options(report: JsonObject) -> Iterator[str]:
    """Yield where the run says another thing than the options that it says it was started with.

    Options and account are redacted: one that is no value of its kind, or was not given, is not compared.
    """
    run, given = report["run"], report["run"]["execution"]["options"]
    if option(report, "effort") in EFFORTS and option(report, "effort") != run["effort"]:
        yield "the run and its options name another effort"
    if option(report, "seed").isdecimal() and option(report, "seed") != str(run["seed"]):
        yield "the run and its options name another seed"
    if option(report, "nonce") != (run["nonce"] or ""):
        yield "the run and its options name another nonce"
    if _number(option(report, "budget") or "0") != (run["budget"] or 0):
        yield "the run and its options name another budget"
    for name, value in run["execution"]["account"].items():
        if name in given and given[name]["value"] != value[:MAX_TEXT]:
            yield f"the run and its options name another {name}"
    if digest(run["installed"]["versions"]) != run["installed"]["digest"]:
        yield "the digest of what was installed is not that of its versions"


def _of_target(report: JsonObject) -> Iterator[str]:
    """Yield where the target is another than the run was started for, or of another kind than its URL."""
    target, given, url = report["target"], report["target"]["given"], option(report, "url")
    here = is_loopback(target["url"])
    if target["kind"] != (EMBEDDED if given is not None and here else "laboratory" if here else "foreign"):
        yield "the target is not of the kind of its URL"
    if url.startswith(EMBEDDED):
        same = given is not None and given[:MAX_TEXT] == url
    else:
        same = given is None and (len(url) >= MAX_TEXT or _place(url) == _place(target["url"]))
    if not same:
        yield "the run was started for another target"
    if target["release"] != report["profile"]["release"]:
        yield "the target is of another release than the profile"


def _place(url: str) -> tuple[str | None, int | None]:
    """Return host and port of a URL; a port that is none is left out."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    try:
        return parts.hostname, parts.port
    except ValueError:
        return parts.hostname, None


def _of_residue(report: JsonObject) -> Iterator[str]:
    """Yield where what was used, is left and might be used does not fit together."""
    run, residue = report["run"], report["run"]["residue"]
    left, used = residue["left"], residue["used"]
    if run["left_on_target"] != len(left):
        yield "the run counts other tickets left than it lists"
    if residue["caps"] != _caps(report):
        yield "the limits of the run are not those of its options"
    if not used.get("alive", 0) <= used.get("most_alive", 0) <= used.get("created", 0):
        yield "more tickets were alive than the run created"
    foreign, query = report["target"]["kind"] == "foreign", "query" in report["profile"]["capabilities"]
    surely = (bool(residue["unseen"] or residue["reason"]) and (foreign or query)) or (foreign and bool(left))
    if residue["avoidable"] != surely and (surely or not left):
        yield "the run contradicts itself about what it left on the target"


def _caps(report: JsonObject) -> JsonObject:
    """Return the limits that a run has with its options at its kind of target."""
    caps = asdict(_CAPS[report["target"]["kind"]])
    asked = {name: option(report, f"max-{name}") for name in caps}
    return {**caps, **{name: _number(text) for name, text in asked.items() if text}}


def _of_waivers(report: JsonObject) -> Iterator[str]:
    """Yield the waivers whose state is not what the run saw makes of them."""
    rows = {row["id"]: row for row in report["requirements"]}
    since, until = report["run"]["started"][:10], report["run"]["ended"][:10]
    if report["waivers"] and not option(report, "waivers"):
        yield "the run has waivers, but no option names a file of them"
    for one in report["waivers"]:
        row, seen, state = rows.get(one["requirement"]), one["replays"], one["state"]
        shown = {found["signature"] for found in row["findings"]} if row else set()
        blocked = row is not None and row["verdict"] == "untested"
        due = "expired" if one["expires"] < since else "waived" if one["found"] or seen["failed"] else ""
        wrong = (
            (one["found"] != (one["signature"] in shown) and not blocked)
            or not seen["failed"] <= seen["decided"] <= MOST_REPLAYS
            or (state == "expired" and one["expires"] >= until)
            or (due and state not in (due, "expired", "other-release"))
        )
        if wrong:
            yield f"the state of a waiver of {one['requirement']} is not what the run saw"


def _of_a_baseline(report: JsonObject) -> Iterator[str]:
    """Yield where the comparison with an earlier run does not fit what the report says of this one."""
    compared = report.get("upgrade")
    if (compared is not None) != bool(option(report, "baseline")):
        yield "the run and its options disagree about a baseline"
    if compared is None:
        return
    broken = any(line["class"] == "regression" for line in compared["lines"])
    if compared["exit_status"] != (REGRESSION if broken else 0):
        yield "the comparison with the baseline contradicts itself"
    verdicts = {row["id"]: row["verdict"] for row in report["requirements"]}
    for line in (line for line in compared["lines"] if line["what"] == "verdict"):
        if any(verdicts.get(key) != line["after"] for key in line["requirements"]):
            yield "the comparison with the baseline names another verdict than the report"


def _of_row(row: JsonObject, report: JsonObject, rule: Requirement | None) -> Iterator[str]:
    """Yield where what a row says beside its examples does not fit them, the run or the catalogue."""
    outside, run = row["outside"], report["run"]
    if any(row["examples"].values()) and not outside["ran"]:
        yield f"{row['id']} has examples, but no test"
    if outside["cut"] and run["complete"]:
        yield f"{row['id']} was cut short in a run that was not"
    if "explored" in outside and not run["budget"]:
        yield f"{row['id']} was explored within a budget that the run did not have"
    if rule is not None and outside.get("left_out", 0) >= max(rule.tests, 1):
        yield f"{row['id']} has more tests left out than there are"
    for name in set(row["without_example"]) & set(row["partitions"]):
        yield f"{row['id']} is said to have had no example of {name}"
    for found in row["findings"] if run["complete"] else ():
        if found["seen"] < found["tried"] and not found["irregular"]:
            yield f"a finding of {row['id']} failed now and then, and is said to be regular"
