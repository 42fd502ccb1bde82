"""Plain text that all export formats share: messages, traces and facts, safe for XML, terminals and browsers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.report.text.columns import visible
from pytest_zstack_ticket.report.text.headline import claims_of, headline, narrowed
from pytest_zstack_ticket.report.text.left_out_text import left_out_line
from pytest_zstack_ticket.report.text.translations import translations

Row = Mapping[str, Any]
Report = Mapping[str, Any]

EXIT_STATUS_REASONS = {
    1: "a waiver is stale, or a test outside the requirements failed",
    2: "the run was interrupted",
    3: "pytest broke",
    5: "no test was selected",
    10: "something that passed in the run before failed",
    12: "the run decided too little for a verdict",
    13: "tickets of the run are left on the target",
}
"""Why a run may end badly although none of its requirements does, by exit status."""
NOT_CONFORMANT = frozenset({"failed", "error", "inconclusive"})


def plain(text: str) -> str:
    """Write what is invisible in a text as escapes, except line ends."""
    return "\n".join(visible(line) for line in text.split("\n"))


def waived(row: Row) -> bool:
    """Say whether a waiver covers the failure of a requirement."""
    return row["verdict"] == "failed" and bool(row.get("waived"))


def message_of(row: Row) -> str:
    """Say in one line why a requirement did not pass; empty if there is nothing to say."""
    if row["findings"]:
        first = row["findings"][0]
        return visible(f"expected: {first['expected']['en']}; got: {first['actual']['en']}")
    return visible(row["reason"]["en"]) if row["reason"] else ""


def trace_of(row: Row) -> str:
    """Write everything that the findings of a requirement say, for a developer to read."""
    return "\n\n".join(_finding_text(row, finding) for finding in row["findings"])


def _finding_text(row: Row, finding: Mapping[str, Any]) -> str:
    facts = {
        "requirement": row["text"]["en"],
        "source": row["source"],
        "expected": finding["expected"]["en"],
        "got": finding["actual"]["en"],
        "partition": finding["partition"],
        "seen": f"{finding['seen']} of {finding['tried']}",
        "signature": finding["signature"],
        "run it again": finding["regenerate"],
        "curl": finding["curl"],
    }
    lines = [f"{name}: {visible(str(value))}" for name, value in facts.items() if value]
    return "\n".join([*lines, "", *([message_text(finding["subject"])] if finding["subject"] else [])]).rstrip()


def message_text(message: Mapping[str, Any]) -> str:
    """Write a request with its answer, as HTTP is usually shown."""
    asked = message["request"]
    lines = [f"> {asked['method']} {asked['path']}"]
    lines += [f"> {name}: {value}" for name, value in asked["headers"]]
    lines += [_body_text(asked["body"])]
    if "failure" in message:
        lines += [f"< no answer ({message['failure']['kind']}): {message['failure']['detail']}"]
    else:
        answer = message["answer"]
        lines += [f"< {answer['status']}", *(f"< {name}: {value}" for name, value in answer["headers"])]
        lines += [_body_text(answer["body"])]
    return "\n".join(visible(line) for line in lines if line)


def _body_text(body: Json) -> str:
    if isinstance(body, dict):
        return f"{body['cut']} … ({body['bytes']} bytes)" if "cut" in body else json.dumps(body)
    return body or ""


def bad_end(report: Report) -> tuple[str, str] | None:
    """Name an exit status that no requirement explains, with its reason; None if there is none."""
    status = report["exit_status"]
    explained = any(row["verdict"] in NOT_CONFORMANT and not waived(row) for row in report["requirements"])
    if status == 0 or (explained and status in (1, 12)):
        return None
    why = EXIT_STATUS_REASONS.get(status, "the run has no verdict")
    return f"exit-status-{status}", f"the run ended with exit status {status}: {why}"


def facts_of(report: Report) -> dict[str, str]:
    """Collect what a reader of any format wants to know of a run, as short texts: first its claim and limits."""
    run, target, profile = report["run"], report["target"], report["profile"]
    bounds = target["release"]
    claims = claims_of(report)
    narrow = narrowed(claims, translations(), "en")
    facts = {
        "claim": headline(claims, translations(), "en"),
        "limits": "; ".join(filter(None, [left_out_line(claims, translations(), "en"), *narrow])),
        "run": run["id"],
        "verdict": report["verdict"],
        "exit_status": report["exit_status"],
        "deviations": report.get("deviations") or 0,
        "partial": report["partial"],
        "complete": run["complete"],
        "target": target["url"],
        "target_kind": target["kind"],
        "target_release": bounds["oldest"]
        if bounds["oldest"] == bounds["newest"]
        else "{oldest} to {newest}".format(**bounds),
        "profile": profile["name"],
        "profile_digest": profile["digest"],
        "requirement_set_digest": report["requirement-set"]["digest"],
        "suite_version": run["suite"]["version"],
        "effort": run["effort"],
        "seed": run["seed"],
        "evidence_root": report["evidence"]["root"] if report["evidence"] else "",
    }
    return {
        name: visible(str(value).lower() if isinstance(value, bool) else str(value)) for name, value in facts.items()
    }
