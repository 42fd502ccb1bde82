"""Measure what the tests of each requirement send, and write it to `suites/load.json`, which a run's forecast is made from.

Each effort is run once on the embedded simulator. Only calls are counted, so neither machine nor simulator has a part
in the figures. A call counts as pooled if its test makes it from a pool of threads, next to others.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from pytest_zstack_ticket.config.options import EFFORTS
from pytest_zstack_ticket.config.suite_load import load_path

PLUGIN = """
import collections, json, os, threading
import pytest
from pytest_zstack_ticket.model.outcome import Accepted
from pytest_zstack_ticket.runner import record as records, run

COUNTS = collections.defaultdict(lambda: dict.fromkeys(
    ("plain", "jobs", "pooled_plain", "pooled_jobs", "posts", "tickets", "broken", "lost", "pooled_broken"), 0))
TESTS = collections.defaultdict(set)
LOCK = threading.Lock()
BODIES = ("MainThread", "zstack-test")

def count(_run, result):
    record = records.CURRENT.get()
    if record is None:
        return
    record.last_call = result
    pooled = "" if threading.current_thread().name.startswith(BODIES) else "pooled_"
    accepted = isinstance(result.outcome, Accepted)
    last = getattr(result.exchanges[-1].answer, "body", b"")
    with LOCK:
        one = COUNTS[record.requirement]
        one[pooled + "broken"] += result.started_job and b'"code":"SYS.1000"' in last
        one["lost"] += result.started_job and result.exchanges[-1].request.method == "GET" and getattr(
            result.exchanges[-1].answer, "status", 0) == 404
        one[pooled + ("jobs" if result.started_job and len(result.exchanges) > 1 else "plain")] += 1
        one["posts"] += result.exchanges[0].request.method == "POST"
        one["tickets"] += accepted * ((result.call == "create") - (result.call == "delete"))

# the marks of the drift monitor count as calls of the test that makes them
run.Run._called = count

@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session):
    for item in session.items:
        marker = item.get_closest_marker("requirement")
        if marker:
            TESTS[marker.args[0]].add(item.nodeid)

def pytest_unconfigure(config):
    rows = {name: {"tests": len(TESTS[name]), **COUNTS[name]} for name in sorted(TESTS)}
    with open(os.environ["MEASURED"], "w") as file:
        json.dump(rows, file)
"""
MEMBERS = ("tests", "plain", "jobs", "pooled_plain", "pooled_jobs", "posts", "tickets", "broken", "lost")
TARGET = "embedded?choice=context-form:unreadable+access-key:absent+null-request:crash+job-race:several"
"""The simulator as a real node, but that jobs which break down are not waited for: they are counted instead."""
TOGETHER = 16
"""Pooled jobs that break down at the same time, and so are waited for once."""


def measured(effort: str) -> dict[str, list[int]]:
    """Run the suites once, and return the counts of each requirement, in the order of MEMBERS."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "count_calls.py").write_text(PLUGIN, "utf-8")
        path = Path(folder) / "measured.json"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "count_calls"]
        command += [f"--zstack-url={TARGET}", f"--zstack-effort={effort}", "--zstack-seed=1", "--zstack-concurrency=16"]
        command.append("--zstack-allow-plugins=count_calls")
        paths = os.pathsep.join([folder, os.environ.get("PYTHONPATH", "")])
        variables = {**os.environ, "MEASURED": str(path), "PYTHONPATH": paths}
        ran = subprocess.run(command, cwd=folder, env=variables, check=False, capture_output=True, text=True)  # noqa: S603 - our own command
        if ran.returncode:
            raise SystemExit(
                f"{effort}: the run ended with {ran.returncode}, nothing was written\n{ran.stdout[-2000:]}{ran.stderr[-500:]}"
            )
        rows = json.loads(path.read_text("utf-8"))
    for row in rows.values():
        row["broken"] = row.get("broken", 0) + -(-row.get("pooled_broken", 0) // TOGETHER)
    return {name: [max(0, row.get(member, 0)) for member in MEMBERS] for name, row in rows.items()}


def text_of(efforts: dict[str, dict[str, list[int]]]) -> str:
    """Write the file: one line for each requirement, so that a difference can be read."""
    parts = []
    for effort, rows in efforts.items():
        lines = ",\n".join(f'      "{name}": {json.dumps(row)}' for name, row in rows.items())
        parts.append(f'    "{effort}": {{\n{lines}\n    }}')
    members, body = json.dumps(list(MEMBERS)), ",\n".join(parts)
    return f'{{\n  "members": {members},\n  "efforts": {{\n{body}\n  }}\n}}\n'


def main() -> None:
    """Write the file anew, or only the efforts that were named."""
    path = load_path()
    known = json.loads(path.read_text("utf-8"))["efforts"] if path.exists() else {}
    for effort in sys.argv[1:] or EFFORTS:
        known[effort] = measured(effort)
        requests = sum(row[1] + row[3] + 2 * (row[2] + row[4]) for row in known[effort].values())
        print(f"{effort}: {len(known[effort])} requirements, about {requests} requests")
    path.write_text(text_of({effort: known[effort] for effort in EFFORTS if effort in known}), "utf-8")


if __name__ == "__main__":
    main()
