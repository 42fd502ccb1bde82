"""One target on a worker: locked, run under guard, swept and reported, whatever dies."""

import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from pytest_zstack_ticket.fleet.examine import examine_target
from pytest_zstack_ticket.fleet.job import Job, kind_of, stop_mark
from pytest_zstack_ticket.fleet.target_lock import is_free, locked
from tests.support.fleets import fake_pytest, report_of

WAIT = 60.0


def job(folder: Path, **changed):
    given = {"url": "embedded", "lock": "", "lock_wait": 0.0, **changed}
    return Job(fleet="f" * 16, target="north", folder=str(folder / "work" / "north"), **given).to_json()


def until(true):
    deadline = time.monotonic() + WAIT
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert true()


def test_a_finished_run_is_a_bundle(tmp_path, monkeypatch):
    fake_pytest(tmp_path, monkeypatch, {"status": 1})
    outcome = examine_target(job(tmp_path))
    assert (outcome["kind"], outcome["status"]) == ("report", 1)
    assert outcome["bundle"].startswith(b"PK")


def test_a_run_that_was_killed_is_no_result_and_the_next_attempt_is(tmp_path, monkeypatch):
    fake_pytest(tmp_path, monkeypatch, {"kill": True}, {"status": 0})
    assert examine_target(job(tmp_path))["kind"] == "killed"
    assert examine_target(job(tmp_path))["kind"] == "report"


def test_what_an_earlier_attempt_finished_is_not_run_again(tmp_path, monkeypatch):
    fake_pytest(tmp_path, monkeypatch, {"status": 0}, {"status": 1})
    first = examine_target(job(tmp_path))
    assert {**examine_target(job(tmp_path)), "seconds": 0} == {**first, "seconds": 0}
    assert len(list((tmp_path / "work" / "north").iterdir())) == 1


def test_a_target_that_cannot_be_reached_says_why_without_its_secrets(tmp_path, monkeypatch):
    fake_pytest(tmp_path, monkeypatch, {"status": 11, "report": False})
    monkeypatch.setenv("NORTH_SECRET", "hunter2-is-secret")
    outcome = examine_target(job(tmp_path, secrets={"password": {"env": "NORTH_SECRET"}}))
    assert outcome["kind"] == "no-target"
    assert "password is ***" in outcome["text"]
    assert "environment []" in outcome["text"], "the variable that a secret came from is not passed on"


def test_a_secret_that_cannot_be_found_is_an_error_of_the_set_up(tmp_path):
    outcome = examine_target(job(tmp_path, secrets={"password": {"env": "NOT_SET_ANYWHERE"}}))
    assert outcome["kind"] == "no-target"
    assert "NOT_SET_ANYWHERE" in outcome["text"]


def test_a_cloud_that_another_fleet_holds_is_not_examined(tmp_path, monkeypatch):
    fake_pytest(tmp_path, monkeypatch, {"status": 0})
    lock = tmp_path / "locks" / "x.lock"
    with locked(lock, wait=0, holder={"fleet": "other"}):
        outcome = examine_target(job(tmp_path, lock=str(lock), url="http://127.0.0.1:1"))
    assert outcome["kind"] == "locked"
    assert "fleet other" in outcome["text"]
    assert examine_target(job(tmp_path, lock=str(lock)))["kind"] == "report"


def test_a_run_whose_worker_dies_is_ended_gently_under_its_lock(tmp_path, monkeypatch):
    written = fake_pytest(tmp_path, monkeypatch, {"wait": WAIT}, {"status": 0})
    lock = tmp_path / "locks" / "x.lock"
    message = job(tmp_path, lock=str(lock), lock_wait=WAIT)
    program = f"from pytest_zstack_ticket.fleet.examine import examine_target; examine_target({message!r})"
    worker = subprocess.Popen([sys.executable, "-c", program])
    try:
        until(Path(f"{written}.started").exists)
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    assert examine_target(message)["kind"] == "report", "waits for the lock, then examines again"
    assert Path(f"{written}.terminated").exists()
    assert is_free(lock)


def test_a_job_holds_no_secret(monkeypatch):
    monkeypatch.setenv("NORTH", "hunter2-is-secret")
    message = job(Path("w"), secrets={"password": {"env": "NORTH"}})
    assert b"hunter2" not in pickle.dumps(message) + json.dumps(message).encode()


@pytest.mark.parametrize(
    ("status", "report", "kind"),
    [
        (0, True, "report"),
        (1, True, "report"),
        (13, True, "report"),
        (11, False, "no-target"),
        (2, True, "killed"),
        (137, True, "killed"),
        (4, False, "error"),
        (0, False, "error"),
    ],
)
def test_the_end_of_a_run_is_classified(status, report, kind):
    assert kind_of(status, report=report) == kind


def test_a_run_that_was_cut_short_keeps_its_report_and_says_so(tmp_path, monkeypatch):
    report = report_of()
    report["run"] |= {"cut_short": "the limit of 5 requests is reached", "complete": False}
    fake_pytest(tmp_path, monkeypatch, {"status": 12}, report=report)
    outcome = examine_target(job(tmp_path))
    assert (outcome["kind"], outcome["status"], outcome["text"]) == ("cut", 12, "the limit of 5 requests is reached")
    assert outcome["bundle"].startswith(b"PK")


@pytest.mark.parametrize("status", [4, 5])
def test_a_run_in_which_nothing_ran_is_no_verdict_whatever_it_wrote(tmp_path, monkeypatch, status):
    fake_pytest(tmp_path, monkeypatch, {"status": status})
    assert examine_target(job(tmp_path))["kind"] == "error"


def test_a_folder_that_cannot_be_made_is_no_target_that_cannot_be_reached(tmp_path):
    (tmp_path / "work").touch()
    outcome = examine_target(job(tmp_path))
    assert outcome["kind"] == "error"
    assert "work" in outcome["text"]


def test_a_fleet_that_stops_has_its_runs_ended_gently_and_starts_none(tmp_path, monkeypatch):
    written = fake_pytest(tmp_path, monkeypatch, {"wait": WAIT}, {"status": 0})
    found = []
    thread = threading.Thread(target=lambda: found.append(examine_target(job(tmp_path))))
    thread.start()
    until(Path(f"{written}.started").exists)
    stop_mark(tmp_path / "work").touch()
    thread.join(WAIT)
    assert found[0]["kind"] == "killed"
    assert Path(f"{written}.terminated").exists()
    assert examine_target(job(tmp_path))["text"] == "the fleet was stopped"
    stop_mark(tmp_path / "work").unlink()
    assert examine_target(job(tmp_path))["kind"] == "report"
