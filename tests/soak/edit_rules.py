"""Which edits may be believed, by rules that ask neither signer nor verifier.

Everything has to be refused but four classes. `nothing`: report and evidence say what they said, but for the order of
lines and how many requests and bytes there were. `self-stated`: only what the process of a run says of itself was
edited, and `verify` names it (`held_members`). `another-run`: an answer, a request or a label was rewritten and
everything that follows from it made to fit, so the bundle is what the run of another target had written. `named`: a
file beside the report says something else, and signer and verifier are told its name. docs/how-to/certify.md names all
but the first under "What remains possible"; a witness of the run is needed for the third.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pytest_zstack_ticket.artifacts.bundle import open_bundle
from pytest_zstack_ticket.artifacts.evidence_reader import read_evidence
from pytest_zstack_ticket.certify.held_members import CHOSEN, holder_of
from pytest_zstack_ticket.certify.rejudge import rejudged
from pytest_zstack_ticket.certify.report_files import compared_files
from pytest_zstack_ticket.config.catalogue import catalogue
from pytest_zstack_ticket.model.codec import judgement_to_json
from pytest_zstack_ticket.model.errors import EvidenceError, UsageError
from tests.soak.edit_kinds import Forgery, Line

Class: TypeAlias = Literal["counts", "nothing", "self-stated", "another-run", "named"]
TABLES = ("refusal", "sameness")
"""Checks whose rows are enumerated."""
DRAWN = re.compile(r"zt-[0-9a-f]{16}|[0-9a-fA-F-]{20,}")
REWRITES = frozenset(
    {
        "value_of_exchange",
        "status_or_body",
        "header",
        "time_of",
        "session",
        "nonce",
        "swap",
        "move",
        "other_exchange",
        "other_variation",
        "value_of_example",
        "value_of_observation",
        "cut",
        "drop_failed",
        "drop_requirement",
        "latencies",
        "times",
        "block_dropped",
        "block_moved",
        "block_of_another_run",
    }
)
"""Edits of what the target answered, of what was drawn, and of how much was tried.

An exchange without a ticket's mark that takes the place of the same one of another run is a rewritten answer.
"""


def class_of(before: Line, lines: Sequence[Line], forgery: Forgery, folder: Path, kind: str) -> Class:
    """Say which class an edit is of; `before` and `lines` are report and evidence as they were."""
    again, judgements = _again(before, folder)
    if forgery.files is not None and not _are_named(forgery, folder):
        return "counts"
    if again is None:
        return "counts"
    if _said(before) == _said(forgery.report) == _said(again) and _leaves(lines) == _leaves(forgery.entries):
        return "nothing" if forgery.files is None else "named"
    if _is_own_word(forgery.touched) and _decided(before) == _decided(forgery.report) == _decided(again):
        return "self-stated"
    ours, _ = _again(forgery.report, folder)
    fits = ours is not None and _said(ours) == _said(forgery.report) and judgements == _written(forgery)
    return "another-run" if kind in REWRITES and fits and _as_many(forgery) and has_tables(forgery) else "counts"


def _is_own_word(touched: str) -> bool:
    """Tell whether `verify` names what was edited as the run's own word: a member, or that an item is missing."""
    path = touched.removeprefix("report.")
    return path != touched and (holder_of(path) == "nothing" or path.split(".")[0] in CHOSEN)


def _are_named(forgery: Forgery, folder: Path) -> bool:
    """Tell whether each file beside the report is what the report makes of it, or one that readers are told of."""
    made = forgery.files(forgery.report, folder) if forgery.files else {}
    told = compared_files(open_bundle(folder), forgery.report).uncompared
    return all(name in told or (folder / name).read_bytes() == text for name, text in made.items())


def _leaves(lines: Sequence[Line]) -> list[str]:
    """Return lines of evidence in an order that does not depend on theirs."""
    return sorted(json.dumps(one, sort_keys=True) for one in lines)


