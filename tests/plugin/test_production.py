"""What keeps a run harmless: consent, plan, caps, residue."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_zstack_ticket.cleanup.calls import MOST_TRIES
from pytest_zstack_ticket.cli.main import main
from pytest_zstack_ticket.model.exchange import Request, Response
from pytest_zstack_ticket.simulator.response import DamagedResponse
from pytest_zstack_ticket.simulator.server.server import SimulatorServer
from pytest_zstack_ticket.simulator.storage import seed_data

FOREIGN = "--zstack-url=http://cloud.invalid:8080"


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[SimulatorServer]:
    monkeypatch.setenv("ZSTACK_PASSWORD", seed_data.PASSWORD)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with SimulatorServer("embedded") as server:
        yield server


def test_nobody_is_examined_without_consent(pytester: pytest.Pytester, cloud: SimulatorServer):
    result = pytester.runpytest(FOREIGN)
    assert result.ret == 4
    assert "--zstack-consent cloud.invalid" in result.stderr.str()
    assert "10000 requests" in result.stderr.str()


def test_consent_to_another_host_is_none(pytester: pytest.Pytester, cloud: SimulatorServer):
    result = pytester.runpytest(FOREIGN, "--zstack-consent=other")
    assert result.ret == 4
    assert "the target is cloud.invalid" in result.stderr.str()


def test_consent_is_remembered_for_no_more_than_was_consented_to(pytester: pytest.Pytester, cloud: SimulatorServer):
    assert pytester.runpytest(FOREIGN, "--zstack-consent=cloud.invalid").ret == 11
    assert pytester.runpytest(FOREIGN).ret == 11
    assert pytester.runpytest(FOREIGN, "--zstack-max-created=9000").ret == 4


def test_a_plan_sends_nothing_and_is_no_pass(
    pytester: pytest.Pytester, cloud: SimulatorServer, own_test: Path, monkeypatch: pytest.MonkeyPatch
):
    before = len(cloud.engine.state.sessions.live)
    result = pytester.runpytest(f"--zstack-url={cloud.url}", "--zstack-plan", "--zstack-max-created=7", own_test)
    assert result.ret == 12
    result.stdout.fnmatch_lines(["plan for*", "*1 test at*", "*POST requests, valid or not: 7", "*never:*"])
    assert "passed" not in result.stdout.str()
    assert len(cloud.engine.state.sessions.live) == before


def test_a_probe_says_how_long_a_run_takes_and_leaves_nothing(pytester: pytest.Pytester, cloud: SimulatorServer):
    before, live = cloud.tickets, len(cloud.engine.state.sessions.live)
    result = pytester.runpytest(
        f"--zstack-url={cloud.url}",
        "--zstack-effort=smoke",
        "--zstack-plan=probe",
        "-k",
        "ZT-ANSWER-00",
        "--zstack-report=out",
    )
    assert result.ret == 12
    result.stdout.fnmatch_lines(
        ["plan for *: one ticket was created and deleted*", "forecast of a part: at least * in all*"]
    )
    plan = json.loads((pytester.path / "out" / "plan.json").read_text("utf-8"))
    assert plan["measured"]["latency"] > 0
    assert plan["seconds"] >= plan["cleanup"] > 0
    assert (cloud.tickets, len(cloud.engine.state.sessions.live)) == (before, live)


def test_a_limit_that_is_too_small_is_named_before_anything_is_sent(pytester: pytest.Pytester, cloud: SimulatorServer):
    result = pytester.runpytest("--zstack-url=http://127.0.0.1:9", "--zstack-effort=smoke", "--zstack-max-requests=100")
    assert result.ret == 11
    result.stdout.fnmatch_lines(["*--zstack-max-requests allows 100*"])


def test_a_cap_leaves_the_rest_inconclusive(
    pytester: pytest.Pytester, cloud: SimulatorServer, report: Callable[[], Any]
):
    result = pytester.runpytest(
        f"--zstack-url={cloud.url}", "--zstack-effort=smoke", "--zstack-max-created=30", "--zstack-report=out",
        "--zstack-job-timeout=10",
    )  # fmt: skip
    assert result.ret == 12
    assert "--zstack-max-created 30 is reached" in result.stdout.str()
    output = report()["run"]["residue"]
    assert output["used"]["created"] == 30
    assert output["left"] == []


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_few_tickets_are_alive_at_once(
    pytester: pytest.Pytester, cloud: SimulatorServer, report: Callable[[], Any], workers: tuple[str, ...]
):
    result = pytester.runpytest(
        f"--zstack-url={cloud.url}", "--zstack-effort=smoke", "--zstack-max-alive=25", "--zstack-report=out",
        "-k", "ZT-BODY-00", *workers,
    )  # fmt: skip
    assert result.ret == 0, result.stdout.str()[-2000:]
    output = report()["run"]["residue"]
    assert output["used"]["most_alive"] <= 25
    assert (output["left"], output["unseen"]) == ([], 0)
    assert not list((pytester.path / "out").glob("ledger-*"))


def test_tickets_that_cannot_be_deleted_are_listed_and_swept_later(
    pytester: pytest.Pytester, cloud: SimulatorServer, own_test: Path, capsys: pytest.CaptureFixture[str]
):
    with SimulatorServer("embedded?fault=delete-not-stored") as stuck:
        result = pytester.runpytest(f"--zstack-url={stuck.url}", "--zstack-report=out", own_test)
        assert result.ret == 13
        assert "zstack-ticket sweep" in result.stdout.str()
        (ledger,) = (pytester.path / "out").glob("ledger-*.jsonl")
        assert main(["sweep", str(ledger), "--dry-run"]) == 13
        assert "would be deleted" in capsys.readouterr().out


class Busy(SimulatorServer):
    """Refuses every deletion and every list as clean-up asks for it, so many times before it is carried out."""

    times = MOST_TRIES + 1

    def answer(self, request: Request) -> Response | DamagedResponse:
        seen = self.__dict__.setdefault("seen", Counter[str]())
        if request.method == "DELETE" or "?sort=-createDate" in request.path:
            seen[f"{request.method} {request.path}"] += 1
            if seen[f"{request.method} {request.path}"] % (self.times + 1):
                return Response(status=429, headers=(("Retry-After", "0"),), body=b"<html>later</html>")
        return super().answer(request)


@pytest.fixture
def busy(cloud: SimulatorServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Busy]:
    monkeypatch.setattr("pytest_zstack_ticket.transport.retry.FIRST_PAUSE", 0.01)
    monkeypatch.setattr("pytest_zstack_ticket.transport.retry.LONGEST_PAUSE", 0.02)
    with Busy("embedded") as server:
        yield server


def test_clean_up_waits_for_a_target_that_limits_the_rate(pytester: pytest.Pytester, busy: Busy, own_test: Path):
    before = (busy.tickets, len(busy.engine.state.sessions.live))
    assert pytester.runpytest(f"--zstack-url={busy.url}", own_test).ret == 0
    assert (busy.tickets, len(busy.engine.state.sessions.live)) == before


def test_clean_up_that_is_refused_for_good_ends_and_a_sweep_waits_as_well(
    pytester: pytest.Pytester, busy: Busy, own_test: Path, monkeypatch: pytest.MonkeyPatch
):
    before = busy.tickets
    busy.times = 1 << 30
    with monkeypatch.context() as hasty:
        hasty.setattr("pytest_zstack_ticket.model.settings.MOST_SWEEP", 0.5)
        assert pytester.runpytest(f"--zstack-url={busy.url}", "--zstack-report=out", own_test).ret == 13
    assert busy.tickets > before
    busy.times, left = MOST_TRIES + 1, len(busy.engine.state.sessions.live)
    assert main(["sweep", *map(str, (pytester.path / "out").glob("ledger-*.jsonl"))]) == 0
    assert (busy.tickets, len(busy.engine.state.sessions.live)) == (before, left)
