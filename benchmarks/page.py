"""Seconds that pages of many requirements take, and their size: 4000 by default, a tenth of them with a finding."""

from __future__ import annotations

import argparse
import copy
import json
import shutil
import time
from pathlib import Path
from typing import Any

from measuring import QUICK
from page_in_browser import sentence

from pytest_zstack_ticket.config.catalogue import load_catalogue
from pytest_zstack_ticket.config.package_data import suites_folder
from pytest_zstack_ticket.model.exchange import Exchange, Request, Response
from pytest_zstack_ticket.report.document import requirement_json
from pytest_zstack_ticket.report.finding import message_json
from pytest_zstack_ticket.report.html.page import render_page
from pytest_zstack_ticket.report.html.page_context import NO_EVIDENCE
from pytest_zstack_ticket.report.pdf.printer import render_pdf
from pytest_zstack_ticket.report.pdf.typst_compiler import Typesetter
from pytest_zstack_ticket.report.text.translations import LANGUAGES, translations

REQUIRED = 3.0


def finding(requirement: str, number: int) -> dict[str, Any]:
    """Return a finding of usual size, with a sibling."""
    subject, sibling = (_message(f"m-{number:06}", name) for name in ("n" * 256, "conformance test / 一致性测试"))
    said = {"key": "expect-refusal", "parameters": {}, "en": "refused", "zh": "被拒绝"}
    return {
        "requirement": requirement,
        "test": "test_refused::test_invalid_body_is_refused",
        "check": "refusal",
        "arguments": {},
        "edit": {"kind": "mutation", "name": f"too-long-{number}", "path": "params.name"},
        "partition": f"params.name/too-long-{number % 40}",
        "expected": said,
        "actual": said,
        "signature": f"{number:016x}",
        "curl": "curl -sS -X POST " + "x" * 900,
        "regenerate": f"pytest -k {requirement}",
        "seen": 9,
        "tried": 9,
        "exchanges": {"subject": [f"m-{number:06}"], "sibling": [f"m-{number:06}"]},
        "subject": subject,
        "sibling": sibling,
    }


def _message(key: str, name: str) -> dict[str, Any] | None:
    requests = [{"requestName": "vm", "apiBody": {f"key{n}": "0123456789abcdef" * 2 for n in range(8)}}]
    body = json.dumps({"params": {"name": name, "requests": requests}}, ensure_ascii=False, separators=(",", ":"))
    request = Request(method="POST", path="/v1/tickets", body=body.encode())
    return message_json((Exchange(id=key, request=request, answer=Response(status=200, body=body.encode())),))


def many(count: int) -> list[dict[str, Any]]:
    """Return rows that repeat the shipped catalogue; every tenth failed."""
    known = [requirement_json(one) for one in load_catalogue(suites_folder())]
    rows = []
    for number in range(count):
        row = copy.deepcopy(known[number % len(known)])
        key = f"{row['id']}-{number}"
        findings = [] if number % 10 else [finding(key, number)]
        examples = {"held": 20, "failed": len(findings), "undecided": 0, "open": 0}
        partitions = [f"params.name/kind-{n}" for n in range(20)]
        row |= {"id": key, "verdict": "failed" if findings else "passed", "reason": None, "examples": examples}
        rows.append({**row, "partitions": partitions, "findings": findings})
    return rows


def report(count: int) -> dict[str, Any]:
    """Return a report of many requirements."""
    bounds = {"oldest": "5.2", "newest": "5.2"}
    counts = {"passed": count - count // 10, "failed": count // 10}
    examples = {"held": 20 * count, "failed": count // 10}
    moment = "2026-11-24T01:58:30.619+00:00"
    run = {
        "id": "0" * 16,
        "started": moment,
        "ended": moment,
        "suite": {"name": "x", "version": "0"},
        "effort": "certify",
    }
    run |= {
        "seed": 1,
        "cut_short": None,
        "left_on_target": 0,
        "residue": {"left": [], "deleted": 0, "unseen": 0, "used": {}},
    }
    return {
        "run": run,
        "target": {"url": "http://h/zstack", "given": None, "kind": "foreign", "release": bounds},
        "profile": {"name": "deployed", "absent": [], "limits": {"name": 255, "description": 2048, "comment": 65535}},
        "requirement-set": {"count": count, "digest": f"sha256:{'0' * 64}"},
        "verdict": "failed",
        "partial": False,
        "calibration": None,
        "evidence": None,
        "counts": {"requirements": counts, "by-level": {"must": counts}, "examples": examples},
        "requirements": many(count),
        "observations": [],
    }


def main() -> None:
    """Print seconds and size for each language."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=4000)
    parser.add_argument("--keep", type=Path, help="write the English page to this file, to look at it in a browser")
    arguments = parser.parse_args()
    whole = report(arguments.count)
    for lang in LANGUAGES:
        started = time.perf_counter()
        text = render_page(whole, translations(), lang)
        seconds = time.perf_counter() - started
        print(
            f"{lang}: {arguments.count} requirements in {seconds:.2f} s (required {REQUIRED} s), {len(text.encode()) / 1e6:.1f} MB"
        )
        if lang == "en" and shutil.which("chromium"):
            print(sentence(text))
        if arguments.keep and lang == "en":
            arguments.keep.write_text(text, "utf-8")
    for count in (12,) if QUICK else (120, 2000):
        print_pdf(count)


def print_pdf(count: int) -> None:
    """Print seconds and size of a PDF."""
    whole = report(count)
    text = json.dumps(whole).encode()
    started = time.perf_counter()
    made = render_pdf(whole, text, "zh", evidence=NO_EVIDENCE, typesetter=Typesetter())
    print(f"pdf: {count} requirements in {time.perf_counter() - started:.2f} s, {len(made) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