def _again(report: Line, folder: Path) -> tuple[Line | None, list[Any]]:
    """Return what a report comes to with the evidence of a folder, and what each check says; None for neither."""
    try:
        found = rejudged(copy.deepcopy(report), read_evidence(folder / "evidence.jsonl.gz"))
    except (EvidenceError, UsageError, ValueError, LookupError, TypeError, AttributeError):
        return None, []
    return found.report, [judgement_to_json(one.judgement) for one in found.judged]


def _said(report: Line) -> Line:
    """Return what a report says, without how many lines, requests and bytes there are: `verify` calls these its word."""
    said = {key: value for key, value in copy.deepcopy(report).items() if key != "evidence"}
    with suppress(LookupError, TypeError):
        said["run"]["residue"]["used"] = None
    return said


def _decided(report: Line) -> list[Line]:
    """Return the rows that examples decided, without their waivers."""
    rows = [{key: value for key, value in row.items() if key != "waived"} for row in report["requirements"]]
    return [row for row in rows if any(row["examples"].values())]


def _written(forgery: Forgery) -> list[Any]:
    return [one["judgement"] for one in forgery.entries if one["type"] == "example"]


def _as_many(forgery: Forgery) -> bool:
    """Tell whether lines are numbered without a gap, and no more than the report says.

    A run may have counted more requests: of what a busy target refused, only the last try is kept.
    """
    for kind in ("exchange", "example"):
        ids = [one["id"].rpartition("-") for one in forgery.entries if one["type"] == kind]
        numbers: dict[str, list[int]] = {}
        for prefix, _, number in ids:
            numbers.setdefault(prefix, []).append(int(number))
        if any(sorted(found) != list(range(1, len(found) + 1)) for found in numbers.values()):
            return False
        if forgery.report["evidence"]["counts"].get(kind) != len(ids):
            return False
    used = forgery.report["run"]["residue"]["used"]
    requests, created = _used(forgery.entries)
    return bool(requests <= used["requests"] and created <= used["created"])


def _used(entries: list[Line]) -> tuple[int, int]:
    methods = [one["request"]["method"] for one in entries if one["type"] == "exchange" and "-hook-" not in one["id"]]
    return len(methods), sum(one.upper() not in ("GET", "PUT", "DELETE", "HEAD", "OPTIONS") for one in methods)


def has_tables(forgery: Forgery) -> bool:
    """Tell whether what passes has each enumerated row that an honest run tried, with requests that it sent.

    A row is tried with several drafts. All rows of one of them may be missing, as of requirements without a table.
    """
    passed = {row["id"] for row in forgery.report["requirements"] if row["verdict"] == "passed"}
    tables = {rule.id for rule in catalogue() if any(one.check in TABLES and one.rows for one in rule.decided_by)}
    now = _sent(forgery.entries)
    wanted = {key: sent for key, sent in _sent(forgery.whole).items() if key[0] in passed & tables}
    fewer: dict[str, set[int]] = {}
    for key, sent in wanted.items():
        fewer.setdefault(key[0], set()).add(len(sent) - len(now.get(key, ())))
    return all(len(one) == 1 for one in fewer.values()) and all(
        now.get(key) and now[key] <= sent for key, sent in wanted.items()
    )


def _sent(entries: list[Line]) -> dict[tuple[str, str], set[str]]:
    """Return the bodies of each requirement's rows, without what differs from run to run with one seed."""
    bodies = {one["id"]: json.dumps(one["request"]["body"]) for one in entries if one["type"] == "exchange"}
    examples = [one for one in entries if one["type"] == "example" and one["roles"].get("subject")]
    sent: dict[tuple[str, str], set[str]] = {}
    for one in examples:
        body = DRAWN.sub("", bodies[one["roles"]["subject"][0]])
        sent.setdefault((one["requirement"], one["partition"]), set()).add(body)
    return sent
