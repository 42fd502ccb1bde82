"""The engine on real Dask: a cluster of this machine, on the loopback alone."""

import os

import pytest

from pytest_zstack_ticket.fleet.dask_engine import DaskEngine
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
def test_a_scheduler_that_does_not_answer_is_named(monkeypatch):
    monkeypatch.setattr("pytest_zstack_ticket.fleet.dask_engine.SOON", "1s")
    with pytest.raises(FleetError, match=r"tcp://127\.0\.0\.1:1 does not answer"):
        DaskEngine(scheduler="tcp://127.0.0.1:1")
