"""Fleets for tests: plans, reports of runs, and a pytest that only pretends to run."""

import copy
import io
import json
import os
import zipfile
from pathlib import Path

import pytest

from pytest_zstack_ticket.fleet.job import Outcome
from pytest_zstack_ticket.fleet.plan import FleetTarget, Limits, Plan, waves_of
from tests.support.sample_report import sample_report

FAKE_PYTEST = """
import json, os, pathlib, shutil, sys, time
report = pathlib.Path(next(one.partition("=")[2] for one in sys.argv if one.startswith("--zstack-report=")))
behaviour = json.loads(pathlib.Path(os.environ["FAKE_BEHAVIOUR"]).read_text())
count = len(list(report.parents[1].glob("attempt-*")))
step = behaviour["steps"][min(count, len(behaviour["steps"])) - 1]
print("password is", os.environ.get("ZSTACK_PASSWORD"), "environment", sorted(n for n in os.environ if "SECRET" in n))
sys.stdout.flush()
if step.get("wait"):
    import signal
    def ended(*_):
        pathlib.Path(behaviour["report"] + ".terminated").touch()
        sys.exit(2)
    signal.signal(signal.SIGTERM, ended)
    pathlib.Path(behaviour["report"] + ".started").touch()
    time.sleep(step["wait"])
if step.get("report", True):
    report.mkdir()
    shutil.copy(behaviour["report"], report / "report.json")
if step.get("kill"):
    os.kill(os.getpid(), 9)
sys.exit(step.get("status", 0))
"""


def report_of(run="0123456789abcdef", *, failed=(), passed=(), release="5.2", **changed):
    """The report of a run in which the named requirements failed, and all others passed."""
    report = copy.deepcopy(sample_report())
    for row in report["requirements"]:
        row["verdict"] = "failed" if row["id"] in failed else "passed"
        row["reason"], row["waived"] = None, None
        row.pop("waived")
        if row["verdict"] == "passed":
            row["findings"] = []
    report["verdict"] = "failed" if failed else "passed"
    report["exit_status"] = 1 if failed else 0
    report["target"]["release"] = {"oldest": release, "newest": release}
    report["run"]["id"], report["run"]["cut_short"] = run, None
    report["run"]["residue"] = {"left": [], "deleted": 0, "unseen": 0, "reason": None, "used": {}, "caps": {}}
    return {**report, **changed}


def bundle_of(report):
    """The zip of a report."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr("report.json", json.dumps(report))
    return buffer.getvalue()


def outcome_of(target, report):
    """What a worker answers after a run."""
    return Outcome(target=target, kind="report", status=report["exit_status"], bundle=bundle_of(report)).to_json()


def plan_of(*names, waves=(), **limits):
    """A plan of embedded targets; a name `canary-1` is in the group `canary`."""
    targets = tuple(FleetTarget(name=one, url="embedded", groups=(one.partition("-")[0],)) for one in names)
    return Plan(
        name="fleet",
        targets=targets,
        waves=waves_of(targets, waves),
        limits=Limits(**{"retry_pause": 0.0, **limits}),
    )


def fake_pytest(folder: Path, patch: pytest.MonkeyPatch, *steps, report=None):
    """Have `python -m pytest` take one step an attempt: its exit status, whether it writes a report, waits or dies."""
    (folder / "fake").mkdir()
    (folder / "fake" / "pytest.py").write_text(FAKE_PYTEST)
    written = folder / "written.json"
    written.write_text(json.dumps(report or report_of()))
    behaviour = folder / "behaviour.json"
    behaviour.write_text(json.dumps({"steps": steps, "report": str(written)}))
    patch.setenv("FAKE_BEHAVIOUR", str(behaviour))
    patch.setenv("PYTHONPATH", os.pathsep.join([str(folder / "fake"), str(Path(__file__).parents[2])]))
    return written
