"""The engine on real Dask: a cluster of this machine, on the loopback alone."""

import os
import signal
import socket
import time

import pytest

from pytest_zstack_ticket.fleet import dask_engine
from pytest_zstack_ticket.fleet.dask_engine import DaskEngine
from pytest_zstack_ticket.fleet.engine import EngineLostError
from pytest_zstack_ticket.fleet.job import job_of
from pytest_zstack_ticket.model.errors import FleetError
from tests.support.fleets import plan_of

WAIT = 120.0


def answer(message):
    """Answer a job; the target `dead` kills its worker every time."""
    if message["target"] == "dead":
        os._exit(1)
    return {"target": message["target"], "kind": "report", "status": os.getpid()}


def next_ended(engine):
    found = None
    for _ in range(int(WAIT)):
        found = found or engine.finished(1.0)
    return found


@pytest.mark.filterwarnings("default")  # Dask's own, which change with its version
def test_jobs_run_in_worker_processes_and_a_dead_worker_costs_only_its_own_job():
    engine = DaskEngine(workers=1, examine=answer)
    try:
        plan = plan_of("dead", "alive")
        engine.submit(job_of(plan, "dead", fleet="f", work="w", locks="l"))
        assert next_ended(engine) == ("dead", None)
        engine.submit(job_of(plan, "alive", fleet="f", work="w", locks="l"))
        target, outcome = next_ended(engine)
        assert (target, outcome["kind"]) == ("alive", "report")
        assert outcome["status"] != os.getpid()
    finally:
        engine.close()


@pytest.mark.filterwarnings("default")  # likewise
def test_a_worker_that_dask_has_given_up_is_replaced(monkeypatch):
    monkeypatch.setattr(dask_engine, "LOOK", 0.5)
    engine = DaskEngine(workers=1, examine=answer)
    try:
        engine._cluster.sync(next(iter(engine._cluster.workers.values())).close)
        engine.submit(job_of(plan_of("alive"), "alive", fleet="f", work="w", locks="l"))
        assert next_ended(engine)[1]["kind"] == "report"
    finally:
        engine.close()


@pytest.mark.filterwarnings("default")  # likewise
def test_a_cluster_without_any_worker_is_lost(monkeypatch):
    monkeypatch.setattr(dask_engine, "LOOK", 0.1)
    monkeypatch.setattr(dask_engine, "GIVEN_UP", 0.5)
    monkeypatch.setattr(dask_engine, "_replace_ended", lambda *_: None)
    engine = DaskEngine(workers=1, examine=answer)
    try:
        engine._cluster.sync(next(iter(engine._cluster.workers.values())).close)
        with pytest.raises(EngineLostError, match="no worker starts"):
            next_ended(engine)
    finally:
        engine.close()


@pytest.mark.filterwarnings("default")  # likewise
def test_a_scheduler_that_does_not_answer_is_named(monkeypatch):
    monkeypatch.setattr("pytest_zstack_ticket.fleet.dask_engine.SOON", 1.0)
    with pytest.raises(FleetError, match=r"tcp://127\.0\.0\.1:1 does not answer"):
        DaskEngine(scheduler="tcp://127.0.0.1:1")


@pytest.mark.filterwarnings("default")  # likewise
def test_what_listens_and_is_no_scheduler_is_given_up_soon(monkeypatch):
    monkeypatch.setattr("pytest_zstack_ticket.fleet.dask_engine.SOON", 2.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        with pytest.raises(FleetError, match="does not answer as one of Dask"):
            DaskEngine(scheduler=f"tcp://127.0.0.1:{silent.getsockname()[1]}")
    assert time.monotonic() - began < 15


@pytest.mark.parametrize(
    "address", ["nonsense", "10.0.0.9", "http://10.0.0.9:8786", "tcp://u:p@10.0.0.9:8786", "tcp://"]
)
def test_an_address_that_is_none_is_refused_at_once(address):
    with pytest.raises(FleetError, match="write tcp://HOST:PORT"):
        DaskEngine(scheduler=address)


def ctrl_c(message):
    """Send its own process what a terminal sends on Ctrl-C."""
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.5)
    return {"target": message["target"], "kind": "report"}


@pytest.mark.filterwarnings("default")  # likewise
def test_ctrl_c_on_the_terminal_of_a_fleet_is_not_for_its_workers(capfd):
    engine = DaskEngine(workers=1, examine=ctrl_c)
    try:
        engine.submit(job_of(plan_of("a"), "a", fleet="f", work="w", locks="l"))
        assert next_ended(engine)[1]["kind"] == "report"
    finally:
        engine.close()
    assert "Traceback" not in capfd.readouterr().err


def unfit(message):
    """Stand for a worker of another version."""
    raise ModuleNotFoundError(message["target"])


@pytest.mark.filterwarnings("default")  # likewise
def test_a_worker_that_cannot_run_a_job_says_why_and_is_not_taken_for_a_dead_one():
    engine = DaskEngine(workers=1, examine=unfit)
    try:
        assert engine.has_workers
        engine.submit(job_of(plan_of("a"), "a", fleet="f", work="w", locks="l"))
        target, outcome = next_ended(engine)
        assert (target, outcome["kind"]) == ("a", "error")
        assert "ModuleNotFoundError: a" in outcome["text"]
    finally:
        engine.close()
